"""Solvers: simulated systems with their equation, stable range and reference."""
