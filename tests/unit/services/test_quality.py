"""A file's quality: windows, stretches across them, the clean table, and refusals."""

import csv
import io

import numpy as np
import pytest

from industriverse.kernel.errors import ContractError, InputError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.ports import ReadResult
from industriverse.kernel.signals import Channel, Signals
from industriverse.services.quality import as_csv, inspect_file


def read_of(values, reported=("flow", "level"), start_s=0.0, absolute=False):
    channels = (Channel("flow", "kg/s"), Channel("level"))
    signals = Signals(start_s, 0.5, values, channels, absolute)
    return ReadResult(signals, reported, values.shape, ("a note",), "0" * 64)


def noise(rows, seed=0):
    return np.random.default_rng(seed).normal(5.0, 1.0, size=(rows, 2))


def test_a_long_file_is_judged_in_windows_and_a_stretch_stays_whole():
    values = noise(10_000)
    values[3300:3400, 0] = np.nan  # across the first window's end
    values[9000, 1] += 20.0
    found = inspect_file(read_of(values), name="plant.csv").document
    assert [(w.start, w.end) for w in found.windows] == [(0, 3333), (3333, 6667), (6667, 10_000)]
    assert [(f.kind, f.channel, f.start, f.end, f.time) for f in found.flags] == [
        ("spike", "level", 9000, 9001, "4500.0"),
        ("drop_out", "flow", 3300, 3400, "1650.0"),
    ]
    assert found.flags[1].size == 100.0
    assert found.counts == {
        "spike": 1,
        "flat_line": 0,
        "drift": 0,
        "drop_out": 1,
        "clock_jump": 0,
    }
    assert found.replaced == 101
    assert found.scores == pytest.approx({"flow": 0.99, "level": 0.9999})
    assert found.score == pytest.approx(0.99495)
    assert found.input.warnings == ["a note"]
    # Other units than each other: energies are of channels divided by their deviation.
    assert [w.unit for w in found.windows] == ["1·s"] * 3
    assert found.windows[2].energy_removed > found.windows[1].energy_removed == 0.0


def test_only_what_is_asked_for_is_judged_and_written():
    values = noise(100)
    values[50, 0] = 40.0
    found = inspect_file(read_of(values, reported=("level",)), name="plant.csv")
    assert not found.document.flags
    assert found.cleaned.names == ("level",)
    np.testing.assert_array_equal(found.cleaned.values, values[:, 1:])


def test_the_clean_table_keeps_every_digit_and_what_was_not_touched():
    values = noise(100)
    values[50, 0], values[:, 1] = 40.0, np.nan
    found = inspect_file(read_of(values, start_s=1.7e9, absolute=True), name="plant.csv")
    table = list(csv.reader(io.StringIO(as_csv(found.cleaned))))
    assert table[0] == ["time", "flow [kg/s]", "level"]
    assert table[2][0] == "2023-11-14T22:13:20.500000+00:00"
    assert [row[2] for row in table[1:]] == [""] * 100
    flow = np.array([float(row[1]) for row in table[1:]])
    np.testing.assert_array_equal(np.delete(flow, 50), np.delete(values[:, 0], 50))
    assert abs(flow[50] - 5.0) < 3.0


def test_what_cannot_be_judged_is_refused():
    grid = Grid((4,), (1.0,), ("x",), ("m",), ("periodic",))
    field = Trajectory({"T": np.ones((40, 4))}, {"T": "K"}, grid, 0.0, 1.0)
    read = ReadResult(field, ("T",), (40, 4), (), "0" * 64)
    with pytest.raises(ContractError, match=r"plate\.nc holds a field"):
        inspect_file(read, name="plate.nc")
    with pytest.raises(InputError, match="magnitudes"):
        inspect_file(read_of(1e200 * noise(50)), name="plant.csv")
    with pytest.raises(ContractError, match="20 rows are too few"):
        inspect_file(read_of(noise(20)), name="plant.csv")
