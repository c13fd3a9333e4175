"""Diesel cycle of a real fluid."""
