"""Totals, shares and entropy against closed forms, and the chain rule across pyramid levels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid


def grid_of(*shape, spacing=1.0):
    dims = len(shape)
    axes = ("z", "y", "x")[-dims:]
    return Grid(shape, (spacing,) * dims, axes, ("m",) * dims, ("periodic",) * dims)


shapes = st.sampled_from([(8,), (4, 8), (4, 4, 8)])
energies = shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(0, 1e6)))


def test_the_total_of_a_paraboloid_is_its_integral():
    grid = grid_of(400, 400, spacing=1 / 400)
    x = (np.arange(400) + 0.5) / 400
    energy = x[:, None] ** 2 + x[None, :] ** 2
    assert float(physics.total_energy(energy, grid)) == pytest.approx(2 / 3, rel=1e-5)


def test_a_uniform_map_has_the_logarithm_of_its_cells_as_entropy():
    grid = grid_of(5, 7)
    assert float(physics.map_entropy(np.full((5, 7), 3.0), grid)) == pytest.approx(math.log(35))
    assert float(physics.normalised_entropy(np.full((5, 7), 3.0), grid)) == pytest.approx(1.0)


def test_all_energy_in_one_cell_has_no_entropy():
    energy = np.zeros((5, 7))
    energy[2, 3] = 9.0
    assert float(physics.map_entropy(energy, grid_of(5, 7))) == 0.0


def test_a_bell_has_the_differential_entropy_of_a_gaussian():
    width, step = 0.7, 0.01
    grid = grid_of(2000, spacing=step)
    x = (np.arange(2000) - 1000) * step
    found = float(physics.map_entropy(np.exp(-(x**2) / (2 * width**2)), grid))
    closed = 0.5 * math.log(2 * math.pi * math.e * width**2) - math.log(step)
    assert found == pytest.approx(closed, rel=1e-12)


def test_a_map_without_energy_has_no_shares_and_no_entropy():
    grid = grid_of(4, 4)
    assert not physics.shares(np.zeros((4, 4)), grid).any()
    assert float(physics.map_entropy(np.zeros((4, 4)), grid)) == 0.0


@given(energies, st.floats(1e-3, 1e3))
def test_entropy_lies_in_its_range_and_ignores_the_unit(energy, scale):
    grid = grid_of(*energy.shape)
    entropy = float(physics.map_entropy(energy, grid))
    assert -1e-12 <= entropy <= math.log(grid.cells) + 1e-12
    rescaled = float(physics.map_entropy(energy * scale, grid))
    assert rescaled == pytest.approx(entropy, abs=1e-6)


@given(energies, st.sampled_from([2, 4]))
def test_block_averages_keep_the_total_and_the_chain_rule(energy, factor):
    grid = grid_of(*energy.shape, spacing=0.3)
    coarse = physics.block_average(energy, grid, factor)
    blocks = physics.coarse_grid(grid, factor)
    total = float(physics.total_energy(energy, grid))
    assert float(physics.total_energy(coarse, blocks)) == pytest.approx(total, rel=1e-12)
    parts = physics.pyramid_entropy(energy, grid, factor)
    assert float(parts.fine) == pytest.approx(float(parts.coarse + parts.within), abs=1e-11)
    assert float(parts.coarse) == pytest.approx(float(physics.map_entropy(coarse, blocks)))


def test_block_averages_are_right_cell_by_cell():
    energy = np.random.default_rng(1).gamma(1.0, size=(2, 4, 6, 8))
    coarse = physics.block_average(energy, grid_of(4, 6, 8), 2)
    assert coarse.shape == (2, 2, 3, 4)
    for b, i, j, k in np.ndindex(coarse.shape):
        block = energy[b, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, 2 * k : 2 * k + 2]
        assert coarse[b, i, j, k] == pytest.approx(block.mean(), rel=1e-14)


def test_picking_cells_instead_of_averaging_breaks_the_chain_rule():
    grid = grid_of(8, 8)
    energy = np.random.default_rng(2).gamma(1.0, size=(8, 8))
    parts = physics.pyramid_entropy(energy, grid, 2)
    picked = physics.map_entropy(energy[::2, ::2], physics.coarse_grid(grid, 2))
    assert abs(float(picked + parts.within - parts.fine)) > 1e-3


def test_blocks_that_do_not_fit_and_single_cells_are_refused():
    with pytest.raises(ContractError, match="blocks of 4"):
        physics.block_average(np.ones((8, 6)), grid_of(8, 6), 4)
    with pytest.raises(ContractError, match="one cell"):
        physics.normalised_entropy(np.ones((1, 1)), grid_of(1, 1))
