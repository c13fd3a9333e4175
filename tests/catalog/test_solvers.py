"""One suite for every solver with a card: it is true of the solver's golden run."""

import json
from dataclasses import replace
from itertools import pairwise

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
    is_solver,
    solver_card,
)

SOLVERS = [m for m in installed().of_kind("solver") if is_solver(m)]


def golden_run(manifest):
    golden = json.loads((manifest.folder / "golden.json").read_text("utf-8"))
    params = full_params(manifest, golden["params"])
    return params, load(manifest)({}, params)  # pyright: ignore[reportCallIssue]


@pytest.fixture(scope="module", params=SOLVERS, ids=lambda manifest: manifest.id)
def case(request):
    return request.param, *golden_run(request.param)


def test_the_suite_sees_the_solvers():
    seen = {manifest.id: is_field_solver(manifest) for manifest in SOLVERS}
    assert seen["gray-scott"]
    assert not seen["lorenz"]


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
    if not is_field_solver(manifest):
        pytest.skip("it makes readings, no fields")
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
        assert drift(outputs[name], manifest.outputs[name].unit) <= bound, name


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
        ({"conserves": {"balance": 1e-9}}, "has an order"),
        ({"order": {"balance": 2}}, "has an order"),
        ({"conserves": {"balance": 1e-9}, "order": {"balance": -1}}, "smaller steps"),
        ({"entropy": "rising"}, "rising"),
        ({"control": "heat"}, "heat"),
        ({"given": {"heat": 1.0}}, "heat"),
        ({"regimes": {"stable": [2.0, 1.0]}}, "low, high"),
        ({"regimes": {"stable": [1.0, 2.0, 3.0]}}, "low, high"),
        ({"mood": "calm"}, "mood"),
        ({"atlas": {"mood": "calm"}}, "mood"),
        ({"atlas": {"sequences": [{"mood": 1.0}]}}, "mood"),
        ({"atlas": {"sequences": []}}, "needs a run"),
        ({"forecast": {"channels": ["u"]}}, "frame_s"),
        ({"forecast": {"channels": ["u"], "frame_s": 1.0, "mood": 1}}, "mood"),
        ({"forecast": {"channels": [], "frame_s": 1.0}}, "needs channels"),
        ({"forecast": {"channels": ["w"], "frame_s": 1.0}}, "no outputs over space"),
        ({"forecast": {"channels": ["u"], "frame_s": 1.0, "positive": ["v"]}}, "no channels"),
        ({"forecast": {"channels": ["u"], "frame_s": 1.0, "symmetry": ["flip"]}}, "flip"),
        ({"forecast": {"channels": ["u"], "frame_s": 1.0, "frames": 33}}, "34 frames"),
        ({"forecast": {"channels": ["u"], "frame_s": 0.0}}, "above 0"),
        ({"forecast": {"channels": ["u"], "frame_s": 1.0, "fixed": {"mood": 1.0}}}, "mood"),
        ({"forecast": {"channels": ["u"], "frame_s": 1.0, "varied": {"feed": [1, 0]}}}, "feed"),
        (
            {"forecast": {"channels": ["u", "v"], "frame_s": 1.0, "divergence_free": [["u", "v"]]}},
            "no vectors",
        ),
    ],
)
def test_a_false_card_is_refused(change, said):
    manifest = next(m for m in SOLVERS if m.id == "gray-scott")
    with pytest.raises(ContractError) as refused:
        solver_card(replace(manifest, solver={**manifest.solver, **change}))
    assert said in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize("given", [{"speed": 1.0}, {"feed": 5.0}, {"feed": float("nan")}])
def test_parameters_out_of_place_are_refused(given):
    manifest = next(m for m in SOLVERS if m.id == "gray-scott")
    with pytest.raises(ContractError):
        full_params(manifest, given)


def test_the_control_tells_the_regime_where_it_is_known():
    card = solver_card(next(m for m in SOLVERS if m.id == "gray-scott"))
    ranges = {"stable": ((0.0, 0.01), (0.04, 0.05)), "chaotic": ((0.02, 0.03),)}
    ruled = replace(card, control="feed", regimes=ranges, given={"kill": 0.05})
    told = [ruled.regime({"feed": feed, "kill": 0.05}) for feed in (0.0, 0.01, 0.02, 0.03, 0.04)]
    assert told == ["stable", "", "chaotic", "", "stable"]
    assert ruled.regime({"feed": 0.02, "kill": 0.06}) == ""
    assert replace(ruled, control="").regime({"feed": 0.02, "kill": 0.05}) == ""


@pytest.mark.parametrize("manifest", SOLVERS, ids=lambda manifest: manifest.id)
def test_regimes_lie_within_the_controls_limits_and_do_not_overlap(manifest):
    card = solver_card(manifest)
    known = {"stable", "transitional", "chaotic", "phase_change"}
    assert set(card.regimes) <= known
    edges = sorted(pair for held in card.regimes.values() for pair in held)
    assert all(high <= low for (_, high), (low, _) in pairwise(edges))
    if edges:
        slot = manifest.params[card.control]
        assert slot.minimum <= edges[0][0]
        assert edges[-1][0] < slot.maximum
        assert edges[-1][1] <= 1.01 * slot.maximum


@pytest.mark.parametrize(
    ("solver", "changed", "label"),
    [
        ("lorenz", {"rho": 0.5}, "stable"),
        ("lorenz", {"rho": 15.0}, "stable"),
        ("lorenz", {"rho": 24.4}, "transitional"),
        ("lorenz", {"rho": 28.0}, "chaotic"),
        ("lorenz", {"rho": 28.0, "beta": 2.0}, ""),
        ("driven-pendulum", {"drive": 0.9}, "stable"),
        ("driven-pendulum", {"drive": 1.07}, "transitional"),
        ("driven-pendulum", {"drive": 1.15}, "chaotic"),
        ("driven-pendulum", {"drive": 1.35}, ""),
        ("incompressible-flow", {"kinematic_viscosity": 0.05, "start": 3.0}, "stable"),
        ("incompressible-flow", {"kinematic_viscosity": 0.05}, ""),
        ("ising", {"temperature": 3.0, "heating": 0.1}, ""),
    ],
)
def test_a_run_has_the_regime_that_is_published(solver, changed, label):
    manifest = installed().get(solver)
    assert solver_card(manifest).regime(full_params(manifest, changed)) == label


def test_drift_and_violations_are_seen():
    card = solver_card(next(m for m in SOLVERS if m.id == "gray-scott"))
    assert drift(np.array([2.0, 2.0, 2.2])) == pytest.approx(0.1 / 1.1)
    assert drift(np.array([0.0, 1e-12])) == pytest.approx(1e-12)
    assert drift(np.array([1e-10, 2e-10])) == pytest.approx(1e-10)
    assert drift(np.array([1e-10, 2e-10]), "m/s") == pytest.approx(0.5)
    assert drift(np.array([0.0, 1e-300]), "m/s") == pytest.approx(1.0)
    assert drift(np.array([0.0, 0.0]), "m/s") == 0.0
    rising = replace(card, entropy="free_energy", entropy_series="f")
    assert entropy_violation(rising, {"f": np.array([2.0, 1.0, 1.5])}) == pytest.approx(0.25)
    falling = replace(card, entropy="increasing", entropy_series="f")
    assert entropy_violation(falling, {"f": np.array([2.0, 1.0, 1.5])}) == pytest.approx(0.5)
    made = replace(card, entropy="clausius", entropy_series="f")
    assert entropy_violation(made, {"f": np.array([0.0, 2.0, 1.0])}) == pytest.approx(0.5)
    assert entropy_violation(made, {"f": np.array([0.0, 1.0, 2.0])}) == 0.0
    kept = replace(card, entropy="casimir", entropy_series="f")
    assert entropy_violation(kept, {"f": np.array([2.0, 2.5, 2.0])}) == pytest.approx(0.2)
    assert entropy_violation(replace(card, entropy="none"), {}) == 0.0


def test_entropy_that_is_used_up_is_seen_in_a_run():
    manifest = next(m for m in SOLVERS if solver_card(m).entropy == "clausius")
    card, (_, outputs) = solver_card(manifest), golden_run(manifest)
    backwards = {card.entropy_series: -np.asarray(outputs[card.entropy_series])}
    assert entropy_violation(card, backwards) > 0.1
