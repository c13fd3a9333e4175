"""How much energy a piece of work took."""

from typing import Protocol, runtime_checkable

from industriverse.kernel.results import Metering


@runtime_checkable
class Measurement(Protocol):
    """A running measurement."""

    def stop(self) -> Metering:
        """Return the energy since the measurement began. May be called more than once."""
        ...


@runtime_checkable
class EnergyMeter(Protocol):
    """Measures or models joules. Contract suite: `tests/contracts/energy_meter.py`."""

    def start(self) -> Measurement:
        """Begin a measurement of this thread's (where possible) or this process' work."""
        ...
