"""Gray–Scott against closed forms, its own refinement and Pearson's classes of patterns."""

from typing import cast

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.patterns import GrayScott, flooded, seeded
from industriverse.engines.simulation.spectral import Waves

BOX = Waves(32, 2.0)
LARGEST_STEP = "industriverse.engines.simulation.patterns._gray_scott._LARGEST_STEP"


def system(waves: Waves = BOX, *, feed=0.03, kill=0.06, spread=2e-5) -> GrayScott:
    return GrayScott(feed=feed, kill=kill, spread_u=spread, spread_v=spread / 2, waves=waves)


def test_rest_stays_at_rest():
    rest = jnp.stack([jnp.ones((32, 32)), jnp.zeros((32, 32))])
    frames = system().solve(rest, 3, 50.0)
    np.testing.assert_allclose(frames, jnp.stack([rest] * 3), atol=1e-13)


def test_without_v_a_wave_of_u_decays_as_diffusion_and_feed_say():
    x = (np.arange(32) + 0.5) * 2 / 32
    wave = 0.1 * np.cos(np.pi * 3 * x)[None, :] * np.ones((32, 1))
    start = jnp.stack([jnp.asarray(1 + wave), jnp.zeros((32, 32))])
    frames = system(spread=1e-3).solve(start, 2, 40.0)
    rate = 1e-3 * (3 * np.pi) ** 2 + 0.03
    np.testing.assert_allclose(frames[1, 0] - 1, wave * np.exp(-rate * 40.0), atol=1e-12)


def test_without_space_it_is_the_reaction_alone(monkeypatch):
    start = jnp.asarray(np.stack([np.full((32, 32), 0.4), np.full((32, 32), 0.3)]))

    def rate(_, state):
        u, v = state
        return [-u * v * v + 0.03 * (1 - u), u * v * v - 0.09 * v]

    exact = solve_ivp(rate, (0, 60.0), [0.4, 0.3], method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    errors = []
    for step_s in (1.0, 0.5):
        monkeypatch.setattr(LARGEST_STEP, step_s)
        after = system().solve(start, 2, 60.0)[1]
        assert float(jnp.ptp(after[0])) < 1e-13
        errors.append(float(np.abs(after[:, 5, 7] - exact).max()))
    assert errors[0] < 1e-6
    assert np.log2(errors[0] / errors[1]) > 3.7


def test_the_sum_changes_by_what_is_fed_and_taken_out_to_rounding():
    start = jnp.asarray(seeded(BOX, 3))
    frames, exchange = system().solve_with_exchange(start, 20, 50.0)
    mass = frames.sum(axis=1).mean(axis=(1, 2))
    assert float(jnp.ptp(mass)) > 0.1
    np.testing.assert_allclose(mass - exchange, float(mass[0]), rtol=0, atol=1e-12)
    # The exchange itself is the integral of what the frames say, here by Simpson's rule.
    frames, exchange = system().solve_with_exchange(start, 41, 1.0)
    u, v = frames.mean(axis=(2, 3)).T
    weights = np.array([1] + [4, 2] * 19 + [4, 1]) / 3
    integral = weights @ np.asarray(0.03 * (1 - u) - 0.09 * v)
    assert float(exchange[-1]) == pytest.approx(integral, rel=1e-6)


def test_a_wave_on_the_rich_state_grows_at_its_rate():
    """The rich state solves `v = (1 + √(1 − 4 (F+k)²/F)) F / 2(F+k)`, `u v = F + k`."""
    feed, kill, spread = 0.03, 0.056, 2e-5
    waves = Waves(32, 1.0)
    v = feed / (2 * (feed + kill)) * (1 + np.sqrt(1 - 4 * (feed + kill) ** 2 / feed))
    u = (feed + kill) / v
    reaction = np.array([[-(v**2) - feed, -2 * u * v], [v**2, 2 * u * v - feed - kill]])
    square = (2 * np.pi * 7) ** 2
    rates, shapes = np.linalg.eig(reaction - square * np.diag([spread, spread / 2]))
    fastest = int(np.real(rates).argmax())
    assert np.real(rates)[fastest] > 0.01
    x = (np.arange(32) + 0.5) / 32
    wave = np.cos(2 * np.pi * 7 * x)[None, :] * np.ones((32, 1))
    start = np.array([u, v])[:, None, None] + 1e-7 * shapes[:, fastest][:, None, None] * wave[None]
    frames = system(waves, feed=feed, kill=kill).solve(jnp.asarray(start), 3, 50.0)
    size = np.log([float(jnp.ptp(frame)) for frame in frames[:, 1]])
    np.testing.assert_allclose(np.diff(size) / 50.0, rates[fastest].real, rtol=1e-4)


def test_it_is_of_fourth_order_in_time(monkeypatch):
    start = jnp.asarray(seeded(BOX, 3))

    def after(step_s: float):
        monkeypatch.setattr(LARGEST_STEP, step_s)
        return system().solve(start, 2, 64.0)[1]

    fine = after(0.5)
    errors = [float(jnp.abs(after(step) - fine).max()) for step in (8.0, 4.0)]
    assert np.log2(errors[0] / errors[1]) > 3.7


def test_the_seed_places_the_spots():
    assert not np.array_equal(seeded(BOX, 1), seeded(BOX, 2))
    np.testing.assert_array_equal(seeded(BOX, 1), seeded(BOX, 1))


def test_a_derivative_with_respect_to_the_feed_agrees_with_a_difference():
    start = jnp.asarray(seeded(BOX, 3))

    @jax.jit
    def last(scale: jax.Array) -> jax.Array:
        return (system().solve(start * scale, 2, 20.0)[1] ** 2).sum()

    slope = jax.grad(last)(jnp.asarray(1.0))
    difference = (last(jnp.asarray(1 + 1e-5)) - last(jnp.asarray(1 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-5)


def pieces(mask: np.ndarray) -> np.ndarray:
    """Return the cells of each connected piece of a periodic mask, smallest first."""
    copies, _ = cast("tuple[np.ndarray, int]", ndimage.label(np.tile(mask, (2, 2))))
    places = np.arange(mask.size).reshape(mask.shape)
    seen, sizes = np.zeros(mask.size, bool), []
    for label in range(1, copies.max() + 1):
        cells = np.unique(np.tile(places, (2, 2))[copies == label])
        if not seen[cells].all():
            sizes.append(len(cells))
        seen[cells] = True
    return np.sort(sizes)


def pattern_of(v: np.ndarray, later: np.ndarray) -> str:
    """Name Pearson's class from two frames 50 s apart, on 64 cells a unit of length."""
    high = v > (v.max() + v.min()) / 2
    islands, holes = pieces(high), pieces(~high)
    if np.sqrt(((later - v) ** 2).mean()) > 0.2 * v.std():
        return "gliders" if islands[-1] < 75 else "spirals"
    if len(holes) >= 8 and len(islands) == 1:
        return "bubbles"
    if high.mean() > 0.4:
        return "maze"
    return "worms" if islands[-1] > 2.5 * np.median(islands) else "spots"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("feed", "kill", "pattern"),
    [
        (0.014, 0.054, "gliders"),
        (0.098, 0.057, "bubbles"),
        (0.029, 0.057, "maze"),
        (0.058, 0.065, "worms"),
        (0.018, 0.051, "spirals"),
        (0.030, 0.062, "spots"),
    ],
)
def test_pearsons_patterns_come_out(feed, kill, pattern):
    """Gliders and spirals move: small blobs, long fronts. The others stand.

    Bubbles are many holes in one web, a maze is stripes that fill nearly half, worms are islands
    of unlike length, spots islands of one size. Bubbles need a start rich in v.
    """
    waves = Waves(64, 1.0)
    start = jnp.asarray((flooded if pattern == "bubbles" else seeded)(waves, 0))
    frames = system(waves, feed=feed, kill=kill).solve(start, 121, 50.0)
    v, later = np.asarray(frames[-2:, 1])
    assert pattern_of(v, later) == pattern


@pytest.mark.parametrize("draw", [seeded, flooded])
def test_the_starts_are_of_known_heights(draw):
    u, v = draw(BOX, 0)
    np.testing.assert_allclose((u.max(), v.min()), (1.0, 0.0), atol=1e-2)
    assert v.max() <= 0.5
