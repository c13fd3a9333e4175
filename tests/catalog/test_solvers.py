"""One suite for every solver of fields: its card is true of its golden run."""

import json
from dataclasses import replace

import numpy as np
import pytest

from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import installed, load
from industriverse.kernel.solvers import (
    as_trajectory,
    drift,
    entropy_violation,
    field_names,
    full_params,
    is_field_solver,
    solver_card,
)

SOLVERS = [m for m in installed().of_kind("solver") if is_field_solver(m)]


def golden_run(manifest):
    golden = json.loads((manifest.folder / "golden.json").read_text("utf-8"))
    params = full_params(manifest, golden["params"])
    return params, load(manifest)({}, params)  # pyright: ignore[reportCallIssue]


@pytest.fixture(scope="module", params=SOLVERS, ids=lambda manifest: manifest.id)
def case(request):
    return request.param, *golden_run(request.param)


def test_the_suite_sees_the_solvers():
    assert "gray-scott" in {manifest.id for manifest in SOLVERS}


def test_its_maps_have_a_domain():
    domains = {adapter.law.domain for adapter in installed().domains()}
    without = {m.id for m in SOLVERS if solver_card(m).domain not in domains}
    assert not without


def test_outputs_are_those_declared(case):
    manifest, params, outputs = case
    frames = int(params["frames"])
    assert set(outputs) == set(manifest.outputs)
    for name, slot in manifest.outputs.items():
        assert outputs[name].shape[0] == frames
        assert outputs[name].ndim == len(slot.dims)
        assert np.isfinite(outputs[name]).all()


def test_frames_become_a_trajectory(case):
    manifest, params, outputs = case
    trajectory = as_trajectory(manifest, params, outputs)
    assert trajectory.names == field_names(manifest)
    assert trajectory.frames == int(params["frames"])
    assert trajectory.grid.boundary == solver_card(manifest).boundary


def test_something_happens(case):
    manifest, _, outputs = case
    field = outputs[solver_card(manifest).picture]
    assert np.abs(field[-1] - field[0]).max() > 1e-6 * np.abs(field).max()


def test_what_it_keeps_is_kept(case):
    manifest, _, outputs = case
    for name, bound in solver_card(manifest).conserves.items():
        assert drift(outputs[name]) <= bound, name


def test_its_entropy_law_holds(case):
    manifest, _, outputs = case
    card = solver_card(manifest)
    assert entropy_violation(card, outputs) <= card.entropy_tolerance


def test_the_seed_decides_the_run(case):
    manifest, params, outputs = case
    run = load(manifest)
    picture = solver_card(manifest).picture
    again = run({}, params)[picture]  # pyright: ignore[reportCallIssue]
    other = run({}, {**params, "seed": params["seed"] + 1})[picture]  # pyright: ignore[reportCallIssue]
    np.testing.assert_array_equal(again, outputs[picture])
    assert np.abs(other - outputs[picture]).max() > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"picture": "nothing"}, "nothing"),
        ({"boundary": ["wall", "wall"]}, "wall"),
        ({"conserves": {"u": 1e-9}}, "over time"),
        ({"entropy": "rising"}, "rising"),
        ({"control": "heat"}, "heat"),
        ({"mood": "calm"}, "mood"),
        ({"atlas": {"mood": "calm"}}, "mood"),
        ({"atlas": {"sequences": [{"mood": 1.0}]}}, "mood"),
        ({"atlas": {"sequences": []}}, "needs a run"),
    ],
)
def test_a_false_card_is_refused(change, said):
    manifest = next(m for m in SOLVERS if m.id == "gray-scott")
    with pytest.raises(ContractError, match=said):
        solver_card(replace(manifest, solver={**manifest.solver, **change}))


@pytest.mark.parametrize("given", [{"speed": 1.0}, {"feed": 5.0}, {"feed": float("nan")}])
def test_parameters_out_of_place_are_refused(given):
    manifest = next(m for m in SOLVERS if m.id == "gray-scott")
    with pytest.raises(ContractError):
        full_params(manifest, given)


def test_the_control_tells_the_regime_where_it_is_known():
    card = solver_card(next(m for m in SOLVERS if m.id == "gray-scott"))
    ruled = replace(card, control="feed", regimes={"stable": (0.0, 0.01), "chaotic": (0.02, 0.03)})
    told = [ruled.regime({"feed": feed}) for feed in (0.0, 0.01, 0.02, 0.03)]
    assert told == ["stable", "", "chaotic", ""]
    assert replace(card, control="").regime({"feed": 0.02}) == ""


def test_drift_and_violations_are_seen():
    card = solver_card(next(m for m in SOLVERS if m.id == "gray-scott"))
    assert drift(np.array([2.0, 2.0, 2.2])) == pytest.approx(0.1 / 1.1)
    assert drift(np.array([0.0, 1e-12])) == pytest.approx(1e-12)
    rising = replace(card, entropy="free_energy", entropy_series="f")
    assert entropy_violation(rising, {"f": np.array([2.0, 1.0, 1.5])}) == pytest.approx(0.25)
    falling = replace(card, entropy="increasing", entropy_series="f")
    assert entropy_violation(falling, {"f": np.array([2.0, 1.0, 1.5])}) == pytest.approx(0.5)
