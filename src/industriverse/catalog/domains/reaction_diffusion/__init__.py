"""Reaction and diffusion."""
