"""Rankine cycle of a real fluid."""
