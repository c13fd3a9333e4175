"""Elastic waves in a free block of rock with soft discs."""
