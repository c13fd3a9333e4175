"""Lennard-Jones atoms in a sheet."""
