"""Conducting gas in a magnetic field."""
