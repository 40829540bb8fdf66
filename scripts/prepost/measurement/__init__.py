"""Whether a scale measures one thing, how well, and the same thing at every wave and in every role."""
