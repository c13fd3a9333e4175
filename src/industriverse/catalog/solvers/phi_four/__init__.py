"""The φ⁴ model."""
