"""Moments of rows: what a term is worth does not hang on its unit, however large that makes it."""

import numpy as np
import pytest

from industriverse.engines.forecast.laws._noisy_search import Balance


@pytest.mark.parametrize("size", [1e-100, 1e100, 1e160])
def test_a_term_of_any_size_weighs_the_same(size):
    random = np.random.default_rng(0)
    rows, noise = random.normal(size=(50, 3)), np.diag([0.0, 0.1, 0.2])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        sized = Balance.of(rows * np.array([size, 1.0, 1.0]), noise)
    assert sized.ratio((0, 1)) == pytest.approx(Balance.of(rows, noise).ratio((0, 1)))
    np.testing.assert_allclose(sized.scale[0], size * np.linalg.norm(rows[:, 0]))
