"""Follow a living source beside its feed: changes and anomalies as they come."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from industriverse.kernel.signals import Channel

if TYPE_CHECKING:
    from industriverse.engines.regimes.stream import Anomaly, ChangePoint, StreamFollower

_BLOCK = 64
"""Samples taken in one go at most, so that what they led to is told soon."""
_KEPT = 8192
"""Samples that evidence is told from."""
_TOO_OLD = "The change lies before the samples that are kept to tell it from."
_log = logging.getLogger("industriverse.watching")

Row = Float[np.ndarray, "channel"]


@dataclass(slots=True)
class StreamWatch:
    """Follows samples in a thread of its own, so that whoever hands them over never waits.

    The loops are compiled on first use, half a minute without the cache on disk; samples queue up
    until then.

    Attributes:
        channels: What a sample holds.
        time_of: Returns a sample's time, by its number from 0, as it is written.
        publish: Takes each message.
    """

    channels: tuple[Channel, ...]
    time_of: Callable[[int], str]
    publish: Callable[[dict[str, Any]], None]
    _waiting: "SimpleQueue[Row | None]" = field(init=False, default_factory=SimpleQueue)
    _kept: deque[Row] = field(init=False, default_factory=lambda: deque(maxlen=_KEPT))
    _since: int = field(init=False, default=0)
    _open: int | None = field(init=False, default=None)
    _thread: threading.Thread | None = field(init=False, default=None)

    def take(self, row: Row) -> None:
        """Hand over the next sample; returns at once. Without a finite number it is a gap."""
        self._waiting.put(np.where(np.isfinite(row), row, np.nan).astype(np.float64))

    def start(self) -> None:
        """Begin with the samples that wait already."""
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def stop(self, patience_s: float = 10.0) -> None:
        """End once the samples handed over so far are followed; wait for that so long at most."""
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(timeout=patience_s)

    def _run(self) -> None:
        try:
            from industriverse.engines.regimes.stream import StreamFollower  # noqa: PLC0415 (slow)

            follower = StreamFollower(len(self.channels))
            while rows := self._block():
                self._follow(follower, np.array(rows))
        except Exception:
            _log.exception("the source is no longer watched for changes")

    def _block(self) -> list[Row]:
        """Return what waits, at least one sample; nothing at the end."""
        rows: list[Row] = []
        while len(rows) < _BLOCK and not (rows and self._waiting.empty()):
            row = self._waiting.get()
            if row is None:
                self._waiting.put(None)
                return rows
            rows.append(row)
        return rows

    def _follow(self, follower: "StreamFollower", rows: Float[np.ndarray, "time channel"]) -> None:
        found = follower.update(rows)
        self._kept.extend(rows)
        for change in found.changes:
            self._tell_change(change, follower.samples)
        for anomaly in found.anomalies:
            self._tell_anomaly(anomaly, going_on=False)
        for anomaly in follower.finish():
            if anomaly.start != self._open:
                self._open = anomaly.start
                self._tell_anomaly(anomaly, going_on=True)

    def _tell_change(self, change: "ChangePoint", samples: int) -> None:
        self.publish(
            {
                "type": "change",
                "time": self.time_of(change.index),
                "detected_time": self.time_of(change.detected),
                "score": change.score,
                "evidence": self._evidence(change, samples - len(self._kept)),
            }
        )
        self._since = change.index

    def _evidence(self, change: "ChangePoint", first: int) -> str:
        from industriverse.engines.regimes.stream import evidence_of  # noqa: PLC0415 (slow)

        if change.index <= first:
            return _TOO_OLD
        within = replace(change, index=change.index - first, detected=change.detected - first)
        names = [channel.name for channel in self.channels]
        edges = (max(self._since - first, 0), len(self._kept))
        return evidence_of(within, np.array(self._kept), names, edges)

    def _tell_anomaly(self, anomaly: "Anomaly", *, going_on: bool) -> None:
        self.publish(
            {
                "type": "anomaly",
                "time": self.time_of(anomaly.start),
                "end_time": self.time_of(anomaly.end - 1),
                "score": anomaly.score,
                "going_on": going_on,
            }
        )
