"""Interviews: turns, coded segments, the framework matrix, agreement, accumulation and triangulation."""
