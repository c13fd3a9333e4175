"""A `Messenger` between threads of one process."""

import queue
import time

from industriverse.kernel.ports import Parcel


class MemoryMessenger:
    """All ends of one set share their inboxes; make them with `connected`."""

    def __init__(self, me, inboxes, closed):
        self._me, self._inboxes, self._closed = me, inboxes, closed

    def send(self, to: int, data: bytes) -> None:
        if to in self._closed or self._me in self._closed:
            return
        self._inboxes[to].put(Parcel(self._me, bytes(data), int(time.monotonic() * 1e6)))

    def receive(self, wait_s: float) -> Parcel | None:
        try:
            return self._inboxes[self._me].get(block=wait_s > 0, timeout=max(wait_s, 0.0))
        except queue.Empty:
            return None

    def gone(self) -> frozenset[int]:
        return frozenset(self._closed - {self._me})

    def close(self) -> None:
        self._closed.add(self._me)


def connected(parties: int) -> list[MemoryMessenger]:
    """Return the ends of lines between all of so many parties."""
    inboxes: list[queue.Queue[Parcel]] = [queue.Queue() for _ in range(parties)]
    closed: set[int] = set()
    return [MemoryMessenger(me, inboxes, closed) for me in range(parties)]
