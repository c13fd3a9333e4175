"""Domains: how each computes energy, what it conserves, which entropy law holds."""
