"""`regimes` as a user meets it: rows as they stand, changes, anomalies, scores, clear refusals."""

import json

import numpy as np
import pytest

from industriverse.services.documents import RegimesDocument

SAMPLES, CHANGE = 900, 500


@pytest.fixture(scope="module")
def table(folder):
    """A table whose clock is irregular and whose rows must stay as they are."""
    random = np.random.default_rng(5)
    flow = random.normal(20, 1, SAMPLES)
    flow[CHANGE:] += 4
    minutes = np.cumsum(random.integers(1, 4, SAMPLES))
    rows = [
        f"2026-01-{1 + m // 1440:02d}T{m // 60 % 24:02d}:{m % 60:02d}:00Z,{v:.4f},{7.5}"
        for m, v in zip(minutes.tolist(), flow.tolist(), strict=True)
    ]
    path = folder / "line.csv"
    path.write_text("\n".join(["time,flow [kg/s],pressure [bar]", *rows]))
    return path


def test_regimes_counts_the_rows_of_the_file(run, table, folder):
    done = run("regimes", table, "--column", "flow", "--json", "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    found = RegimesDocument.model_validate_json(done.stdout)
    assert found.n == SAMPLES
    (change,) = found.change_points
    assert abs(change.index - CHANGE) <= 2
    assert change.index <= change.detected < CHANGE + 40
    lines = table.read_text().splitlines()
    assert change.time[:16] == lines[1 + change.index][:16]
    assert "flow: the mean went from 20" in change.evidence
    assert [(s.start, s.end) for s in found.segments] == [(0, change.index), (change.index, 900)]
    assert any(a.start <= CHANGE + 20 < a.end for a in found.anomalies)
    assert found.recommended_action in {"monitor", "proceed"}
    scores = (folder / "out" / "scores.csv").read_text().splitlines()
    assert found.scores_path == str(folder / "out" / "scores.csv")
    assert scores[0] == "sample,score"
    assert len(scores) == 1 + SAMPLES
    assert json.loads((folder / "out" / "regimes.json").read_text()) == json.loads(done.stdout)


def test_regimes_fit_on_one_screen(run, table):
    done = run("regimes", table)
    assert done.returncode == 0, done.stderr
    assert "changes    1, at most 0.0001 false alarms a sample asked for" in done.stdout
    assert "flow: the mean went from 20" in done.stdout
    assert len(done.stdout.splitlines()) < 30


def test_a_short_table_is_followed_too(run, folder):
    path = folder / "short.csv"
    path.write_text("year,gdp\n" + "\n".join(f"{1990 + i},{10 + i % 3}" for i in range(12)))
    done = run("regimes", path, "--json")
    assert done.returncode == 0, done.stderr
    found = RegimesDocument.model_validate_json(done.stdout)
    assert (found.n, found.change_points, found.regime.label) == (12, [], "initializing")
    assert found.recommended_action == "defer"


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        (("--false-alarms", "0.7"), 2, "0.7 false alarms a sample"),
        (("--false-alarms", "0"), 2, "0 false alarms a sample"),
        (("--column", "steam"), 3, "no column 'steam'"),
    ],
)
def test_refusals_say_what_and_how(run, table, flags, code, says):
    done = run("regimes", table, *flags)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
