"""Cahn–Hilliard: a mixture that parts."""
