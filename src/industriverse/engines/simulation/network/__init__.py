"""Machines on a network that pull each other into step."""

from ._swing import Machines, PowerGrid, kicked

__all__ = ["Machines", "PowerGrid", "kicked"]
