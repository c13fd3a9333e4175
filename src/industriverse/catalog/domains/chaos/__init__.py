"""Fronts in chaos."""
