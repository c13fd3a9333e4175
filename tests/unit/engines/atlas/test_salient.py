"""Salient cells of a map, against maps whose peaks, slopes and entropies are known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industriverse.engines.atlas import MOST_SALIENT, salience
from industriverse.kernel.fields import Boundary, Grid
from industriverse.physics import gradient, gradient_magnitude, laplacian


def grid_of(
    *shape: int, boundary: Boundary = "periodic", units: tuple[str, ...] | None = None
) -> Grid:
    axes, spacing = ("z", "y", "x")[-len(shape) :], (0.5, 0.25, 0.125)[-len(shape) :]
    return Grid(shape, spacing, axes, units or ("m",) * len(shape), (boundary,) * len(shape))


def hills(grid: Grid, *tops: tuple[float, int, int], width: float = 4.0):
    """Return smooth hills of given height at given cells."""
    rows, columns = np.indices(grid.shape)
    total = np.zeros(grid.shape)
    for height, row, column in tops:
        apart = [
            np.minimum(np.abs(index - at), size - np.abs(index - at))
            for index, at, size in ((rows, row, grid.shape[0]), (columns, column, grid.shape[1]))
        ]
        total += height * np.exp(-(apart[0] ** 2 + apart[1] ** 2) / (2 * width**2))
    return total


def test_the_highest_hills_come_first_and_the_steepest_places_lie_on_their_sides():
    grid = grid_of(64, 64)
    density = hills(grid, (1.0, 8, 50), (3.0, 40, 20), (2.0, 0, 0))
    found = salience(density, grid)
    peaks, steep = found.cells[:3], found.cells[3:]
    assert [cell.at for cell in peaks] == [(40, 20), (0, 0), (8, 50)]
    assert [cell.energy for cell in peaks] == pytest.approx([3.0, 2.0, 1.0], rel=1e-3)
    assert len(steep) == MOST_SALIENT // 2
    # a Gaussian is steepest one width from its top; y is twice as coarse as x
    assert all(abs(cell.at[0] - 40) <= 1 for cell in steep[:2])
    assert {abs(cell.at[1] - 20) for cell in steep[:2]} == {4}
    assert found.steepness_max == pytest.approx(3 * math.exp(-0.5) / (4 * 0.125), rel=1e-3)


def test_figures_are_those_of_the_whole_map_in_that_cell():
    grid = grid_of(32, 32)
    density = np.random.default_rng(3).exponential(1.0, grid.shape)
    slopes, curved = gradient(density, grid), laplacian(density, grid)
    found = salience(density, grid)
    for cell in found.cells:
        assert cell.energy == density[cell.at]
        assert cell.slopes == tuple(slope[cell.at] for slope in slopes)
        assert cell.laplacian == pytest.approx(curved[cell.at], rel=1e-12)
    steepness = gradient_magnitude(density, grid)
    assert found.steepness_max == pytest.approx(steepness.max())
    assert found.steepness_mean == pytest.approx(steepness.mean())


def test_local_entropy_is_that_of_the_cells_around():
    grid = grid_of(16, 16, boundary="open")
    single = np.zeros(grid.shape)
    single[8, 8] = 2.0
    (peak,) = (cell for cell in salience(single, grid).cells if cell.at == (8, 8))
    assert peak.local_entropy == 0.0
    near_even = np.ones(grid.shape)
    near_even[8, 8] += 1e-6
    (peak,) = (cell for cell in salience(near_even, grid).cells if cell.at == (8, 8))
    assert peak.local_entropy == pytest.approx(math.log(25))
    corner = np.ones(grid.shape)
    corner[0, 0] += 1e-6  # an open corner has nine cells around it
    (peak,) = (cell for cell in salience(corner, grid).cells if cell.at == (0, 0))
    assert peak.local_entropy == pytest.approx(math.log(9))


@pytest.mark.parametrize("boundary", ["periodic", "open", "reflecting"])
def test_an_even_map_has_no_salient_cell(boundary):
    for density in (np.full((32, 32), 7.3), np.zeros((32, 32))):
        assert salience(density, grid_of(32, 32, boundary=boundary)).cells == ()


def test_axes_of_different_units_have_no_laplacian_and_count_slopes_by_cell():
    grid = grid_of(32, 32, units=("Hz", "s"))
    density = hills(grid, (1.0, 10, 10))
    found = salience(density, grid)
    assert {cell.laplacian for cell in found.cells} == {None}
    assert found.steepness_max == pytest.approx(gradient_magnitude(density, grid).max())


@pytest.mark.parametrize("shape", [(40,), (12, 14, 16)])
def test_maps_of_one_and_three_axes(shape):
    grid = grid_of(*shape)
    density = np.random.default_rng(1).exponential(1.0, shape)
    found = salience(density, grid)
    assert 1 <= len(found.cells) <= MOST_SALIENT
    assert found.cells[0].at == np.unravel_index(density.argmax(), shape)
    assert all(len(cell.at) == len(cell.slopes) == len(shape) for cell in found.cells)


@given(seed=st.integers(0, 999), kind=st.sampled_from(["noise", "steps", "spikes"]))
@settings(max_examples=25, deadline=None)
def test_never_more_than_eight_cells_all_different_and_reproducible(seed, kind):
    random = np.random.default_rng(seed)
    density = random.exponential(1.0, (32, 48))
    if kind == "steps":
        density = np.floor(3 * density)
    if kind == "spikes":
        density = np.where(density > 3, density, 0.0)
    grid = grid_of(32, 48, boundary="open" if seed % 2 else "periodic")
    found = salience(density, grid)
    places = [cell.at for cell in found.cells]
    assert len(places) <= MOST_SALIENT
    assert len(set(places)) == len(places)
    assert found == salience(density, grid)
    assert all(0.0 <= cell.local_entropy <= math.log(25) + 1e-12 for cell in found.cells)
