"""Thresholds come from honest cases alone, and keep the promised share of false alarms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.agents import Shape, Yardstick, calibrated
from industriverse.kernel.errors import ContractError


def drawn(seed, count):
    random = np.random.default_rng(seed)
    table = np.exp(random.normal(size=(count, 3)) * (0.5, 1.0, 2.0))
    return [{"a": a, "b": b, "c": c} for a, b, c in table]


def test_false_alarms_keep_to_the_promised_share():
    shares = []
    for seed in range(12):
        yardstick = calibrated({"x": drawn(seed, 200)}, 0.05)["x"]
        others = drawn(1000 + seed, 200)
        worst = np.array([yardstick.shape.worst(case) for case in others])
        shares.append((worst > yardstick.bound).mean())
    assert 0.02 < np.mean(shares) <= 0.065


def test_groups_share_a_bound_and_keep_their_shapes():
    small = drawn(0, 60)
    large = [{name: 1e3 * value for name, value in case.items()} for case in drawn(1, 60)]
    found = calibrated({"small": small, "large": large}, 0.05)
    assert found["small"].bound == found["large"].bound
    assert found["large"].threshold("a") > 100 * found["small"].threshold("a")


@given(st.floats(1.5, 50))
def test_a_threshold_is_where_passing_ends(factor):
    yardstick = calibrated({"x": drawn(2, 100)}, 0.05, frozenset({"b"}))["x"]
    for name in ("a", "b"):
        high = yardstick.threshold(name)
        assert yardstick.passes(name, high / factor**0.01)
        assert not yardstick.passes(name, high * factor)
    assert yardstick.passes("a", yardstick.lowest("b") / factor)
    assert not yardstick.passes("b", yardstick.lowest("b") / factor)


def test_what_is_negligible_is_all_alike_and_no_number_is_the_worst():
    yardstick = calibrated({"x": [{"a": 1e-12 * (1 + i % 3)} for i in range(60)]}, 0.05)["x"]
    assert yardstick.passes("a", 1e-4)
    assert not yardstick.passes("a", 0.1)
    assert not yardstick.passes("a", float("nan"))
    assert not yardstick.passes("a", float("inf"))


def test_likeness_is_the_share_of_honest_cases_as_bad():
    shape = Shape.of(drawn(0, 20))
    yardstick = Yardstick.of(shape, np.arange(1.0, 20.0), 0.05)
    assert yardstick.bound == 19
    assert yardstick.likeness(0.0) == 1
    assert yardstick.likeness(19.0) == pytest.approx(2 / 20)
    assert yardstick.likeness(20.0) == pytest.approx(1 / 20)


def test_too_few_cases_promise_nothing():
    with pytest.raises(ContractError, match="no shape"):
        Shape.of(drawn(0, 7))
    with pytest.raises(ContractError, match="bound no false alarm"):
        calibrated({"x": drawn(0, 60)}, 0.01)
    with pytest.raises(ContractError, match="not asked the same"):
        Shape.of([*drawn(0, 8), {"a": 1.0}])
    with pytest.raises(ContractError, match="No honest case"):
        Shape.of(drawn(0, 8)).worst({"d": 1.0})
