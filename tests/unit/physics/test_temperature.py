"""Effective temperature of Boltzmann-like maps, and the distance that unmasks the others."""

import math

import numpy as np
import pytest
from scipy import stats

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

GRID = Grid((128, 128), (0.5, 0.2), ("y", "x"), ("m", "m"), ("open", "open"))
# One in a thousand lawful samples exceeds this, by Kolmogorov's law.
CRITICAL = 1.95 / math.sqrt(GRID.cells)


@pytest.mark.parametrize("freedom", [1, 2, 3, 6])
def test_cells_drawn_at_a_temperature_show_it(freedom):
    thermal = 4.2e-3  # joules in a cell
    random = np.random.default_rng(freedom)
    joules = random.gamma(freedom / 2, thermal, size=GRID.shape)
    density = joules / GRID.cell_volume
    found = float(physics.effective_temperature(density, GRID, freedom))
    assert found == pytest.approx(thermal, rel=0.04)
    assert float(physics.gamma_distance(density, GRID, freedom)) < CRITICAL


def test_the_distance_is_that_of_the_statistics_library():
    density = np.random.default_rng(5).gamma(2.5, size=GRID.shape)
    for freedom in (2, 5):
        law = stats.gamma(freedom / 2, scale=2 * density.mean() / freedom)
        expected = stats.kstest(density.ravel(), law.cdf).statistic
        found = float(physics.gamma_distance(density, GRID, freedom))
        assert found == pytest.approx(expected, abs=1e-12)


def test_maps_that_are_not_boltzmann_like_say_so():
    wrong_freedom = np.random.default_rng(6).gamma(4.0, size=GRID.shape)
    assert float(physics.gamma_distance(wrong_freedom, GRID, 2)) > 10 * CRITICAL
    flat = physics.gamma_distance(np.ones(GRID.shape), GRID, 2)
    assert float(flat) == pytest.approx(1 - math.exp(-1), rel=1e-9)
    assert float(physics.gamma_distance(np.zeros(GRID.shape), GRID, 2)) == 1.0


def test_a_cell_without_freedom_is_refused():
    with pytest.raises(ContractError, match="0 degrees of freedom"):
        physics.effective_temperature(np.ones(GRID.shape), GRID, 0)
