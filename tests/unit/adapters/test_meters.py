"""Joules by counter and by model, against counters whose truth is known."""

import os
import time

import pytest

from industriverse.adapters.meter_choice import choose_meter
from industriverse.adapters.meter_model import CorePower, ModelMeter, core_power
from industriverse.adapters.meter_rapl import RaplMeter
from industriverse.adapters.meter_shares import Shares
from industriverse.kernel.errors import ContractError, UnavailableError
from tests.contracts.energy_meter import EnergyMeterContract, burn


class Machine:
    """A powercap folder and CPU times that a test sets."""

    def __init__(self, folder, packages=1, range_uj=262_143_328_850):
        self.powercap, self.stat = folder / "powercap", folder / "stat"
        for number in range(packages):
            self.add(f"intel-rapl:{number}", f"package-{number}", range_uj)
        self.add("intel-rapl:0:0", "dram", range_uj)
        self.busy(0.0)

    def add(self, folder, name, range_uj):
        (self.powercap / folder).mkdir(parents=True)
        (self.powercap / folder / "name").write_text(name + "\n")
        (self.powercap / folder / "max_energy_range_uj").write_text(f"{range_uj}\n")
        self.energy(folder, 0)

    def energy(self, folder, microjoules):
        (self.powercap / folder / "energy_uj").write_text(f"{microjoules}\n")

    def busy(self, seconds):
        ticks = int(seconds * os.sysconf("SC_CLK_TCK"))
        self.stat.write_text(f"cpu  {ticks} 0 0 999999 999999 0 0 0 0 0\ncpu0 1\n")

    def meter(self):
        return RaplMeter(self.powercap, self.stat)


class SpendingMeter:
    """Spends a joule in every measurement."""

    def __init__(self, machine):
        self.machine, self.meter = machine, machine.meter()

    def start(self):
        measurement = self.meter.start()
        self.machine.energy("intel-rapl:0", 1_000_000)
        return measurement


class TestModelMeter(EnergyMeterContract):
    @pytest.fixture
    def meter(self):
        return ModelMeter(CorePower(5.0, 0.5, "a test"))


class TestRaplMeter(EnergyMeterContract):
    @pytest.fixture
    def meter(self, tmp_path):
        return SpendingMeter(Machine(tmp_path))


def test_the_model_is_cpu_seconds_times_watts():
    measurement = ModelMeter(CorePower(7.0, 0.5, "a test")).start()
    burn(0.05)
    metering = measurement.stop()
    assert metering.joules == pytest.approx(7.0 * metering.cpu_s)
    assert metering.uncertainty == pytest.approx(0.5 * metering.joules)
    assert 0.05 <= metering.cpu_s < 1.0
    assert "7.00 W, a test" in metering.method


def test_sleeping_costs_next_to_nothing():
    measurement = ModelMeter(CorePower(10.0, 0.5, "a test")).start()
    time.sleep(0.1)
    metering = measurement.stop()
    assert metering.wall_s >= 0.1
    assert metering.joules < 0.5


def test_measurements_at_once_share_the_counter():
    value = [0.0]
    shares = Shares(lambda: value[0])
    first = shares.enter()
    value[0] = 10.0
    second = shares.enter()
    value[0] = 16.0
    alone_then_shared = shares.leave(first)
    value[0] = 20.0
    shared_then_alone = shares.leave(second)
    value[0] = 99.0
    later = shares.enter()
    assert (alone_then_shared, shared_then_alone) == (13.0, 7.0)
    assert shares.leave(later) == 0.0


def test_rapl_sums_packages_and_leaves_parts_out(tmp_path):
    machine = Machine(tmp_path, packages=2)
    measurement = machine.meter().start()
    burn(0.01)
    machine.energy("intel-rapl:0", 2_000_000)
    machine.energy("intel-rapl:1", 3_000_000)
    machine.energy("intel-rapl:0:0", 50_000_000)
    metering = measurement.stop()
    assert metering.joules == pytest.approx(5.0)
    assert metering.method.startswith("measured (RAPL")


def test_rapl_takes_only_our_share_of_a_busy_machine(tmp_path):
    machine = Machine(tmp_path)
    measurement = machine.meter().start()
    burn(0.05)
    machine.energy("intel-rapl:0", 1_000_000)
    machine.busy(10.0)
    metering = measurement.stop()
    assert metering.joules == pytest.approx(metering.cpu_s / 10.0, rel=0.3)


def test_rapl_counts_across_a_wrap(tmp_path):
    machine = Machine(tmp_path, range_uj=262_143_328_850)
    machine.energy("intel-rapl:0", 262_143_000_000)
    measurement = machine.meter().start()
    burn(0.01)
    machine.energy("intel-rapl:0", 671_149)
    assert measurement.stop().joules == pytest.approx(1.0)


def test_a_gap_in_which_a_counter_could_wrap_twice_widens_the_uncertainty(tmp_path):
    machine = Machine(tmp_path, range_uj=1_000)
    measurement = machine.meter().start()
    burn(0.01)
    metering = measurement.stop()
    assert metering.uncertainty >= 0.001


def test_a_machine_without_counters_is_modelled(tmp_path):
    with pytest.raises(UnavailableError, match="no energy counter"):
        RaplMeter(tmp_path)
    assert isinstance(choose_meter(powercap=tmp_path), ModelMeter)


def test_a_counter_that_says_nothing_is_not_used(tmp_path):
    machine = Machine(tmp_path)
    (machine.powercap / "intel-rapl:0" / "energy_uj").write_text("none\n")
    with pytest.raises(UnavailableError, match="cannot be read"):
        machine.meter()
    assert isinstance(choose_meter(powercap=machine.powercap), ModelMeter)


def test_counters_are_used_where_there_are_some_unless_watts_are_set(tmp_path):
    machine = Machine(tmp_path)
    assert isinstance(choose_meter(powercap=machine.powercap), RaplMeter)
    metering = choose_meter(3.5, powercap=machine.powercap).start().stop()
    assert "3.50 W, set by the operator" in metering.method


@pytest.mark.parametrize("watts", [0.0, -1.0, float("nan"), float("inf")])
def test_watts_that_are_none_are_refused(watts):
    with pytest.raises(ContractError, match="above 0"):
        choose_meter(watts)


@pytest.mark.parametrize(
    ("name", "watts"),
    [("AMD EPYC 7763 64-Core Processor", 280 / 64), ("Some new thing", 5.0)],
)
def test_the_cpu_is_looked_up(tmp_path, name, watts):
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor\t: 0\nmodel name\t: {name}\n")
    assert core_power(info).watts == watts
    assert core_power(tmp_path / "none").watts == 5.0
