"""Fluids that move by themselves."""
