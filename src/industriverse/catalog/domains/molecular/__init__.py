"""Atoms and molecules."""
