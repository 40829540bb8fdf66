"""The audit pages: what came in on each floor, what left, what was set aside and why."""
