"""Pyramids, figures and frames of the atlas."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.atlas import (
    apart,
    build_pyramid,
    decorrelation_lag,
    figures,
    gradients,
    levels_of,
    pyramid_error,
    record_of,
)
from industriverse.kernel.fields import Grid
from industriverse.kernel.maps import read_record, record_document, same_map
from industriverse.physics import pyramid_entropy
from tests.contracts.atlas_maps import facts_of, grid_of, made_frames

sides = st.sampled_from([(32, 32), (64, 32), (16, 48)])


def drawn(shape, seed):
    return np.random.default_rng(seed).exponential(1.0, shape) ** 3


def square(shape):
    return Grid(shape, (0.5, 0.25), ("y", "x"), ("m", "m"), ("periodic", "open"))


@pytest.mark.parametrize(
    ("shape", "levels"),
    [
        ((256, 256), (1, 2, 4)),
        ((128, 384), (1, 2, 4)),
        ((64, 64), (1, 2, 4)),
        ((16, 16), (1, 2)),
        ((721, 1440), (1,)),
        ((90, 180), (1, 2)),
        ((512,), (1, 2, 4)),
        ((32, 32, 32), (1, 2, 4)),
    ],
)
def test_levels_are_those_that_divide_the_map(shape, levels):
    assert levels_of(shape) == levels


@given(sides, st.integers(0, 2**32))
def test_each_coarse_cell_is_the_mean_of_its_block(shape, seed):
    fine = drawn(shape, seed)
    pyramid = build_pyramid(fine, square(shape))
    for level, cells in pyramid.items():
        for index in np.ndindex(*cells.shape):
            block = fine[tuple(slice(i * level, (i + 1) * level) for i in index)]
            assert cells[index] == pytest.approx(block.mean(), rel=1e-13)
    assert pyramid_error(pyramid, square(shape)) == 0.0


@given(sides, st.integers(0, 2**32))
def test_each_level_holds_the_same_energy_and_splits_the_entropy(shape, seed):
    grid = square(shape)
    pyramid = build_pyramid(drawn(shape, seed), grid)
    total = figures(pyramid[1], grid).energy
    for level, cells in pyramid.items():
        volume = grid.cell_volume * level**2
        assert cells.sum() * volume == pytest.approx(total, rel=1e-12)
        assert cells.min() >= 0
        split = pyramid_entropy(pyramid[1], grid, level)
        assert split.fine == pytest.approx(split.coarse + split.within, rel=1e-12)
        assert split.coarse == pytest.approx(split.fine - split.within, rel=1e-12)


def test_a_wrong_pyramid_is_far_from_its_blocks():
    grid = square((32, 32))
    pyramid = build_pyramid(drawn((32, 32), 1), grid)
    assert pyramid_error(pyramid | {2: pyramid[2] * 1.001}, grid) > 1e-4
    assert pyramid_error(pyramid | {2: pyramid[4]}, grid) == np.inf


def test_figures_of_known_maps():
    grid = square((16, 16))
    even = figures(np.full((16, 16), 3.0), grid)
    assert even.energy == pytest.approx(3.0 * 256 * 0.125)
    assert (even.mean, even.variance) == (3.0, 0.0)
    assert even.entropy == pytest.approx(np.log(256))
    assert even.evenness == pytest.approx(1.0)
    peak = np.zeros((16, 16))
    peak[3, 4] = 2.0
    assert figures(peak, grid).entropy == 0.0


def test_gradients_have_physical_spacing():
    grid = square((32, 64))
    x = np.arange(64) * 0.25
    y = np.arange(32) * 0.5
    map_ = 2.0 + np.sin(2 * np.pi * y / 16)[:, None] + 0.1 * x
    slopes = gradients(map_, grid)
    wanted = 2 * np.pi / 16 * np.cos(2 * np.pi * y / 16)
    np.testing.assert_allclose(slopes["x"], 0.1, atol=1e-10)
    np.testing.assert_allclose(slopes["y"], np.broadcast_to(wanted[:, None], (32, 64)), atol=1e-10)


def test_a_record_survives_its_document():
    (record, _), *_ = made_frames(facts_of())
    assert read_record(record_document(record)) == record


@pytest.mark.parametrize(
    "changes",
    [{"unit": "J/m^2"}, {"domain": "heat"}, {"licence": "MIT"}, {"grid": grid_of(32)}],
)
def test_the_checksum_depends_on_what_is_stated_and_not_on_when(changes):
    pyramid = made_frames(facts_of(), 1)[0][1]
    one = record_of(facts_of(), 0, 0.0, pyramid)
    other = record_of(facts_of(**changes), 0, 0.0, pyramid)
    assert (one.checksum == other.checksum) == ("grid" in changes)
    assert one.content == other.content
    assert record_of(facts_of(), 0, 1.0, pyramid).checksum != one.checksum


def test_a_difference_is_named():
    (one, _), (other, _), *_ = made_frames(facts_of())
    assert same_map(one, one) == ()
    assert "energy" in same_map(one, other)


@pytest.mark.parametrize("memory", [1, 3, 6])
def test_the_decorrelation_time_of_a_known_process(memory):
    random = np.random.default_rng(memory)
    kept = np.exp(-1.0 / memory)
    frames = [random.standard_normal((32, 32))]
    for _ in range(150):
        fresh = random.standard_normal((32, 32))
        frames.append(kept * frames[-1] + np.sqrt(1 - kept**2) * fresh)
    waves = np.stack(frames)
    lag = decorrelation_lag(waves)
    assert lag is not None
    assert abs(lag - memory) <= 1
    steady = 5.0 * np.sin(np.arange(32))[None, :, None] + waves
    about_mean = decorrelation_lag(steady)
    assert about_mean is not None
    assert abs(about_mean - lag) <= 1


@pytest.mark.parametrize(
    "maps",
    [
        np.ones((20, 8, 8)),
        np.sin(np.arange(8.0))[None, :, None] * np.linspace(1, 2, 20)[:, None, None] + np.eye(8),
        np.linspace(0, 1, 20)[:, None, None] * np.arange(64.0).reshape(8, 8) + np.eye(8) * 40,
        np.ones((1, 8, 8)),
    ],
    ids=["nothing", "fading", "drifting", "one frame"],
)
def test_what_never_changes_its_pattern_never_decorrelates(maps):
    assert decorrelation_lag(maps) is None


@given(st.integers(1, 60), st.one_of(st.none(), st.integers(1, 70)))
def test_chosen_frames_are_far_enough_apart(frames, lag):
    chosen = apart(frames, lag)
    assert chosen[-1] == frames - 1
    assert all(b - a == lag for a, b in pairwise(chosen))
    assert min(chosen) >= 0
