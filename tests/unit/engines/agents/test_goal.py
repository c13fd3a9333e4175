"""Goals are reached or not by numbers that were measured, intervals by whole trajectories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.agents import (
    Goal,
    Offer,
    aspire,
    distance,
    ensemble_spread,
    evaluate,
    interval_radii,
)
from industriverse.kernel.errors import ContractError


def offer(name, error, latency_s=0.1, joules=1.0, cases=19):
    return Offer(name, np.full((cases, 5), error), latency_s, joules)


def test_the_most_exact_within_time_and_energy_are_chosen():
    offers = [offer("slow", 0.1, 5.0), offer("good", 0.2), offer("fair", 0.3), offer("bad", 0.9)]
    found = aspire(Goal(0.9, 0.5, 1.0, 1.5), offers, 5)
    assert found.chosen == ("good",)
    assert "5 s of 1 s" in found.reasons[0]
    assert "1 J of 0.5 J left" in found.reasons[2]
    assert "0.9" in found.reasons[3]


@given(st.floats(0.01, 0.5), st.floats(0.5, 2.0))
def test_a_goal_below_what_was_reached_is_out_of_reach(low, high):
    assert not aspire(Goal(0.9, low, 1.0), [offer("x", high + 1e-6)], 5).reachable
    assert aspire(Goal(0.9, high, 1.0), [offer("x", low)], 5).reachable


def test_the_reach_is_the_conformal_quantile_of_the_worst_lead():
    errors = np.arange(1.0, 20.0)[:, None] * np.array([0.5, 1.0, 0.2])
    one = Offer("x", errors, 0.1, 1.0)
    assert one.reach(3, 0.9) == 18
    assert one.reach(1, 0.9) == 9
    assert one.reach(3, 0.99) == np.inf


def test_too_few_cases_reach_no_high_coverage():
    found = aspire(Goal(0.95, 10.0, 1.0), [offer("x", 0.1, cases=10)], 5)
    assert not found.reachable
    assert "10 cases" in found.reasons[0]


def test_goals_that_mean_nothing_are_refused():
    with pytest.raises(ContractError, match="coverage"):
        Goal(1.0, 0.1, 1.0)
    with pytest.raises(ContractError, match="above zero"):
        Goal(0.9, 0.0, 1.0)
    with pytest.raises(ContractError, match="6 leads"):
        aspire(Goal(0.9, 1.0, 1.0), [offer("x", 0.1)], 6)


def test_no_forecaster_is_a_reason():
    assert aspire(Goal(0.9, 1.0, 1.0), [], 5).reasons == ("There is no forecaster.",)


def test_a_score_states_coverage_width_and_what_was_missed():
    random = np.random.default_rng(0)
    context = random.normal(size=(6, 1, 40, 40))
    truth = random.normal(size=(4, 1, 40, 40))
    mean = np.zeros_like(truth)
    scored = evaluate(
        Goal(0.9, 0.5, 1.0, 2.0), context, (mean - 1, mean, mean + 1), truth, (2.0, 1.0)
    )
    assert scored.coverage == pytest.approx(0.683, abs=0.02)
    assert scored.width == pytest.approx(2.0, rel=0.05)
    assert [miss.split()[1] for miss in scored.misses] == ["error", "latency"]


def test_intervals_cover_the_next_trajectory_though_its_cells_are_alike():
    random = np.random.default_rng(1)
    inside = []
    for _ in range(300):
        # One size of error for a whole trajectory: its cells are anything but exchangeable.
        errors = np.abs(random.normal(size=(21, 1, 50)) * random.lognormal(size=(21, 1, 1)))
        radius = interval_radii(errors[:20], 0.9)
        inside.append((errors[20] <= radius[:, None]).mean())
    assert 0.9 <= np.mean(inside) < 0.97


def test_too_few_trajectories_vouch_for_no_intervals():
    with pytest.raises(ContractError, match="8 trajectories"):
        interval_radii(np.ones((8, 2, 3)), 0.9)
    assert interval_radii(np.ones((9, 2, 3)), 0.9).tolist() == [1.0, 1.0]


def test_distance_is_the_mean_to_the_nearest_five():
    known = np.arange(10.0)[:, None]
    assert distance(np.array([0.0]), known) == 2.0
    with pytest.raises(ContractError, match="too few"):
        distance(np.array([0.0]), known[:4])


def test_spread_is_the_members_distance_over_their_way():
    context = np.random.default_rng(2).normal(size=(4, 1, 8, 8))
    away = np.ones((3, 1, 8, 8))
    members = [context[-1] + 2 * away, context[-1] + 4 * away]
    assert ensemble_spread(context, members) == pytest.approx(1 / 3)
    assert ensemble_spread(context, [members[0]] * 2) == 0
    assert ensemble_spread(context, [members[0], np.full_like(members[0], 1e300)]) == np.inf
