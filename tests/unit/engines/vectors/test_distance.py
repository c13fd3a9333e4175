"""Energy distance against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from industriverse.engines.vectors import energy_distance, sample_distance
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap, Grid

samples = st.integers(1, 12).flatmap(
    lambda n: arrays(np.float64, n, elements=st.floats(-1e3, 1e3, allow_subnormal=False))
)


def by_definition(x, y):
    def apart(a, b):
        return np.abs(a[:, None] - b[None, :]).mean()

    return 2 * apart(x, y) - apart(x, x) - apart(y, y)


def map_of(density, unit="J/m^2"):
    grid = Grid(density.shape, (1.0, 1.0), ("y", "x"), ("m", "m"), ("open", "open"))
    return EnergyMap(density, unit, grid, "heat")


@given(samples, samples)
def test_it_is_the_difference_of_mean_distances(x, y):
    assert sample_distance(x, y) == pytest.approx(by_definition(x, y), abs=1e-9)


@given(samples, samples)
def test_it_is_a_symmetric_distance(x, y):
    assert sample_distance(x, y) == pytest.approx(sample_distance(y, x), abs=1e-9)
    assert sample_distance(x, y) >= 0.0
    assert sample_distance(x, x[::-1]) == 0.0
    assert sample_distance(x, np.concatenate([x, x])) == pytest.approx(0.0, abs=1e-9)


def test_a_far_shift_counts_twice_less_the_spread():
    x = np.array([0.0, 1.0])
    assert sample_distance(x, x + 100.0) == pytest.approx(2 * 100.0 - 0.5 - 0.5)


def test_two_normals_have_the_closed_form():
    random = np.random.default_rng(1)
    x, y = random.normal(size=200_000), random.normal(0.0, 2.0, size=200_000)
    spread = np.sqrt(2 / np.pi)
    closed = 2 * spread * np.sqrt(5.0) - spread * np.sqrt(2.0) - spread * np.sqrt(8.0)
    assert sample_distance(x, y) == pytest.approx(closed, abs=0.01)


def test_maps_of_any_grids_compare_by_their_cells_only():
    random = np.random.default_rng(2)
    small, large = random.gamma(2.0, size=(10, 7)), random.gamma(2.0, size=(30, 40))
    found = energy_distance(map_of(small), map_of(large))
    assert found == pytest.approx(by_definition(small.ravel(), large.ravel()), abs=1e-9)
    shuffled = random.permutation(small.ravel()).reshape(7, 10)
    assert energy_distance(map_of(small), map_of(shuffled)) == 0.0


def test_units_must_agree_and_samples_must_hold_numbers():
    with pytest.raises(ContractError, match="'J/m\\^2' and 'K\\^2·s'"):
        energy_distance(map_of(np.ones((2, 2))), map_of(np.ones((2, 2)), "K^2·s"))
    for bad in (np.array([]), np.array([np.nan])):
        with pytest.raises(ContractError, match="finite numbers"):
            sample_distance(bad, np.ones(3))
