"""Matching people across waves when their codes are wrong: weighing, one to one, review, and how sure it is."""
