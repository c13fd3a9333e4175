"""Rayleigh–Bénard convection."""
