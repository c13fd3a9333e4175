"""Shallow water against exact waves, balances and invariants, and its own order."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from industriverse.engines.simulation.fluids import Basin, ShallowWater, Water, centred, wave_step
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

LENGTH, DEPTH, GRAVITY = 2 * np.pi, 2.0, 3.0


def places(cells):
    """Return centres and lower faces."""
    spacing = LENGTH / cells
    return (np.arange(cells) + 0.5) * spacing, np.arange(cells) * spacing


def water(depth, east, north) -> Water:
    return Water(*(jnp.asarray(field, jnp.float64) for field in (depth, east, north)))


def system(cells, coriolis=0.0, step=None) -> ShallowWater:
    spacing = LENGTH / cells
    return ShallowWater(GRAVITY, coriolis, spacing, step or 0.2 * spacing / 3)


def drawn(cells=12) -> Water:
    random = np.random.default_rng(0)
    return water(1 + 0.3 * random.random((cells, cells)), *random.normal(size=(2, cells, cells)))


def test_rates_keep_mass_energy_and_potential_enstrophy_of_any_state():
    flow, state = system(12, coriolis=1.3), drawn()

    @jax.jit
    def exchanged(state: Water):
        rate = flow.rate(state)
        slopes = [jax.grad(kept)(state) for kept in (flow.energy, flow.potential_enstrophy)]
        parts = [jnp.stack([a * b for a, b in zip(slope, rate, strict=True)]) for slope in slopes]
        return jnp.mean(rate.depth), jnp.stack(parts)

    gain, parts = exchanged(state)
    assert abs(float(gain)) < 1e-14
    for part in parts:
        gross = float(jnp.abs(part).sum())
        assert gross > 1
        assert abs(float(part.sum())) < 1e-14 * gross


def travelling(cells, coriolis, at, *, discrete=False):
    """Return a wave of depth 1e-6 cos(k·x − ωt): exact, or of the staggered grid."""
    kx, ky, spacing = 1.0, 2.0, LENGTH / cells
    slope_x = 2 / spacing * np.sin(kx * spacing / 2) if discrete else kx
    slope_y = 2 / spacing * np.sin(ky * spacing / 2) if discrete else ky
    f = coriolis * (np.cos(kx * spacing / 2) * np.cos(ky * spacing / 2) if discrete else 1.0)
    square = slope_x**2 + slope_y**2
    omega = np.sqrt(f**2 + GRAVITY * DEPTH * square)
    centre, face = places(cells)

    def part(amplitude, x, y):
        phase = kx * x[None, :] + ky * y[:, None] - omega * at
        return 1e-6 * (amplitude * np.exp(1j * phase)).real

    over = DEPTH * square
    depth = DEPTH + part(1.0, centre, centre)
    east = part((omega * slope_x + 1j * f * slope_y) / over, face, centre)
    north = part((omega * slope_y - 1j * f * slope_x) / over, centre, face)
    return water(depth, east, north)


@pytest.mark.parametrize("coriolis", [0.0, 4.0])
def test_waves_travel_as_the_dispersion_relation_says(coriolis):
    """ω² = f² + gH k²; on the staggered grid with its own wave numbers, to rounding."""
    errors = []
    for cells, discrete in ((16, True), (16, False), (32, False)):
        start = travelling(cells, coriolis, 0.0, discrete=discrete)
        path = system(cells, coriolis, step=0.01).solve(start, 2, 1.5)
        exact = travelling(cells, coriolis, 1.5, discrete=discrete)
        error = max(float(jnp.abs(a[1] - b).max()) for a, b in zip(path, exact, strict=True))
        errors.append(error / 1e-6)
    assert errors[0] < 1e-5
    assert 1.8 < np.log2(errors[1] / errors[2]) < 2.2


def test_a_uniform_current_turns_in_circles_of_inertia():
    flow = system(8, coriolis=0.7, step=0.02)
    start = water(*(np.full((8, 8), value) for value in (DEPTH, 0.5, 0.0)))
    path = flow.solve(start, 2, 3.0)
    np.testing.assert_allclose(path.east[1], 0.5 * np.cos(2.1), atol=1e-9)
    np.testing.assert_allclose(path.north[1], -0.5 * np.sin(2.1), atol=1e-9)
    np.testing.assert_allclose(path.depth[1], DEPTH, atol=1e-13)


def test_a_current_in_geostrophic_balance_stands_still_to_second_order():
    f, moved = 2.0, []
    for cells in (16, 32):
        centre, _ = places(cells)
        # u = −(g/f) ∂h/∂y holds at any speed: nothing changes along x.
        depth = DEPTH + 0.4 * np.cos(centre)[:, None] * np.ones((1, cells))
        east = GRAVITY / f * 0.4 * np.sin(centre)[:, None] * np.ones((1, cells))
        path = system(cells, f).solve(water(depth, east, np.zeros_like(east)), 2, 3.0)
        moved.append(float(jnp.abs(path.depth[1] - depth).max()))
    assert moved[1] < 0.01
    assert np.log2(moved[0] / moved[1]) > 1.8


def simple_wave(x, at):
    """Return depth and velocity of a wave that runs one way: u − 2√(gh) is one number.

    Each speed u + √(gh) goes straight: Stoker, Water Waves (1957), §2.3, before it breaks.
    """
    rest = np.sqrt(GRAVITY * DEPTH)

    def celerity(origin):
        return rest * (1 + 0.05 * np.sin(origin))

    def origin(place):
        travel = lambda x0: x0 + (3 * celerity(x0) - 2 * rest) * at - place  # noqa: E731
        return brentq(travel, place - 10 * at - 1, place + 1, xtol=1e-13)

    c = celerity(np.array([origin(place) for place in x]))
    return c**2 / GRAVITY, 2 * (c - rest)


def test_a_wave_of_finite_height_steepens_as_its_characteristics_say():
    errors = []
    for cells in (32, 64):
        centre, face = places(cells)
        rows = np.ones((4, 1))
        depth, east = simple_wave(centre, 0.0)[0] * rows, simple_wave(face, 0.0)[1] * rows
        path = system(cells).solve(water(depth, east, 0 * east), 2, 1.0)
        error_depth = path.depth[1, 0] - simple_wave(centre, 1.0)[0]
        error_east = path.east[1, 0] - simple_wave(face, 1.0)[1]
        errors.append(max(float(jnp.abs(error_depth).max()), float(jnp.abs(error_east).max())))
    assert errors[1] < 5e-3
    assert 1.8 < np.log2(errors[0] / errors[1]) < 2.3


def test_it_is_of_fourth_order_in_time_and_keeps_energy_to_fifth():
    basin = Basin(Waves(32, LENGTH), DEPTH, GRAVITY, 2.0)
    start = basin.vortices(2, 0.5, seed=1)
    ends, drifts = [], []
    for steps in (32, 64, 256):
        flow = system(32, 2.0, step=1.6 / steps)
        path = flow.solve(start, 2, 1.6)
        energy = jax.jit(flow.energy)(path)
        ends.append(path.depth[1])
        drifts.append(abs(float(energy[1] / energy[0]) - 1))
    errors = [float(jnp.abs(end - ends[-1]).max()) for end in ends[:2]]
    assert 3.7 < np.log2(errors[0] / errors[1]) < 4.4
    assert drifts[1] < 1e-6
    assert np.log2(drifts[0] / drifts[1]) > 4.5


def test_vortices_start_balanced_free_of_divergence_and_the_same_on_every_grid():
    basin = Basin(Waves(32, LENGTH), DEPTH, GRAVITY, 2.0)
    start = basin.vortices(2, 0.1, seed=3)
    flow = ShallowWater(GRAVITY, 2.0, LENGTH / 32, 0.01)
    east, north = start.east, start.north
    divergence = jnp.roll(east, -1, 1) - east + jnp.roll(north, -1, 0) - north
    assert float(jnp.abs(divergence).max()) < 1e-15
    fine = Basin(Waves(64, LENGTH), DEPTH, GRAVITY, 2.0).vortices(2, 0.1, seed=3)
    means = np.asarray(fine.depth).reshape(32, 2, 32, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(means, start.depth, atol=2e-3)
    # The linear rate of a balanced start vanishes with the grid; 0.1² of it is the flow's own.
    turning = float(jnp.abs(2.0 * centred(start).north).max())
    assert float(jnp.abs(jax.jit(flow.rate)(start).east).max()) < 0.25 * turning
    other = basin.vortices(2, 0.1, seed=4)
    assert float(jnp.abs(other.depth - start.depth).max()) > 0.01


def test_humps_keep_their_water_and_dry_beds_are_refused():
    basin = Basin(Waves(32, LENGTH), DEPTH, GRAVITY, 0.0)
    start = basin.humps(3, 0.2, seed=0)
    flow = ShallowWater(GRAVITY, 0.0, LENGTH / 32, wave_step(start, GRAVITY, LENGTH / 32))
    path = flow.solve(start, 3, 2.0)
    mass = np.asarray(path.depth).mean(axis=(1, 2))
    np.testing.assert_allclose(mass, mass[0], rtol=1e-14)
    # Water from rest, on a basin at rest, never turns.
    np.testing.assert_allclose(jax.jit(flow.vorticity)(path), 0.0, atol=1e-12)
    with pytest.raises(ContractError, match="deep"):
        basin.humps(3, -2.5, seed=0)


def test_a_derivative_with_respect_to_the_start_agrees_with_a_difference():
    start = Basin(Waves(16, LENGTH), DEPTH, GRAVITY, 1.0).vortices(2, 0.3, seed=5)
    flow = system(16, 1.0, step=0.05)

    def last(scale: jax.Array) -> jax.Array:
        path = flow.solve(start._replace(east=start.east * scale), 2, 0.5)
        return jnp.mean(path.depth[1] ** 3)

    both = jax.jit(jax.value_and_grad(last))
    (low, _), (_, slope), (high, _) = (both(scale) for scale in (1 - 1e-4, 1.0, 1 + 1e-4))
    difference = (high - low) / 2e-4
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)
