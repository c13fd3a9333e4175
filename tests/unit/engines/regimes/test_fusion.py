"""Two branches are pooled by weights that learn, within a bound that holds whatever comes."""

import numpy as np
import pytest

from industriverse.engines.regimes import GRID, LOSS_BOUND, Weights, pool, pool_losses
from industriverse.kernel.errors import ContractError

EVEN = np.full(4, 0.25)


def taught(rounds: list[tuple[np.ndarray, np.ndarray, int]]) -> list[Weights]:
    """Return the weights after each outcome."""
    weights, found = Weights.start(), []
    for statistical, physics, truth in rounds:
        now = weights.fuse(statistical, physics)
        losses = pool_losses(statistical, physics, truth)
        weights = weights.learn(losses, -float(np.log(now[truth])))
        found.append(weights)
    return found


def drawn(seed: int, count: int, *, right: float) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Return rounds whose truth is drawn from the physics branch with that chance."""
    random = np.random.default_rng(seed)
    rounds: list[tuple[np.ndarray, np.ndarray, int]] = []
    for _ in range(count):
        statistical, physics = random.dirichlet(np.full(4, 0.5), 2)
        source = physics if random.random() < right else statistical
        rounds.append((statistical, physics, int(random.choice(4, p=source))))
    return rounds


def test_the_pool_by_hand():
    s = np.array([0.5, 0.3, 0.1, 0.1])
    f = np.array([0.1, 0.6, 0.2, 0.1])
    low, high = 0.001 + 0.996 * s, 0.001 + 0.996 * f
    raw = low**0.4 * high**0.6
    np.testing.assert_allclose(pool(s, f, 0.6), raw / raw.sum(), rtol=1e-12)


def test_a_branch_that_knows_nothing_only_blunts_the_other():
    sure = np.array([0.9, 0.05, 0.03, 0.02])
    told = pool(EVEN, sure, 0.6)
    assert told.argmax() == 0
    assert 0.25 < told[0] < 0.9


def test_no_share_falls_below_the_floor_though_both_branches_are_certain():
    first, second = np.eye(4)[0], np.eye(4)[1]
    for weight, sharpness in GRID.tolist():
        for other in (first, second):
            told = pool(first, other, weight, sharpness)
            assert told.min() >= 1e-3**sharpness * (1 - 1e-9)
            assert told.sum() == pytest.approx(1.0)
    worst = max(pool_losses(first, first, 3))
    assert worst <= LOSS_BOUND
    assert worst == pytest.approx(LOSS_BOUND, rel=1e-3)


@pytest.mark.parametrize(
    "shares", [[0.5, 0.5, 0.5, 0.5], [1.2, -0.2, 0, 0], [np.nan, 0, 0, 1], [0.0] * 4]
)
def test_what_is_no_probability_is_refused(shares):
    with pytest.raises(ContractError, match="sum 1"):
        pool(np.array(shares), EVEN, 0.5)


def test_the_weights_start_at_two_and_three_fifths():
    start = Weights.start()
    assert start.physics == pytest.approx(0.6)
    assert start.statistical == pytest.approx(0.4)
    assert start.sharpness == pytest.approx(1.5)
    assert (start.regret, start.bound, start.best) == (0.0, 0.0, (0.6, 1.5))


@pytest.mark.parametrize("right", [0.0, 0.5, 1.0])
def test_on_drawn_outcomes_the_regret_keeps_its_bound_and_the_weights_their_range(right):
    history = taught(drawn(3, 400, right=right))
    for weights in history:
        assert 0 < weights.physics < 1
        assert weights.physics + weights.statistical == 1.0
        assert weights.regret <= weights.bound + 1e-9
    end = history[-1]
    assert end.physics == pytest.approx(end.best[0], abs=0.1)
    assert end.regret / end.outcomes < 0.03


def test_against_an_adversary_the_regret_keeps_its_bound():
    """Each outcome is the one that costs the weight in use most beyond the other branch's view."""
    random = np.random.default_rng(5)
    weights = Weights.start()
    for _ in range(200):
        first, second = np.eye(4)[random.permutation(4)[:2]]
        # Whichever branch has the greater weight is made wrong.
        truth = int((first if weights.physics > 0.5 else second).argmax())
        now = weights.fuse(first, second)
        weights = weights.learn(pool_losses(first, second, truth), -float(np.log(now[truth])))
        assert weights.regret <= weights.bound + 1e-9
        assert 0 < weights.physics < 1
    assert weights.outcomes == 200
    assert weights.bound < 200 * LOSS_BOUND / 2


def test_the_bound_holds_for_any_bounded_losses_and_grows_like_a_root():
    random = np.random.default_rng(9)
    weights, bounds = Weights.start(), []
    for round_ in range(800):
        losses = random.uniform(0, LOSS_BOUND, len(GRID))
        if round_ % 2:
            losses = LOSS_BOUND - losses
        weights = weights.learn(losses, float(weights.shares @ losses))
        assert weights.regret <= weights.bound + 1e-9
        bounds.append(weights.bound)
    assert bounds[799] < 2.2 * bounds[199]


def test_a_loss_outside_its_bounds_is_refused():
    with pytest.raises(ContractError, match="nats"):
        Weights.start().learn(np.full(len(GRID), 14.0), 1.0)
    with pytest.raises(ContractError, match="nats"):
        Weights.start().learn(np.full(len(GRID), np.nan), 1.0)


def test_sharpness_makes_up_for_what_pooling_blunts():
    sure = np.array([0.9, 0.05, 0.03, 0.02])
    told = pool(sure, sure, 0.5, 2.0)
    raw = (0.001 + 0.996 * sure) ** 2
    np.testing.assert_allclose(told, raw / raw.sum(), rtol=1e-12)
    with pytest.raises(ContractError, match="sharpness"):
        pool(EVEN, EVEN, 0.5, 0.5)


def test_a_weight_at_the_edge_is_refused():
    with pytest.raises(ContractError, match="weight"):
        pool(EVEN, EVEN, 1.0)
