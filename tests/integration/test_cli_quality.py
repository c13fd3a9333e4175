"""`quality` as a user meets it: the screen, the document, and a clean table that reads back."""

import json

import numpy as np
import pytest

from industriverse.adapters.file_reader import FileReader
from industriverse.kernel.ports import ReadOptions
from industriverse.kernel.signals import Signals
from industriverse.services.documents import QualityDocument


@pytest.fixture(scope="module")
def table(folder):
    random = np.random.default_rng(5)
    flow = 20 + 3 * np.sin(np.arange(600) / 7) + random.normal(0, 0.3, 600)
    flow[100], flow[200:220], flow[400:460] = 60.0, 0.0, flow[400]
    rows = [f"2026-01-01T{i // 60:02d}:{i % 60:02d}:00Z,{v:.4f}" for i, v in enumerate(flow)]
    path = folder / "pump.csv"
    path.write_text("\n".join(["time,flow [kg/s]", *rows]))
    return path


def readings(path):
    observed = FileReader().read(path, ReadOptions()).observation
    assert isinstance(observed, Signals)
    return observed


def test_quality_finds_what_was_planted_and_writes_a_clean_table(run, table, folder):
    done = run("quality", table, "--json", "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    document = QualityDocument.model_validate_json(done.stdout)
    assert [(f.kind, f.start, f.end) for f in document.flags] == [
        ("spike", 100, 101),
        ("flat_line", 400, 460),
        ("drop_out", 200, 220),
    ]
    assert document.flags[0].time == "2026-01-01T01:40:00.000000+00:00"
    assert document.score == pytest.approx(1 - 81 / 600)
    assert json.loads((folder / "out" / "quality.json").read_text()) == json.loads(done.stdout)
    before, after = readings(table), readings(folder / "out" / "cleaned.csv")
    assert (after.names, after.units) == (before.names, before.units)
    np.testing.assert_allclose(after.times, before.times)
    same = np.ones(600, bool)
    same[100] = same[200:220] = False
    np.testing.assert_array_equal(after.values[same], before.values[same])
    assert np.abs(after.values[~same] - 20).max() < 5


def test_quality_fits_on_one_screen(run, table):
    done = run("quality", table, "--variable", "flow")
    assert done.returncode == 0, done.stderr
    assert "86.500% of the readings are under no flag; 21 replaced" in done.stdout
    assert "rows 400–459" in done.stdout
    assert "drifts      none" in done.stdout
    assert len(done.stdout.splitlines()) < 20


def test_quality_of_a_field_is_refused_in_a_sentence(run, folder):
    np.save(folder / "plate.npy", np.random.default_rng(1).random((8, 6, 5)))
    done = run("quality", folder / "plate.npy")
    assert done.returncode == 2
    assert "holds a field" in done.stderr
