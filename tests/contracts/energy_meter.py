"""The contract of `EnergyMeter`."""

import math
import time

import pytest

from industriverse.kernel.ports import EnergyMeter


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        math.sqrt(2.0)


class EnergyMeterContract:
    @pytest.fixture
    def meter(self) -> EnergyMeter:
        raise NotImplementedError

    def test_work_takes_energy(self, meter: EnergyMeter):
        measurement = meter.start()
        burn(0.05)
        metering = measurement.stop()
        assert metering.joules > 0
        assert 0 <= metering.uncertainty < math.inf
        assert metering.cpu_s > 0
        assert metering.wall_s > 0
        assert metering.method

    def test_stopping_again_says_the_same(self, meter: EnergyMeter):
        measurement = meter.start()
        burn(0.01)
        first = measurement.stop()
        burn(0.01)
        assert measurement.stop() == first
