"""A clock that a test moves by hand."""

from datetime import UTC, datetime, timedelta


class HandClock:
    def __init__(self, at: datetime = datetime(2026, 1, 1, tzinfo=UTC)):
        self._at = at
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._elapsed_s

    def move(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)
        self._elapsed_s += max(seconds, 0.0)
