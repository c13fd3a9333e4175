"""Asking with a goal: an answer with intervals and evidence, or silence with a reason."""

import numpy as np
import pytest

from industriverse.engines.agents import Goal
from industriverse.kernel.errors import ContractError
from industriverse.services.asking import Example, Known, ask, experts, score, study
from tests.fakes.meter import SetMeter
from tests.unit.engines.agents.world import KNOWN, LEADS, SCENE, forecaster, frames_of

CASES = 24
GOAL = Goal(coverage=0.8, largest_error=0.5, latency_s=600.0)


@pytest.fixture(scope="module")
def expert():
    known = Known.of(SCENE, [Example(*frames_of(seed)) for seed in range(CASES)])
    members = [forecaster(seed) for seed in (1, 2)]
    still = lambda context, leads, frame_s: np.repeat(context[-1:], leads, axis=0)  # noqa: E731
    forecasters = {"law": members[0], "still": still}
    return experts({"heat": study(known, forecasters, members, SetMeter(2.0))}, 0.1, 0.1)["heat"]


def test_an_answer_covers_what_came_and_keeps_the_goal(expert):
    scores = []
    for seed in range(1000, 1012):
        context, truth = frames_of(seed)
        reply = ask(expert, context, LEADS, GOAL, SetMeter(2.0))
        assert reply.goal == GOAL
        if reply.abstains:
            continue
        scores.append(score(reply, context, truth))
        assert set(reply.verdicts) <= {"law", "still"}
    assert len(scores) >= 8
    assert np.mean([one.coverage for one in scores]) > 0.7
    assert all(one.misses == () for one in scores)


def test_frames_of_another_kind_are_not_forecast_and_it_says_why(expert):
    noise = np.random.default_rng(0).uniform(size=(KNOWN, 1, 24, 24))
    reply = ask(expert, noise, LEADS, GOAL, SetMeter())
    assert reply.abstains
    assert not reply.verdicts
    assert any("residual of the law" in reason for reason in reply.reasons)


def test_shuffled_frames_are_told_from_those_in_order(expert):
    context, _ = frames_of(1000)
    shuffled = context[[3, 7, 1, 5, 0, 6, 2, 4]]
    assert expert.familiarity(shuffled).strangeness > 3 * expert.familiarity(context).strangeness
    assert not expert.familiarity(shuffled).inside


def test_a_goal_out_of_reach_is_refused_with_its_numbers(expert):
    context, _ = frames_of(1001)
    reply = ask(expert, context, LEADS, Goal(0.8, 1e-9, 600.0), SetMeter())
    assert reply.abstains
    if reply.familiarity.inside:
        assert any("1e-09 is wanted" in reason for reason in reply.reasons)
    with pytest.raises(ContractError, match="nothing to score"):
        score(reply, context, frames_of(1001)[1])


def test_joules_of_the_goal_choose_the_forecaster(expert):
    assert {skill.offer.joules for skill in expert.study.skills.values()} == {2.0}
    context, _ = frames_of(1002)
    reply = ask(expert, context, LEADS, Goal(0.8, 0.5, 600.0, joules=1.0), SetMeter())
    assert reply.abstains


def test_values_that_are_not_finite_are_refused(expert):
    context, _ = frames_of(1003)
    with pytest.raises(ContractError, match="not finite"):
        ask(expert, np.where(context > 1, np.nan, context), LEADS, GOAL, SetMeter())


def test_too_few_examples_make_no_expert():
    examples = [Example(*frames_of(seed)) for seed in range(8)]
    with pytest.raises(ContractError, match="8 examples"):
        Known.of(SCENE, examples)
