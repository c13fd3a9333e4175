"""Fluid heated from below."""
