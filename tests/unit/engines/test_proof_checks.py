"""Each check against numbers worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.proofs import Evidence, check, is_copy, join, slide
from industriverse.engines.proofs._bounds import lead_bounds
from industriverse.kernel.domains import Budget, DomainLaw, ExchangeKind
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.signals import Channel, Signals

CELLS = 16
GRID = Grid((CELLS,), (1.0,), ("x",), ("m",), ("periodic",))
LAW = DomainLaw("test", "energy", "none", 1e-6, None, None, "")
OBSERVED, FRAMES = 10, 16


def evidence(
    energy=None, exchange=None, law=LAW, kind: ExchangeKind = "closed", uncertainty=None, **more
):
    if energy is None:
        phase = 2 * np.pi * (np.arange(CELLS)[None, :] - 0.5 * np.arange(FRAMES)[:, None]) / CELLS
        energy = 10 + np.cos(phase)
    exchange = np.zeros(len(energy) - 1) if exchange is None else exchange
    budget = Budget(energy.sum(axis=1), exchange, kind, uncertainty, "as declared.")
    return Evidence(energy, OBSERVED, GRID, budget, law, **more)


def result(name, given_evidence):
    return next(one for one in check(given_evidence) if one.name == name)


def test_a_travelling_wave_obeys_everything():
    verdicts = {one.name: one.verdict for one in check(evidence())}
    assert verdicts == {
        "conservation": "passed",
        "entropy": "not applicable",
        "spectrum": "passed",
        "continuity": "passed",
        "smoothness": "passed",
    }


def test_failed_checks_come_first_and_inapplicable_ones_last():
    energy = evidence().energy.copy()
    energy[12:] *= 1.05
    verdicts = [one.verdict for one in check(evidence(energy))]
    assert verdicts == sorted(verdicts, key=["failed", "passed", "not applicable"].index)
    assert verdicts[0] == "failed"


def test_conservation_says_how_much_and_when():
    energy = evidence().energy.copy()
    energy[13:] *= 1.031
    found = result("conservation", evidence(energy))
    assert found.verdict == "failed"
    assert found.details["largest_step"] == pytest.approx(0.031, rel=1e-9)
    assert found.threshold is not None
    assert found.value is not None
    assert found.margin == pytest.approx((found.threshold - found.value) / found.threshold)
    assert "step 4" in found.note
    assert "without an inflow" in found.note


def test_each_of_the_three_bounds_can_be_the_one_that_fails():
    # The wave moves 10.2 a step at a content of 160, so 5 % of what moves is far below 1 %.
    activity = result("conservation", evidence()).details["activity"]
    for drift, fails in ((0.04, False), (0.06, True)):
        content = np.full(FRAMES, 160.0)
        content[OBSERVED:] += drift * activity * np.arange(1, FRAMES - OBSERVED + 1)
        budget = Budget(content, np.zeros(FRAMES - 1), "closed", None, "")
        found = result("conservation", replace(evidence(), budget=budget))
        assert (found.verdict == "failed") is fails
        assert found.details["drift"] == pytest.approx(drift)


def test_an_exchange_explains_a_change_and_its_doubt_widens_the_bounds():
    energy = evidence().energy.copy()
    energy[12:] *= 1.05
    content = energy.sum(axis=1)
    assert result("conservation", evidence(energy)).verdict == "failed"
    known = evidence(energy, np.diff(content), kind="functional")
    assert result("conservation", known).verdict == "passed"
    doubtful = evidence(energy, kind="measured", uncertainty=np.full(FRAMES - 1, 5.0))
    assert result("conservation", doubtful).verdict == "passed"


def test_without_a_budget_conservation_does_not_apply_and_says_why():
    none = Budget(np.ones(FRAMES), None, "unknown", None, "nobody measured it.")
    found = result("conservation", replace(evidence(), budget=none))
    assert found.verdict == "not applicable"
    assert found.note == "No independent budget: nobody measured it."
    assert found.value is found.threshold is found.margin is None


RISING = np.linspace(100, 101, FRAMES)


@pytest.mark.parametrize(
    ("entropy_law", "series", "verdict"),
    [
        ("increasing", RISING, "passed"),
        ("increasing", -RISING, "failed"),
        ("increasing", np.full(FRAMES, 100.0), "passed"),
        ("free_energy", -RISING, "passed"),
        ("free_energy", RISING, "failed"),
        ("casimir", np.full(FRAMES, 100.0), "passed"),
        ("casimir", RISING, "failed"),
        ("casimir", -RISING, "failed"),
        ("none", RISING, "not applicable"),
        ("increasing", None, "not applicable"),
        ("clausius", RISING, "not applicable"),
    ],
)
def test_entropy_laws(entropy_law, series, verdict):
    found = result("entropy", evidence(law=replace(LAW, entropy=entropy_law), entropy=series))
    assert found.verdict == verdict
    assert found.note


def test_clausius_counts_what_crosses_the_boundary():
    law = replace(LAW, entropy="clausius")
    for inflow, verdict in ((0.05, "passed"), (0.08, "failed")):
        crossed = np.full(FRAMES - 1, inflow)
        found = result("entropy", evidence(law=law, entropy=RISING, entropy_inflow=crossed))
        assert found.verdict == verdict


def test_one_falling_step_of_six_is_already_too_many():
    series = RISING.copy()
    series[13] -= 0.1
    law = replace(LAW, entropy="increasing")
    assert result("entropy", evidence(law=law, entropy=series)).verdict == "failed"


def test_the_spectrum_sees_an_octave_fade():
    energy = evidence().energy.copy()
    energy[OBSERVED:] = 10 + 0.5 * (energy[OBSERVED:] - 10)
    found = result("spectrum", evidence(energy))
    assert found.verdict == "failed"
    assert found.value == pytest.approx(np.log10(4), rel=1e-3)
    assert found.threshold == pytest.approx(0.1)


def test_the_truth_shows_a_pattern_out_of_place():
    energy = evidence().energy
    away = np.roll(energy[OBSERVED:], CELLS // 2, axis=1)
    assert result("spectrum", evidence(truth=energy[OBSERVED:])).verdict == "passed"
    found = result("spectrum", evidence(truth=away))
    assert found.verdict == "failed"
    assert found.details["incoherence"] == pytest.approx(2.0)
    assert found.details["pearson"] == pytest.approx(1.0)


def test_continuity_holds_the_first_step_against_the_observed_ones():
    energy = evidence().energy.copy()
    # The wave moves half a cell a step: 2 sin(π/32) of its contrast.
    usual = 2 * np.sin(np.pi / 32)
    found = result("continuity", evidence())
    assert found.value == pytest.approx(usual)
    assert found.threshold == pytest.approx(2 * usual)
    energy[OBSERVED:] = np.roll(energy[OBSERVED:], 1, axis=1)
    jumped = result("continuity", evidence(energy))
    assert jumped.verdict == "failed"
    assert "step 1" in jumped.note
    assert result("continuity", evidence(energy, continuity_bound=1.0)).verdict == "passed"


def test_smoothness_takes_the_domain_bound_or_the_observed_one():
    energy = evidence().energy.copy()
    energy[-1, 3] += 2
    assert result("smoothness", evidence(energy)).verdict == "failed"
    wide = replace(LAW, smoothness_bound=10.0)
    assert result("smoothness", evidence(energy, law=wide)).verdict == "passed"


def test_a_real_temperature_is_used_where_there_is_one():
    steep = evidence().energy.copy()
    steep[OBSERVED:] = 10 + 3 * (steep[OBSERVED:] - 10)
    found = result("smoothness", evidence(temperature=steep))
    assert found.verdict == "failed"
    assert "K/m" in found.note


def test_one_observed_frame_tells_no_bounds():
    one = replace(evidence(), observed=1)
    for name in ("spectrum", "continuity", "smoothness"):
        assert result(name, one).verdict == "not applicable"
        assert result(name, one).note


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.5])
def test_energy_that_cannot_be_is_refused_with_its_place(bad):
    energy = evidence().energy.copy()
    energy[12, 3] = bad
    with pytest.raises(ContractError, match=r"Forecast frame 3, cell \(3,\)"):
        evidence(energy)


@pytest.mark.parametrize(
    "changes",
    [
        {"observed": 0},
        {"observed": FRAMES},
        {"entropy": np.full(FRAMES, np.nan)},
        {"truth": np.ones((2, CELLS))},
    ],
)
def test_evidence_that_does_not_fit_is_refused(changes):
    with pytest.raises(ContractError):
        replace(evidence(), **changes)


@given(st.integers(1, 40), st.integers(1, 30))
def test_bounds_never_fall_with_the_lead_nor_below_what_was_seen(frames, leads):
    rng = np.random.default_rng(frames)
    walk = np.cumsum(rng.standard_normal(frames + 1))
    pairs = [np.abs(walk[lead:] - walk[:-lead]) for lead in range(1, frames + 1)]
    bounds = lead_bounds(pairs, leads)
    assert len(bounds) == leads
    assert np.all(np.diff(bounds) >= 0)
    assert bounds[0] >= np.quantile(pairs[0], 0.99)


def test_a_stale_copy_is_found_and_a_near_miss_is_not():
    seen = np.random.default_rng(0).standard_normal((5, 8, 8))
    assert is_copy(np.repeat(seen[-1:], 3, axis=0), seen)
    assert is_copy(seen[[1, 3]], seen)
    assert is_copy(seen[[1, 3]].astype(np.float32).astype(float), seen)
    assert not is_copy(np.concatenate([seen[[1]], seen[[3]] + 1e-3]), seen)


def test_join_refuses_what_is_missing_in_another_unit_or_not_a_number():
    seen = Trajectory({"a": np.ones((3, CELLS))}, {"a": "K"}, GRID, 0.0, 1.0)
    ahead = np.ones((2, CELLS))
    assert join(seen, {"a": ahead}, {"a": "K"}).frames == 5
    with pytest.raises(ContractError, match="has no 'a'"):
        join(seen, {"b": ahead}, {"b": "K"})
    with pytest.raises(ContractError, match="'degC', the observation in 'K'"):
        join(seen, {"a": ahead}, {"a": "degC"})
    with pytest.raises(ContractError, match="NaN"):
        join(seen, {"a": ahead * np.nan}, {"a": "K"})
    with pytest.raises(ContractError, match="shape"):
        join(seen, {"a": np.ones((2, 3))}, {"a": "K"})


def test_windows_slide_over_the_record_and_end_with_the_forecast():
    past = np.arange(100.0)[:, None]
    past[40] = np.nan
    signals = Signals(0.0, 2.0, past, (Channel("a", "V"),))
    trajectory, observed = slide(signals, np.arange(100.0, 110.0)[:, None])
    windows = trajectory.variables["a"]
    assert trajectory.frames == observed + 10
    assert windows[-1, -1] == 109.0
    assert windows[observed - 1, -1] == 99.0
    np.testing.assert_array_equal(np.diff(windows, axis=0), 1.0)
    with pytest.raises(ContractError, match="too few"):
        slide(replace(signals, values=past[:8]), np.ones((4, 1)))
    with pytest.raises(ContractError, match="NaN"):
        slide(signals, np.full((4, 1), np.nan))


def out_of_nothing(size):
    """Observed: a uniform field; forecast: structure of some size from the first step on."""
    energy = np.ones((FRAMES, CELLS))
    energy[OBSERVED:] += size * (1 + np.sin(np.arange(CELLS)))
    return energy


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e30, 1e100])
def test_structure_out_of_nothing_fails_with_finite_numbers(size):
    found = {one.name: one for one in check(evidence(out_of_nothing(size)))}
    for name in ("smoothness", "continuity"):
        assert found[name].verdict == "failed"
        assert np.isfinite([found[name].value or 0, found[name].margin or 0]).all()


def test_a_field_that_grew_out_of_nothing_gives_finite_bounds():
    energy = np.zeros((FRAMES, CELLS))
    energy[OBSERVED // 2 :] = 1e100 * (1 + np.cos(np.arange(CELLS)))
    for one in check(evidence(energy)):
        assert one.threshold is None or np.isfinite(one.threshold)


def test_rounding_of_a_uniform_field_is_no_cliff():
    energy = np.ones((FRAMES, CELLS))
    energy[OBSERVED:, ::3] += 2e-16
    assert result("smoothness", evidence(energy)).verdict == "passed"


@pytest.mark.parametrize("missing", [False, True])
def test_a_copy_is_found_wherever_it_was_observed(missing):
    observed = np.random.default_rng(1).normal(size=(40, 6, 7))
    if missing:
        observed[:, 0, 0] = np.nan
    assert is_copy(observed[[3, 39, 3]], observed)
    edited = observed[[3, 39]].copy()
    edited[1, 3, 3] += 1e-3
    assert not is_copy(edited, observed)


def test_a_value_where_nothing_was_observed_is_no_copy():
    observed = np.random.default_rng(2).normal(size=(5, 100))
    observed[:, 7] = np.nan
    made = observed[[4]].copy()
    made[0, 7] = 1.0
    assert not is_copy(made, observed)
