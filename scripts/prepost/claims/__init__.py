"""The audit of published numbers: what a publication prints, held against its own arithmetic."""
