"""Time, so that tests can hold it still."""

from datetime import datetime
from typing import Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """Tells the time. Contract suite: `tests/contracts/clock.py`."""

    def now(self) -> datetime:
        """Return the present, with time zone UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...
