"""Vapour compression of a real fluid."""
