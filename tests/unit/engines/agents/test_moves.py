"""Moves of frames: back again, and the same physics after as before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.agents import Channel, Scene, Symmetry
from industriverse.engines.agents._moves import moves
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

CHANNELS = (
    Channel("h"),
    Channel("curl", "pseudo"),
    Channel("v_y", "along_y", "v"),
    Channel("v_x", "along_x", "v"),
)
GRID = Grid((12, 12), (1.0, 1.0), ("y", "x"), ("m", "m"), ("periodic", "periodic"))
EVERY: frozenset[Symmetry] = frozenset({"translation", "mirror", "turn", "scale"})
SCENE = Scene(GRID, 1.0, CHANNELS, EVERY)


def derived(height):
    """Height, and the gradient and curl of a vector made of it: a state with all kinds."""
    slope_y = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    slope_x = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    speed_y, speed_x = height**2 * slope_y, height**2 * slope_x
    curl = (np.roll(speed_y, -1, 1) - np.roll(speed_y, 1, 1)) / 2
    curl -= (np.roll(speed_x, -1, 0) - np.roll(speed_x, 1, 0)) / 2
    return np.stack([height, curl, speed_y, speed_x])[None]


@given(st.integers(0, 100), st.sampled_from(sorted(EVERY)))
def test_back_undoes_there(seed, name):
    frames = np.random.default_rng(seed).normal(size=(2, 4, 12, 12))
    move = moves(SCENE)[name]
    np.testing.assert_array_equal(move.back(move.there(frames)), frames)
    assert not np.array_equal(move.there(frames), frames)


@pytest.mark.parametrize("name", ["translation", "mirror", "turn"])
def test_a_moved_field_has_the_moved_gradient_and_curl(name):
    frames = derived(np.random.default_rng(3).uniform(1, 2, (12, 12)))
    moved = moves(SCENE)[name].there(frames)
    np.testing.assert_allclose(moved, derived(moved[0, 0]), atol=1e-12)


def test_four_quarter_turns_are_none():
    frames = np.random.default_rng(1).normal(size=(2, 4, 12, 12))
    turn = moves(SCENE)["turn"].there
    np.testing.assert_array_equal(turn(turn(turn(turn(frames)))), frames)


def test_symmetries_that_a_grid_lacks_are_refused():
    wide = Grid((8, 12), (1.0, 1.0), ("y", "x"), ("m", "m"), ("periodic", "periodic"))
    with pytest.raises(ContractError, match="quarter turn"):
        Scene(wide, 1.0, CHANNELS, frozenset({"turn"}))
    walls = Grid((12, 12), (1.0, 1.0), ("y", "x"), ("m", "m"), ("reflecting", "periodic"))
    with pytest.raises(ContractError, match="shift"):
        Scene(walls, 1.0, CHANNELS, frozenset({"translation"}))
