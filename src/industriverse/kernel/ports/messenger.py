"""Lines between a few parties that may be gone, slow or hostile."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it came.

    Attributes:
        sender: Whose line it came on; nobody else can write to it.
        data: Its bytes, whole.
        at_us: [µs]. When it came, by the clock that `Clock.monotonic` reads.
    """

    sender: int
    data: bytes
    at_us: int


@runtime_checkable
class Messenger(Protocol):
    """One party's ends of its lines. Contract suite: `tests/contracts/messenger.py`."""

    def send(self, to: int, data: bytes) -> None:
        """Hand a message over without waiting; it is lost where the other end takes no more."""
        ...

    def receive(self, wait_s: float) -> Parcel | None:
        """Return the oldest message that came, waiting up to `wait_s` for one."""
        ...

    def gone(self) -> frozenset[int]:
        """Return the parties whose end has closed."""
        ...

    def close(self) -> None:
        """Let go of all lines."""
        ...
