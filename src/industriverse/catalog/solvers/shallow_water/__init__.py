"""Rotating shallow water."""
