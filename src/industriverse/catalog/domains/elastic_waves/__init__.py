"""Elastic waves."""
