"""Brayton cycle of a real fluid."""
