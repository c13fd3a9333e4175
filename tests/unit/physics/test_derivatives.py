"""Derivatives against closed forms; their order of convergence is measured."""

import numpy as np
import pytest

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid


def line(cells, boundary, length=2 * np.pi):
    return Grid((cells,), (length / cells,), ("x",), ("m",), (boundary,))


def places(grid, axis=0):
    return (np.arange(grid.shape[axis]) + 0.5) * grid.spacing[axis]


def observed_order(errors):
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


@pytest.mark.parametrize("boundary", ["open", "reflecting"])
def test_finite_differences_converge_at_fourth_order_up_to_the_ends(boundary):
    first, second = [], []
    for cells in (32, 64, 128, 256):
        grid = line(cells, boundary)
        x = places(grid)
        field = np.exp(np.sin(x + 0.3))
        slope = np.cos(x + 0.3) * field
        bend = (np.cos(x + 0.3) ** 2 - np.sin(x + 0.3)) * field
        first.append(np.abs(physics.gradient(field, grid)[0] - slope).max())
        second.append(np.abs(physics.laplacian(field, grid) - bend).max())
    assert (observed_order(first) > 3.6).all(), observed_order(first)
    assert (observed_order(second) > 3.5).all(), observed_order(second)
    assert observed_order(first)[-1] == pytest.approx(4.0, abs=0.2)
    assert observed_order(second)[-1] == pytest.approx(4.0, abs=0.3)


def test_periodic_axes_are_exact_to_rounding_once_resolved():
    errors = []
    for cells in (8, 16, 32):
        grid = line(cells, "periodic")
        x = places(grid)
        field = np.exp(np.sin(x))
        errors.append(np.abs(physics.gradient(field, grid)[0] - np.cos(x) * field).max())
    assert errors[1] < 1e-3 * errors[0]
    assert errors[2] < 1e-12
    bend = physics.laplacian(field, grid)
    np.testing.assert_allclose(bend, (np.cos(x) ** 2 - np.sin(x)) * field, atol=1e-11)


@pytest.mark.parametrize("cells", [1, 2, 3, 4, 5, 6, 7, 20])
@pytest.mark.parametrize("boundary", ["open", "reflecting"])
def test_polynomials_that_the_axis_can_hold_are_exact(cells, boundary):
    grid = Grid((cells,), (0.3,), ("x",), ("m",), (boundary,))
    x = places(grid)
    degree = min(cells - 1, 4)
    powers = np.arange(degree + 1)
    field = (x[:, None] ** powers).sum(axis=1)
    slope = (powers[1:] * x[:, None] ** (powers[1:] - 1)).sum(axis=1)
    np.testing.assert_allclose(physics.gradient(field, grid)[0], slope, atol=1e-9)
    if cells > 2:
        high = powers[2:]
        bend = (high * (high - 1) * x[:, None] ** (high - 2)).sum(axis=1)
        np.testing.assert_allclose(physics.laplacian(field, grid), bend, atol=1e-8)


def test_three_axes_with_three_boundaries_and_spacings():
    grid = Grid(
        (24, 40, 48),
        (2 * np.pi / 24, 0.05, 0.02),
        ("z", "y", "x"),
        ("m", "m", "m"),
        ("periodic", "reflecting", "open"),
    )
    z, y, x = np.meshgrid(*[places(grid, a) for a in range(3)], indexing="ij")
    field = np.sin(z) * np.cos(y) * np.exp(-x)
    found = physics.gradient(field, grid)
    expected = (
        np.cos(z) * np.cos(y) * np.exp(-x),
        -np.sin(z) * np.sin(y) * np.exp(-x),
        -field,
    )
    for mine, closed in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, closed, atol=2e-6)
    # −1 along z and along y, +1 along x.
    np.testing.assert_allclose(physics.laplacian(field, grid), -field, atol=1e-4)


def test_the_alternating_mode_has_no_first_derivative_but_a_second():
    grid = line(16, "periodic")
    field = (-1.0) ** np.arange(16)
    np.testing.assert_allclose(physics.gradient(field, grid)[0], 0.0, atol=1e-12)
    np.testing.assert_allclose(physics.laplacian(field, grid), -64.0 * field, rtol=1e-12)


def test_axes_of_different_units_have_no_laplacian_and_lengths_in_cells():
    grid = Grid((8, 8), (2.0, 5.0), ("frequency", "time"), ("Hz", "s"), ("open", "open"))
    ramp = np.add.outer(3.0 * np.arange(8.0), 4.0 * np.arange(8.0))
    with pytest.raises(ContractError, match="Hz"):
        physics.laplacian(ramp, grid)
    np.testing.assert_allclose(physics.gradient_magnitude(ramp, grid), 5.0, rtol=1e-12)


def test_smoothness_of_a_ramp_is_its_slope():
    grid = Grid((20, 30), (0.5, 0.1), ("y", "x"), ("m", "m"), ("open", "reflecting"))
    y, x = np.meshgrid(places(grid, 0), places(grid, 1), indexing="ij")
    ramp = 300.0 + 3.0 * y + 4.0 * x
    assert float(physics.temperature_smoothness(ramp, grid)) == pytest.approx(5.0, rel=1e-9)
    relative = float(physics.energy_smoothness(ramp, grid))
    assert relative == pytest.approx(5.0 / ramp.mean(), rel=1e-9)


def test_smoothness_sees_the_steepest_cells_only_above_its_percentile():
    grid = Grid((100, 100), (1.0, 1.0), ("y", "x"), ("m", "m"), ("open", "open"))
    spike = np.ones((100, 100))
    spike[50, 50] = 100.0  # steep in 8 of 10 000 cells: more than 0.05 %, less than 0.1 %
    assert float(physics.energy_smoothness(spike, grid)) < 1e-9
    assert float(physics.energy_smoothness(spike, grid, 99.95)) > 1.0
