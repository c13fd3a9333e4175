"""Driven pendulum: from swinging in time to chaos, by how hard it is pushed."""
