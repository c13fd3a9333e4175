"""A `Messenger` over the operating system's pipes, one to each other party."""

import queue
import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection

from industriverse.kernel.ports import Parcel

_LARGEST = 256 << 20
_WAITING = 256
"""Messages that wait for a slow reader before more of them are lost."""


class PipeMessenger:
    """Reads and writes each pipe on a thread of its own, so that no party can hold up another."""

    def __init__(self, lines: "Mapping[int, Connection]") -> None:
        self._lines = dict(lines)
        self._inbox: queue.Queue[Parcel] = queue.Queue(_WAITING)
        self._outboxes = {party: queue.Queue[bytes | None](_WAITING) for party in self._lines}
        self._gone: set[int] = set()
        for party, line in self._lines.items():
            for work in (self._read, self._write):
                threading.Thread(target=work, args=(party, line), daemon=True).start()

    def send(self, to: int, data: bytes) -> None:
        """Hand a message over without waiting; it is lost where the other end takes no more."""
        try:
            self._outboxes[to].put_nowait(data)
        except queue.Full:
            return

    def receive(self, wait_s: float) -> Parcel | None:
        """Return the oldest message that came, waiting up to `wait_s` for one."""
        try:
            return self._inbox.get(block=wait_s > 0, timeout=max(wait_s, 0.0))
        except queue.Empty:
            return None

    def gone(self) -> frozenset[int]:
        """Return the parties whose end has closed."""
        return frozenset(self._gone)

    def close(self) -> None:
        """Let go of all lines."""
        for outbox in self._outboxes.values():
            try:
                outbox.put_nowait(None)
            except queue.Full:
                continue
        for line in self._lines.values():
            line.close()

    def _read(self, party: int, line: "Connection") -> None:
        try:
            while True:
                data = line.recv_bytes(_LARGEST)
                self._inbox.put(Parcel(party, data, int(time.monotonic() * 1e6)))
        except (EOFError, OSError, TypeError):
            # TypeError: the line was closed by this end in the middle of a read.
            self._gone.add(party)

    def _write(self, party: int, line: "Connection") -> None:
        try:
            while (data := self._outboxes[party].get()) is not None:
                line.send_bytes(data)
        except (OSError, TypeError):
            self._gone.add(party)
