"""Processes, composed from interfaces."""
