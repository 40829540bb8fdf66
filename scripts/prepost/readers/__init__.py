"""Readers of raw exports: one room a platform, all leaving the same `RawTable`."""
