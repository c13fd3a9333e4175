"""The demo plant: a simulated pump, heat exchanger and feeder to watch and to question."""

from .plant import run
from .sample import write_sample

__all__ = ["run", "write_sample"]
