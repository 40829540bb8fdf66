"""Surveys beside the learners': weights that meet known margins, and estimates that know of them."""
