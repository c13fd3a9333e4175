"""Each question has an answer that is known in advance, for an honest and for a spoilt forecast."""

from dataclasses import replace

import numpy as np
import pytest

from industriverse.engines.agents import QUESTIONS, Hypothesis, findings
from industriverse.kernel.errors import ContractError
from tests.unit.engines.agents.world import (
    LEADS,
    SCENE,
    diffused,
    frames_of,
    hypothesis,
    spoilt,
)


def statistic(asked, name):
    return findings(asked, (name,))[name].statistic


def exact(seed=0):
    context, truth = frames_of(seed)
    return Hypothesis(context, truth, SCENE, lambda c, leads, s: diffused(c[-1], leads, s))


def changed(edit, seed=0):
    asked = exact(seed)
    run = spoilt(asked.again, edit)
    return replace(asked, mean=run(asked.context, LEADS, 1.0), again=run)


def test_every_question_is_asked_of_a_forecaster_with_neighbours():
    asked = exact()
    whole = asked.whole[len(asked.context) - 1 :]
    found = findings(replace(asked, neighbours=np.repeat(whole[None], 3, axis=0)))
    assert set(found) == set(QUESTIONS)
    assert found["neighbours"].statistic == pytest.approx(0, abs=1e-12)


def test_without_a_forecaster_only_the_frames_are_questioned():
    found = findings(replace(exact(), again=None))
    assert set(found) == {n for n, q in QUESTIONS.items() if not q.runs} - {"neighbours"}


@pytest.mark.parametrize(
    "name", ["conservation", "positivity", "entropy", "translation", "reflection", "rotation",
             "scale", "half steps", "two parts", "hindsight"],
)  # fmt: skip
def test_an_exact_forecast_answers_to_rounding(name):
    assert statistic(exact(), name) < 1e-10


def test_conservation_is_the_drift_in_deviations():
    asked = exact()
    size = asked.context.std()
    assert statistic(changed(lambda c, m: m + 0.3 * size), "conservation") == pytest.approx(0.3)


def test_positivity_is_the_depth_below_zero_in_deviations():
    size = exact().context.std()

    def dig(context, mean):
        mean = mean.copy()
        mean[3, 0, 5, 7] = -0.7 * size
        return mean

    assert statistic(changed(dig), "positivity") == pytest.approx(0.7)


def test_entropy_sees_a_forecast_run_backwards():
    assert statistic(changed(lambda c, m: m[::-1]), "entropy") > 0.1


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("translation", lambda c, m: m * (1 + 0.1 * np.arange(m.shape[-1]) / m.shape[-1])),
        ("reflection", lambda c, m: np.roll(m, 2, axis=-1)),
        ("rotation", lambda c, m: np.flip(m, axis=-1)),
        ("scale", lambda c, m: m**2),
        ("two parts", lambda c, m: m * np.linspace(1, 2, len(m))[:, None, None, None]),
        ("half steps", lambda c, m: m * np.linspace(1, 2, len(m))[:, None, None, None]),
        ("hindsight", lambda c, m: np.roll(m, 3, axis=-1)),
    ],
)
def test_a_forecaster_that_breaks_a_rule_is_found_by_its_question(name, edit):
    assert statistic(changed(edit), name) > 0.3


def test_persistence_is_a_copy_and_foresees_nothing():
    asked = changed(lambda c, m: np.repeat(c[-1:], len(m), axis=0))
    assert statistic(asked, "copy") > 1e4
    assert statistic(asked, "hindsight") == pytest.approx(1)
    assert statistic(asked, "steadiness") > 3


def test_a_shifted_mirror_image_of_a_known_frame_is_a_copy():
    asked = changed(lambda c, m: np.roll(np.flip(c[-3:-2], -1), (4, 9), (-2, -1)).repeat(LEADS, 0))
    assert statistic(asked, "copy") > 1e4
    assert statistic(exact(), "copy") < 2


def test_twice_the_speed_is_told_by_continuity():
    asked = exact()
    faster = np.concatenate([asked.mean[1::2], diffused(asked.mean[-1], 8, 1.0)[1::2]])
    assert statistic(replace(asked, mean=faster), "continuity") > 5 * statistic(asked, "continuity")


def test_shuffled_frames_turn_sharply():
    order = [3, 0, 6, 1, 7, 2, 5, 4]
    assert statistic(changed(lambda c, m: m[order[: len(m)]] if len(m) == 8 else m), "order") > 0.8
    assert statistic(exact(), "order") < 0.2


def test_a_frozen_region_stands_still():
    def freeze(context, mean):
        mean = mean.copy()
        mean[..., :12, :12] = context[-1, :, :12, :12]
        return mean

    assert statistic(changed(freeze), "stillness") > 2 * statistic(exact(), "stillness")


def test_fine_noise_lifts_the_highest_octave():
    noise = 0.02 * np.random.default_rng(0).standard_normal((LEADS, 1, 24, 24))
    found = findings(changed(lambda c, m: m + noise[: len(m)]), ("spectrum",))["spectrum"]
    assert found.statistic > 3 * statistic(exact(), "spectrum")
    assert "octave 3" in found.sentence


def test_neighbours_tell_a_forecast_that_goes_twice_as_far():
    asked = exact()
    whole = asked.whole[len(asked.context) - 1 :]
    near = np.repeat(whole[None], 3, axis=0)
    twice = asked.newest + 2 * (asked.mean - asked.newest)
    found = statistic(replace(asked, mean=twice, neighbours=near), "neighbours")
    assert found == pytest.approx(np.log(2))


def test_a_disturbance_is_answered_by_one_of_its_size_and_ignored_by_a_constant():
    assert 0.1 < statistic(exact(), "perturbation") < 1
    fixed = exact().mean
    assert statistic(changed(lambda c, m: fixed[: len(m)]), "perturbation") == 0


def test_values_that_are_not_finite_end_the_questioning():
    asked = changed(lambda c, m: np.where(np.arange(24) == 3, np.nan, m))
    found = findings(asked)
    assert set(found) == {"finite"}
    assert found["finite"].statistic == pytest.approx(1 / 24)


def test_a_forecaster_that_breaks_down_when_run_again_disagrees_without_bound():
    asked = replace(exact(), again=lambda c, leads, s: np.full((leads, *c.shape[1:]), np.nan))
    assert statistic(asked, "translation") == np.inf


def test_frames_of_another_grid_are_refused():
    context, truth = frames_of(0)
    with pytest.raises(ContractError, match="context's frames"):
        Hypothesis(context[..., :12], truth[..., :12], SCENE)
    with pytest.raises(ContractError, match="too few"):
        Hypothesis(context[:3], truth, SCENE)
    with pytest.raises(ContractError, match="not finite"):
        Hypothesis(np.where(context > 1, np.nan, context), truth, SCENE)


def test_honest_forecasts_differ_and_none_is_exact():
    found = {statistic(hypothesis(seed), "hindsight") for seed in range(3)}
    assert len(found) == 3
    assert min(found) > 1e-4
