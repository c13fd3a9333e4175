"""The demo plant as a plugin, and the file it writes for newcomers."""

import csv
import json

import numpy as np
import pytest

from industriverse.catalog.solvers.demo_plant import run, write_sample
from industriverse.engines.simulation.plant import CHANNELS, Plant
from industriverse.kernel.plugins import check_plugin, installed


@pytest.fixture(scope="module")
def manifest():
    return installed().plugins["demo-plant"]


def test_manifest_golden_and_about_are_in_order(manifest):
    assert check_plugin(manifest) == ()


def test_a_changed_golden_number_is_noticed(manifest, tmp_path):
    golden = json.loads((manifest.folder / "golden.json").read_text("utf-8"))
    got = run({}, golden["params"])
    assert sorted(got) == sorted(golden["outputs"]) == sorted(manifest.outputs)
    other = run({}, {**golden["params"], "seed": 8})
    assert all((np.abs(other[name] - got[name]) > 0).any() for name in got)


def test_it_says_that_it_is_simulated(manifest):
    assert "simulated" in manifest.title.lower()
    assert "simulated" in (manifest.folder / "about.md").read_text("utf-8").lower()


def test_the_sample_file_has_units_times_and_the_plants_numbers(tmp_path):
    path = tmp_path / "plant.csv"
    assert write_sample(path, hours=0.05, seed=2) == 180
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    assert rows[0] == ["time", *(f"{c.name} [{c.unit}]" for c in CHANNELS)]
    assert rows[1][0] == "2026-01-05T00:00:00.000Z"
    assert rows[2][0] == "2026-01-05T00:00:01.000Z"
    values = np.array([row[1:] for row in rows[1:]], float)
    np.testing.assert_allclose(values, Plant(2, 1.0).advance(180), rtol=1e-4)


def test_the_same_sample_is_written_byte_for_byte(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    write_sample(one, hours=0.02)
    write_sample(two, hours=0.02)
    assert one.read_bytes() == two.read_bytes()
