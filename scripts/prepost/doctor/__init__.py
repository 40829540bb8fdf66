"""Drafting a new study from the exports that lie in its data folder: what each is, and what could not be decided."""
