"""Kuramoto–Sivashinsky: a flame front that wrinkles."""
