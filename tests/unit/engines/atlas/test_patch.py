"""A patch keeps energy honest up and down the pyramid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.atlas import build_pyramid, patch, pyramid_error
from industriverse.kernel.errors import ContractError
from tests.contracts.atlas_maps import grid_of

GRID = grid_of(32)


def pyramid_of(seed, empty=False):
    density = np.random.default_rng(seed).exponential(1.0, (32, 32)) ** 2
    density[:8, :8] *= not empty
    return build_pyramid(density, GRID)


@given(
    st.integers(0, 2**32),
    st.sampled_from([1, 2, 4]),
    st.sampled_from(["shape", "differences"]),
    st.booleans(),
)
def test_the_patched_level_holds_the_new_cells_and_nothing_else_changes(seed, level, keep, empty):
    old = pyramid_of(seed, empty)
    random = np.random.default_rng(seed + 1)
    values = random.exponential(2.0, (2, 3)) * random.integers(0, 2, (2, 3))
    new = patch(old, GRID, (1, 2), values, level=level, keep=keep)
    np.testing.assert_allclose(new[level][1:3, 2:5], values, rtol=1e-12, atol=1e-13)
    assert new[1].min() >= 0
    assert pyramid_error(new, GRID) == 0.0
    outside = np.ones_like(old[1], bool)
    outside[level : 3 * level, 2 * level : 5 * level] = False
    np.testing.assert_array_equal(new[1][outside], old[1][outside])
    change = (values - old[level][1:3, 2:5]).sum() * level**2
    assert new[1].sum() - old[1].sum() == pytest.approx(change, rel=1e-9, abs=1e-9)


def test_scaling_keeps_ratios_and_shifting_keeps_differences():
    old = pyramid_of(3)
    higher = old[2][:2, :2] + 10.0
    scaled = patch(old, GRID, (0, 0), higher, level=2)[1][:2, :2]
    shifted = patch(old, GRID, (0, 0), higher, level=2, keep="differences")[1][:2, :2]
    before = old[1][:2, :2]
    np.testing.assert_allclose(scaled / scaled[0, 0], before / before[0, 0], rtol=1e-12)
    np.testing.assert_allclose(shifted - before, 10.0, rtol=1e-12)


def test_the_same_values_change_nothing():
    old = pyramid_of(4)
    new = patch(old, GRID, (0, 0), old[4], level=4)
    np.testing.assert_allclose(new[1], old[1], rtol=1e-14)


@pytest.mark.parametrize(
    ("start", "values", "level"),
    [
        ((0, 0), np.ones((2, 2)), 3),
        ((31, 0), np.ones((2, 2)), 1),
        ((-1, 0), np.ones((2, 2)), 1),
        ((0,), np.ones(2), 1),
        ((0, 0), np.ones((0, 2)), 1),
        ((0, 0), -np.ones((2, 2)), 1),
        ((0, 0), np.full((2, 2), np.nan), 1),
    ],
)
def test_a_patch_that_cannot_be_is_refused(start, values, level):
    with pytest.raises(ContractError):
        patch(pyramid_of(5), GRID, start, values, level=level)
