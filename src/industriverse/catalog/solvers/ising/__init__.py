"""The two-dimensional Ising model."""
