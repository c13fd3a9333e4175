"""Conduction of heat."""
