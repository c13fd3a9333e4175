"""Lorenz: convection in three numbers, the first chaos."""
