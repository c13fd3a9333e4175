"""Windows: what is drawn, how it is moved, and that a law survives the move."""

import numpy as np
import pytest

from industriverse.engines.forecast.network import (
    Batches,
    Channel,
    Recording,
    Scene,
    Symmetry,
    Vector,
    measured,
)
from industriverse.kernel.errors import ContractError
from tests.unit.engines.forecast.network.small import carried, small

SCENE = Scene("heat")
EVERY = Symmetry(mirror_y=True, mirror_x=True, turn=True)


def turning(trajectories=3, frames=8, cells=16):
    """Return velocities and their vorticity: u, v, w."""
    random = np.random.default_rng(0)
    stream = random.normal(size=(trajectories, frames, cells, cells))
    u = (np.roll(stream, -1, -2) - np.roll(stream, 1, -2)) / 2
    v = -(np.roll(stream, -1, -1) - np.roll(stream, 1, -1)) / 2
    return np.stack([u, v, vorticity(u, v)], axis=2).astype(np.float32)


def vorticity(u, v):
    along_x = (np.roll(v, -1, -1) - np.roll(v, 1, -1)) / 2
    return along_x - (np.roll(u, -1, -2) - np.roll(u, 1, -2)) / 2


def divergence(u, v):
    along_x = (np.roll(u, -1, -1) - np.roll(u, 1, -1)) / 2
    return along_x + (np.roll(v, -1, -2) - np.roll(v, 1, -2)) / 2


def test_a_moved_flow_keeps_its_divergence_and_its_vorticity():
    plan = small(Channel("u"), Channel("v"), Channel("w", pseudo=True), vectors=(Vector("u", "v"),))
    batches = Batches((Recording(turning(), SCENE, EVERY),), plan, size=32, leads=1)
    history = np.asarray(batches.draw(0)[0].history)
    u, v, w = np.moveaxis(history, 2, 0)
    np.testing.assert_allclose(divergence(u, v), 0, atol=1e-5)
    np.testing.assert_allclose(vorticity(u, v), w, atol=1e-5)
    still = Batches((Recording(turning(), SCENE),), plan, size=32, leads=1).draw(0)[0].history
    assert np.abs(np.asarray(still) - history).max() > 0.1


def test_a_step_draws_the_same_windows_again_and_the_next_step_others():
    plan = small()
    batches = Batches((Recording(carried(3, 8), SCENE, EVERY),), plan, size=4, leads=2, seed=5)
    first, again, other = (batches.draw(step)[0] for step in (3, 3, 4))
    np.testing.assert_array_equal(first.history, again.history)
    assert np.abs(np.asarray(first.history - other.history)).max() > 0.1
    assert first.truth.shape == (4, 2, 1, 16, 16)


def test_a_window_is_a_piece_of_one_trajectory():
    values = np.broadcast_to(np.arange(8.0)[None, :, None, None, None], (2, 8, 1, 16, 16))
    batches = Batches((Recording(values, SCENE, EVERY),), small(), size=16, leads=2)
    window, _ = batches.draw(0)
    seen = np.concatenate([window.history, window.truth], axis=1)[..., 0, 0, 0]
    np.testing.assert_array_equal(np.diff(seen), 1.0)
    assert {int(start) for start in seen[:, 0]} <= set(range(5))


def test_walls_are_not_shifted_and_base_and_exchange_move_along():
    values = carried(2, 8)
    scene = Scene("heat", boundary=("reflecting", "periodic"))
    exchange = np.arange(14, dtype=np.float32).reshape(2, 7, 1)
    recording = Recording(values, scene, EVERY, base=values + 1, exchange=exchange)
    window, _ = Batches((recording,), small(), size=8, leads=3).draw(0)
    base, declared = (np.asarray(part) for part in window.given)
    np.testing.assert_allclose(base, window.truth + 1, rtol=1e-6)
    np.testing.assert_array_equal(np.diff(declared[..., 0]), 1.0)
    rows = np.sort(np.asarray(window.history).mean((2, 4))[:, 0], axis=-1)
    known = [np.sort(frame) for frame in values.mean((2, 4)).reshape(-1, 16)]
    assert all(min(np.abs(row - other).max() for other in known) < 1e-5 for row in rows)


def test_the_pyramid_averages_cells_and_keeps_the_sums():
    recording = Recording(carried(2, 4), SCENE, exchange=np.ones((2, 3, 1), np.float32))
    coarse = recording.coarser(2)
    assert coarse.scene.spacing == (2.0, 2.0)
    assert coarse.values[0, 0, 0, 0, 0] == pytest.approx(recording.values[0, 0, 0, :2, :2].mean())
    np.testing.assert_allclose(
        4 * coarse.values.sum((2, 3, 4)), recording.values.sum((2, 3, 4)), rtol=1e-5
    )
    np.testing.assert_array_equal(np.asarray(coarse.exchange), np.full((2, 3, 1), 0.25))
    with pytest.raises(ContractError, match="do not tile"):
        recording.coarser(3)


def test_sizes_are_those_of_the_frames():
    values = carried(4, 6)
    (channel,) = measured((Channel("e", conserved=True),), values, (0.5, 0.5))
    assert channel.conserved
    assert channel.spread == pytest.approx(values.std(), rel=1e-5)
    assert channel.change == pytest.approx(np.sqrt((np.diff(values, axis=1) ** 2).mean()), rel=1e-5)
    steep = np.sqrt(
        (np.diff(values, axis=-1) ** 2).mean() / 2 + (np.diff(values, axis=-2) ** 2).mean() / 2
    )
    assert channel.slope == pytest.approx(2 * steep, rel=1e-4)
    (flat,) = measured((Channel("e"),), np.ones((1, 3, 1, 16, 16), np.float32), (1.0, 1.0))
    assert (flat.mean, flat.spread, flat.slope, flat.change) == (1.0, 1.0, 1.0, 1.0)


def test_what_cannot_be_drawn_from_is_refused():
    with pytest.raises(ContractError, match="as many"):
        Batches((Recording(carried(2, 3), SCENE),), small(), leads=2)
    with pytest.raises(ContractError, match="NaN"):
        Recording(np.full((1, 4, 1, 16, 16), np.nan, np.float32), SCENE)
