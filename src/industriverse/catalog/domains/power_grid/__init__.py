"""Machines on a grid of lines."""
