"""Annotated telemetry: energy to rounding, units, gaps, windows, speed and refusals."""

import math
import time

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.signals import annotate_signals, recent_windows, signal_map
from industriverse.kernel.errors import ContractError
from industriverse.kernel.signals import Channel, Signals


def signals_of(values, units, step_s=0.5, start_s=100.0):
    channels = tuple(Channel(f"c{i}", unit) for i, unit in enumerate(units))
    return Signals(start_s, step_s, np.asarray(values, float), channels, source="bench.csv")


@given(st.integers(30, 3000), st.integers(1, 5), st.floats(1e-3, 1e4), st.integers(0, 2**31))
def test_each_map_holds_the_energy_of_its_rows(rows, channels, step, seed):
    values = np.random.default_rng(seed).normal(20.0, 3.0, size=(rows, channels))
    signals = signals_of(values, ["degC"] * channels, step)
    whole = signal_map(signals)
    assert whole.total == pytest.approx((values**2).sum() * step, rel=1e-12)
    reading = annotate_signals(signals)
    for energy, map_, window in zip(
        reading.energy, reading.maps, recent_windows(rows, 8), strict=True
    ):
        truth = (values[window] ** 2).sum() * step
        assert energy == pytest.approx(truth, rel=1e-12)
        assert map_.total == pytest.approx(truth, rel=1e-12)
    assert reading.unit == "degC^2·s"


def test_cells_are_hertz_by_seconds_and_their_area_is_a_pure_number():
    whole = signal_map(signals_of(np.ones((100, 1)), ["V"], 0.01))
    assert whole.grid.axes == ("frequency", "time")
    assert whole.grid.units == ("Hz", "s")
    assert whole.grid.cell_volume == pytest.approx(0.5)
    assert whole.grid.spacing[0] * (whole.grid.shape[0] - 1) == pytest.approx(50.0)
    registry = pint.UnitRegistry()
    assert registry.parse_units(whole.unit) == registry.Unit("V^2*s")


def test_maps_are_successive_and_end_with_the_last_row():
    values = np.zeros((4000, 1))
    values[-700:] = 1.0  # switched on: each later map sees more of it
    reading = annotate_signals(signals_of(values, ["A"]), maps=5)
    assert len(reading.maps) == 5
    assert (np.diff(reading.energy) >= 0).all()
    assert reading.energy[0] == 0.0
    assert reading.energy[-1] == pytest.approx(350.0)
    assert reading.maps[-1].time_s == 100.0 + 0.5 * 3999
    times = [m.time_s for m in reading.maps]
    assert np.diff(times) == pytest.approx([256.0] * 4)
    assert reading.maps[-1].provenance["rows"] == "2976 to 3999"
    assert reading.entropy[0] == 0.0
    assert reading.entropy[-1] > 0.0


@given(st.integers(30, 10_000), st.integers(1, 40))
def test_windows_are_distinct_and_inside_the_record(rows, maps):
    windows = recent_windows(rows, maps)
    assert windows[-1].stop == rows
    assert windows[0].start >= 0
    assert len({w.stop - w.start for w in windows}) == 1
    ends = [w.stop for w in windows]
    assert ends == sorted(set(ends))
    assert len(windows) == min(maps, windows[0].start + len(windows)) <= maps


def test_channels_of_different_units_weigh_the_same_and_it_is_said():
    random = np.random.default_rng(1)
    values = random.normal(size=(400, 2)) * [1.0, 1e6]
    whole = signal_map(signals_of(values, ["degC", "Pa"]))
    truth = ((values / values.std(axis=0)) ** 2).sum() * 0.5
    assert whole.total == pytest.approx(truth, rel=1e-12)
    assert whole.unit == "1·s"
    assert "standard deviation" in whole.reference
    swapped = signal_map(signals_of(values * [1e6, 1.0], ["degC", "Pa"]))
    np.testing.assert_allclose(swapped.density, whole.density, rtol=1e-9, atol=1e-12)


def test_unknown_units_are_not_taken_for_equal_ones():
    values = np.random.default_rng(2).normal(size=(64, 2)) * [1.0, 1e6]
    assert signal_map(signals_of(values, ["", ""])).unit == "1·s"
    assert signal_map(signals_of(values[:, :1], [""])).unit == ""
    assert signal_map(signals_of(values, ["m/s", "m/s"])).unit == "(m/s)^2·s"
    assert signal_map(signals_of(values, ["1", "1"])).unit == "1·s"


def test_constant_and_empty_channels_do_not_break_the_scale():
    values = np.stack([np.full(60, 5.0), np.zeros(60), np.sin(np.arange(60.0))], axis=1)
    whole = signal_map(signals_of(values, ["V", "A", "K"], 1.0))
    sine = (values[:, 2] ** 2).sum() / values[:, 2].var()
    assert whole.total == pytest.approx(60.0 + 0.0 + sine, rel=1e-12)


def test_gaps_are_bridged_by_lines_and_their_share_is_told():
    values = np.arange(1.0, 61.0)[:, None].copy()
    truth = values.copy()
    values[10:20] = np.nan
    values[:2] = np.nan  # before the first reading the first one is held
    truth[:2] = 3.0
    whole = signal_map(signals_of(values, ["m"], 1.0))
    assert whole.total == pytest.approx((truth**2).sum(), rel=1e-12)
    share = ((truth[10:20] ** 2).sum() + 18.0) / (truth**2).sum()
    assert float(whole.provenance["energy share of filled gaps"]) == pytest.approx(share, rel=1e-5)


def test_a_channel_without_readings_is_left_out_by_name():
    values = np.ones((64, 2))
    values[:, 1] = np.nan
    whole = signal_map(signals_of(values, ["m", "m"], 1.0))
    assert whole.total == pytest.approx(64.0)
    assert whole.provenance["without readings"] == "c1"


def test_temperature_and_entropy_are_those_of_the_maps():
    values = np.random.default_rng(3).normal(size=(5000, 1))
    reading = annotate_signals(signals_of(values, ["V"], 1.0))
    last = reading.maps[-1]
    mean = last.density.mean() * last.grid.cell_volume
    assert reading.temperature[-1] == pytest.approx(mean)
    p = last.density.ravel() / last.density.sum()
    assert reading.entropy[-1] == pytest.approx(-(p * np.log(p)).sum(), rel=1e-9)
    # White noise is Boltzmann-like in the frame, a tone is not.
    tone = annotate_signals(signals_of(np.sin(np.arange(5000.0))[:, None], ["V"], 1.0))
    assert reading.gamma_distance < 0.12
    assert tone.gamma_distance > 0.5
    assert tone.entropy[-1] < reading.entropy[-1] - 1.0


def test_a_long_wide_record_is_read_in_time():
    values = np.random.default_rng(4).normal(size=(100_000, 10))
    signals = signals_of(values, list("abcdefghij"))
    annotate_signals(signals)
    spent = []
    for _ in range(5):
        start = time.process_time()
        annotate_signals(signals)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05


def test_too_little_or_broken_telemetry_is_refused():
    with pytest.raises(ContractError, match="29 rows are too few"):
        annotate_signals(signals_of(np.ones((29, 1)), ["m"]))
    with pytest.raises(ContractError, match="no channel"):
        annotate_signals(signals_of(np.ones((40, 0)), []))
    with pytest.raises(ContractError, match="None of the 40 latest rows"):
        signal_map(signals_of(np.full((40, 2), np.nan), ["m", "s"]))
    broken = np.ones((40, 2))
    broken[7, 1] = math.inf
    with pytest.raises(ContractError, match="'c1' is infinite in row 7"):
        signal_map(signals_of(broken, ["m", "s"]))
    with pytest.raises(ContractError, match="0 maps"):
        annotate_signals(signals_of(np.ones((40, 1)), ["m"]), maps=0)
