"""Mixtures that part."""
