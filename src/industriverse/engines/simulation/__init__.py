"""Simulated systems whose truth is known."""
