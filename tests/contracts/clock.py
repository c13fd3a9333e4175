"""The contract of `Clock`."""

from datetime import timedelta

import pytest

from industriverse.kernel.ports import Clock


class ClockContract:
    @pytest.fixture
    def clock(self) -> Clock:
        raise NotImplementedError

    def pass_time(self, clock: Clock) -> None:
        """Let about ten milliseconds go by."""
        raise NotImplementedError

    def test_now_is_in_utc(self, clock: Clock):
        assert clock.now().utcoffset() == timedelta(0)

    def test_both_readings_move_on(self, clock: Clock):
        before, mark = clock.now(), clock.monotonic()
        self.pass_time(clock)
        assert timedelta(0) < clock.now() - before < timedelta(seconds=5)
        assert 0 < clock.monotonic() - mark < 5
