import time

import pytest

from industriverse.adapters.clock_system import SystemClock
from industriverse.kernel.ports import Clock
from tests.contracts.clock import ClockContract


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self):
        return SystemClock()

    def pass_time(self, clock: Clock) -> None:
        time.sleep(0.01)
