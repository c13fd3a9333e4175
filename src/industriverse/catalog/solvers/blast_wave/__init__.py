"""Blast waves in a clumpy gas."""
