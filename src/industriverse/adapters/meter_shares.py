"""Splits a rising counter among the measurements that run at once, so that nothing counts twice."""

import threading
from collections.abc import Callable


class Shares:
    """A counter whose every increase is shared equally by the measurements then running.

    The parts sum to the whole: two predictions at once in one process are not both billed for
    the process' energy.

    Args:
        counter: Returns a value that never falls.
    """

    def __init__(self, counter: Callable[[], float]) -> None:
        self._counter = counter
        self._lock = threading.Lock()
        self._running = 0
        self._last = 0.0
        self._share = 0.0

    def enter(self) -> float:
        """Join; return the mark to subtract later."""
        with self._lock:
            self._advance()
            self._running += 1
            return self._share

    def leave(self, mark: float) -> float:
        """Leave; return what fell to this measurement since its mark."""
        with self._lock:
            self._advance()
            self._running -= 1
            return self._share - mark

    def _advance(self) -> None:
        now = self._counter()
        if self._running:
            self._share += (now - self._last) / self._running
        self._last = now
