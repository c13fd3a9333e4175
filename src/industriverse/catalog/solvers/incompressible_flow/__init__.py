"""Incompressible flow in the plane."""
