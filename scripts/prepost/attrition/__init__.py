"""Who was lost between two waves, why, and what it may have done: models, weights, bounds and tipping points."""
