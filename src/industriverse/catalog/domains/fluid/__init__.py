"""Incompressible flow: kinetic energy, lost only to viscosity."""
