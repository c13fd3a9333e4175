"""Conduction against modes, the heat kernel and the laws of thermodynamics."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.diffusion import Conduction, WarmSpots
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

PLATE = Waves(32, 2.0)
CENTRES = (np.arange(32) + 0.5) * 2.0 / 32


def test_a_cosine_between_walls_decays_at_its_rate():
    x, y = np.meshgrid(CENTRES, CENTRES)
    shape = np.cos(3 * np.pi * x / 2) * np.cos(5 * np.pi * y / 2)
    path = Conduction(0.01, PLATE, walls=True).solve(jnp.asarray(300 + 20 * shape), 4, 0.5)
    rate = 0.01 * (3**2 + 5**2) * np.pi**2 / 4
    exact = 300 + 20 * shape[None] * np.exp(-rate * 0.5 * np.arange(4))[:, None, None]
    np.testing.assert_allclose(path, exact, atol=2e-12)


def test_a_wave_round_the_square_decays_at_its_rate():
    x, y = np.meshgrid(CENTRES, CENTRES)
    shape = np.sin(2 * np.pi * (2 * x - y) / 2)
    path = Conduction(0.01, PLATE).solve(jnp.asarray(300 + 20 * shape), 2, 2.0)
    exact = 300 + 20 * shape * np.exp(-0.01 * 5 * np.pi**2 * 2.0)
    np.testing.assert_allclose(path[1], exact, atol=2e-12)


def kernel(places, middle, variance, period, *, walls):
    """Return the sum of a Gaussian's images along one axis, each of unit area."""
    images = middle + period * np.arange(-6, 7)
    images = np.r_[images, -images] if walls else images
    away = places[:, None] - images[None, :]
    return (np.exp(-(away**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)).sum(axis=1)


@pytest.mark.parametrize("walls", [True, False])
def test_a_spot_spreads_as_the_heat_kernel_with_its_images(walls):
    """Carslaw & Jaeger, §10.3: variances add 2κt, each wall mirrors the spot."""
    period = 4.0 if walls else 2.0

    def spot(variance):
        rows = kernel(CENTRES, 0.3, variance, period, walls=walls)
        columns = kernel(CENTRES, 1.1, variance, period, walls=walls)
        return 280 + rows[:, None] * columns[None, :]

    path = Conduction(0.02, PLATE, walls=walls).solve(jnp.asarray(spot(0.04)), 3, 1.5)
    for at, frame in zip([0.0, 1.5, 3.0], path, strict=True):
        np.testing.assert_allclose(frame, spot(0.04 + 2 * 0.02 * at), atol=1e-9)


def test_no_grid_error_is_left_once_a_spot_is_resolved():
    errors = []
    for cells in (16, 32):
        centres = (np.arange(cells) + 0.5) * 2.0 / cells
        rows = [kernel(centres, 0.3, variance, 4.0, walls=True) for variance in (0.02, 0.06)]
        start, exact = (row[:, None] * np.ones((1, cells)) for row in rows)
        path = Conduction(0.02, Waves(cells, 2.0), walls=True).solve(jnp.asarray(start), 2, 1.0)
        errors.append(float(jnp.abs(path[1] - exact).max()))
    assert errors[1] < errors[0] / 100


@pytest.mark.parametrize("walls", [True, False])
def test_heat_is_kept_entropy_rises_and_extremes_close_in(walls):
    spots = WarmSpots(base=290.0, rise=50.0, width=0.06, number=9)
    start = spots.temperature(PLATE, 0, walls=walls)
    path = np.asarray(Conduction(1e-3, PLATE, walls=walls).solve(jnp.asarray(start), 21, 2.0))
    heat, entropy = path.mean(axis=(1, 2)), np.log(path).mean(axis=(1, 2))
    np.testing.assert_allclose(heat, heat[0], rtol=1e-14)
    assert (np.diff(entropy) > 0).all()
    assert (np.diff(path.max(axis=(1, 2))) < 0).all()
    assert (np.diff(path.min(axis=(1, 2))) > -1e-9).all()
    # At most as much as if all of it were at the mean temperature.
    assert entropy[-1] < np.log(heat[0])


def test_entropy_rises_at_the_rate_of_conduction():
    """dS/dt = ∫ κ |∇T|²/T² (de Groot & Mazur, ch. III), with slopes by differences of order 4."""
    start = WarmSpots(290.0, 50.0, 0.15, 5).temperature(PLATE, 1, walls=False)
    path = np.asarray(Conduction(1e-3, PLATE).solve(jnp.asarray(start), 3, 0.05))
    entropy = np.log(path).mean(axis=(1, 2))

    def slope(field, axis):
        step = {n: np.roll(field, -n, axis) - np.roll(field, n, axis) for n in (1, 2)}
        return (8 * step[1] - step[2]) / (12 * 2.0 / 32)

    square = slope(path[1], 0) ** 2 + slope(path[1], 1) ** 2
    produced = 1e-3 * np.mean(square / path[1] ** 2)
    assert (entropy[2] - entropy[0]) / 0.1 == pytest.approx(produced, rel=2e-3)


def test_spots_differ_by_seed_and_a_square_below_zero_kelvin_is_refused():
    spots = WarmSpots(290.0, 50.0, 0.06, 9)
    first, second = (spots.temperature(PLATE, seed, walls=True) for seed in (1, 2))
    assert np.abs(first - second).max() > 10
    with pytest.raises(ContractError, match="K"):
        WarmSpots(10.0, -50.0, 0.06, 9).temperature(PLATE, 1, walls=True)


def test_a_derivative_with_respect_to_the_diffusivity_agrees_with_the_closed_form():
    x = np.meshgrid(CENTRES, CENTRES)[0]
    start = jnp.asarray(np.cos(3 * np.pi * x / 2))

    def last(diffusivity: jax.Array) -> jax.Array:
        path = Conduction(diffusivity, PLATE, walls=True).solve(start, 2, 2.0)
        return jnp.mean(path[1] ** 2)

    rate = 2 * (3 * np.pi / 2) ** 2 * 2.0
    slope = float(jax.grad(last)(jnp.asarray(0.01)))
    assert slope == pytest.approx(-rate * 0.5 * np.exp(-rate * 0.01), rel=1e-10)


def test_many_bodies_at_once_are_each_alone():
    starts = jnp.asarray(
        np.stack([WarmSpots(290.0, 9.0, 0.1, 3).temperature(PLATE, s, walls=True) for s in (1, 2)])
    )
    body = Conduction(0.01, PLATE, walls=True)
    both = jax.vmap(lambda start: body.solve(start, 2, 1.0))(starts)
    np.testing.assert_allclose(both[1], body.solve(starts[1], 2, 1.0), atol=1e-11)
