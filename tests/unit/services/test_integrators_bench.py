"""The energy's error over a million steps: what was recorded, and a shorter run of the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from industriverse.services.bench import integrators
from industriverse.services.bench._long_runs import LONG_STEPS, long_run, long_step
from industriverse.services.bench._mechanics import CASES, SEED, is_explicit, methods
from tests.long_integrators import programme

RECORD = Path(__file__).parents[3] / "docs" / "proofs" / "integrators.jsonl"
RUNS = [json.loads(line) for line in RECORD.read_text("utf-8").splitlines()]
NAMES = [f"{run['system']}, {run['method']}" for run in RUNS]
ROUNDING = 1e-11
"""Below it the error is a sum of roundings, which no method bounds."""


def largest(run):
    return max(run["largest_first_half"], run["largest_second_half"])


def test_every_run_of_the_programme_is_on_record():
    assert [(run["system"], run["method"], run["steps"]) for run in RUNS] == programme()
    assert {run["seed"] for run in RUNS} == {SEED}
    for run in RUNS:
        assert run["step"] == pytest.approx(long_step(CASES[run["system"]], run["method"]))
    every = {(name, m) for name, case in CASES.items() for m in methods(case) if is_explicit(m)}
    assert every <= {(r["system"], r["method"]) for r in RUNS if r["steps"] == LONG_STEPS}


@pytest.mark.parametrize("run", RUNS, ids=NAMES)
def test_the_error_on_record_is_bounded(run):
    assert run["drift_per_1000_steps"] <= 1e-4
    if largest(run) > ROUNDING:
        # The cluster is chaotic: one of its halves may meet a rarer place than the other.
        most = 1.5 if run["system"] == "lennard-jones cluster" else 1.1
        assert run["largest_second_half"] <= most * run["largest_first_half"]
    assert largest(run) < 2e-3
    if run["method"] in {"gonzalez", "itoh-abe"}:
        assert largest(run) < ROUNDING


@pytest.mark.parametrize(
    ("system", "method"),
    [
        *((name, "stormer-verlet") for name in CASES),
        *((name, "yoshida 6") for name in CASES if name != "lennard-jones cluster"),
        ("kepler e=0.6", "gauss 4"),
    ],
)
def test_a_shorter_run_gives_what_is_on_record(system, method):
    steps = 100_000 if is_explicit(method) else 20_000
    run: dict[str, Any] = long_run(system, method, steps)
    kept = RUNS[NAMES.index(f"{system}, {method}")]
    assert run["largest_second_half"] <= 1.15 * run["largest_first_half"]
    assert run["largest_first_half"] > ROUNDING
    # The largest of fewer steps is no more than that of all, and not far below it.
    assert 0.8 * largest(kept) < largest(run) <= largest(kept) * (1 + 1e-9)


def test_an_error_that_grows_is_seen(monkeypatch):
    """Euler's explicit step gives the pendulum energy with each turn."""

    class Growing:
        sizes = (1.0,)

        def __init__(self, size):
            self.size = size

        def __call__(self, state):
            force = CASES["pendulum"].system.force(state.q)
            return state._replace(q=state.q + self.size * state.p, p=state.p + self.size * force)

    monkeypatch.setattr(
        "industriverse.services.bench._long_runs.methods", lambda case: {"yoshida": Growing}
    )
    run: dict[str, Any] = long_run("pendulum", "yoshida", 1000)
    assert run["largest_second_half"] > 1.5 * run["largest_first_half"]
    assert run["drift_per_1000_steps"] > 1e-2


def test_the_bench_has_a_row_for_the_cluster():
    case = CASES["lennard-jones cluster"]
    assert not case.affords_equations
    assert case.evaluations == pytest.approx(481.03, abs=0.01)
    row: dict[str, Any] = integrators._ours("cluster", case, "yoshida 4")
    assert row["steps"] == 100 * 160
    assert row["evaluations_a_period"] == 480
    assert row["drift_per_1000_steps"] < 1e-7
    assert row["drift"] <= row["largest_error"] < 1e-4
