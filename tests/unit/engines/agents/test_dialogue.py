"""The loop accepts what is honest, mends what can be mended, and rejects the rest with evidence."""

from dataclasses import replace

import numpy as np
import pytest

from industriverse.engines.agents import question, weights
from tests.unit.engines.agents.world import LEADS, frames_of, hypothesis


def error(mean, seed):
    _, truth = frames_of(seed)
    return float(np.sqrt(((mean - truth) ** 2).mean()))


def test_honest_forecasts_of_other_seeds_are_accepted(yardstick):
    verdicts = [question(hypothesis(seed), yardstick) for seed in range(1000, 1030)]
    turned_down = [v.reason for v in verdicts if v.outcome in ("reject", "repair")]
    assert len(turned_down) <= 3, turned_down
    assert any(v.outcome == "reweight" for v in verdicts)


def test_created_mass_is_taken_out_again(yardstick):
    honest = hypothesis(1001)
    spoilt = hypothesis(1001, lambda c, m: m + 0.1 * np.arange(1, len(m) + 1)[:, None, None, None])
    verdict = question(spoilt, yardstick)
    assert verdict.outcome == "repair"
    assert verdict.refinements == ("conserved sums restored",)
    np.testing.assert_allclose(verdict.hypothesis.mean, honest.mean, atol=1e-12)
    assert not all(answer.passed for answer in verdict.first)
    assert all(answer.passed for answer in verdict.answers)


def test_negative_cells_are_filled_without_losing_mass(yardstick):
    def dig(context, mean):
        mean = mean.copy()
        mean[..., 3, 3] = -0.1
        return mean

    verdict = question(hypothesis(1002, dig), yardstick)
    mended = verdict.hypothesis.mean
    if verdict.outcome == "repair":
        assert mended.min() >= 0
        assert error(mended, 1002) < error(hypothesis(1002, dig).mean, 1002)
    else:
        assert verdict.outcome == "reject"
    assert "negative cells filled" in verdict.refinements


def test_a_noise_that_mirrors_and_turns_do_not_share_is_averaged_away(yardstick):
    tilt = 0.01 * np.linspace(-1, 1, 24)
    tilted = hypothesis(1003, lambda c, m: m + tilt * m.std())
    verdict = question(tilted, yardstick)
    assert verdict.outcome == "repair", verdict.reason
    assert "averaged over mirrors and turns" in verdict.refinements
    assert error(verdict.hypothesis.mean, 1003) < error(tilted.mean, 1003)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda c, m: np.repeat(c[-1:], len(m), axis=0), id="persistence"),
        pytest.param(lambda c, m: c[np.arange(-len(m), 0) % len(c)], id="replay"),
        pytest.param(lambda c, m: np.flip(m, axis=-1), id="mirror"),
        pytest.param(lambda c, m: np.roll(m, 3, axis=-2), id="shift"),
        pytest.param(lambda c, m: m[np.roll(np.arange(len(m)), len(m) // 2)], id="shuffle"),
        pytest.param(lambda c, m: frames_of(77)[1][: len(m)], id="another future"),
        pytest.param(lambda c, m: m.mean() + 1.3 * (m - m.mean()), id="amplified"),
        pytest.param(lambda c, m: m * np.nan, id="not a number"),
    ],
)
def test_what_cannot_be_mended_is_rejected_with_evidence(spoil, yardstick):
    verdict = question(hypothesis(1004, spoil), yardstick)
    assert verdict.outcome == "reject"
    assert verdict.likeness == 0
    failed = [answer for answer in verdict.answers if not answer.passed]
    assert failed
    assert failed[0].evidence in verdict.reason
    assert any(letter.isdigit() for letter in verdict.reason)


def test_stopping_early_comes_to_the_same_rejection(yardstick):
    asked = hypothesis(1005, lambda c, m: np.flip(m, axis=-1))
    short, whole = (question(asked, yardstick, thorough=t) for t in (False, True))
    assert short.outcome == whole.outcome == "reject"
    assert len(short.first) < len(whole.first)


def test_questioning_changes_neither_thresholds_nor_the_forecast_given(yardstick):
    asked = hypothesis(1006, lambda c, m: m + 0.2)
    before = asked.mean.copy()
    bounds = {name: yardstick.threshold(name) for name in yardstick.shape.centre}
    question(asked, yardstick)
    np.testing.assert_array_equal(asked.mean, before)
    assert bounds == {name: yardstick.threshold(name) for name in yardstick.shape.centre}


def test_a_forecast_alone_is_questioned_without_running_it(yardstick):
    kept = question(replace(hypothesis(1007), again=None), yardstick)
    assert kept.outcome in ("accept", "reweight")
    copied = hypothesis(1007, lambda c, m: np.repeat(c[-1:], LEADS, axis=0))
    assert question(replace(copied, again=None), yardstick).outcome == "reject"


def test_weights_are_shares_and_nothing_for_the_rejected(yardstick):
    good = question(hypothesis(1008), yardstick)
    bad = question(hypothesis(1008, lambda c, m: np.flip(m, axis=-1)), yardstick)
    found = weights([good, bad, good])
    assert found.tolist() == pytest.approx([0.5, 0.0, 0.5])
    assert weights([bad]).tolist() == [0.0]
