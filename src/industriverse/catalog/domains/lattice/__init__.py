"""Spins and fields on a lattice."""
