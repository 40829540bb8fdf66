"""Ordinal answers as ordinal: cumulative logits with random intercepts, shares they predict, margins of pairs."""
