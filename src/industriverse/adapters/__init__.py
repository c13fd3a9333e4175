"""Plugs for ports, one technology each."""
