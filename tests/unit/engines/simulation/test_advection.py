"""Carried heat against exact solutions, eigenvalues, Taylor's dispersion and its budgets."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.diffusion import (
    GIVEN_FLOWS,
    AdvectionDiffusion,
    WarmSpots,
    cellular,
    random_eddies,
    shear,
)
from industriverse.engines.simulation.spectral import Waves

BOX = Waves(32, 2 * np.pi)
X, Y = np.meshgrid(*[(np.arange(32) + 0.5) * 2 * np.pi / 32] * 2)


def bell(moved_x, moved_y, variance):
    """Return a Gaussian of unit heat with all its periodic images."""
    turns = 2 * np.pi * np.arange(-3, 4)[:, None, None]
    rows, columns = (
        np.exp(-(((place[None] - np.pi - moved + turns) ** 2) / (2 * variance))).sum(axis=0)
        for place, moved in ((Y, moved_y), (X, moved_x))
    )
    return rows * columns / (2 * np.pi * variance)


def test_a_uniform_flow_carries_a_spot_that_spreads():
    wind = np.stack([np.full((32, 32), 0.8), np.full((32, 32), -0.5)])
    system = AdvectionDiffusion(0.05, wind, BOX)
    path = system.solve(jnp.asarray(290 + bell(0, 0, 0.2)), 2, 2.0)
    np.testing.assert_allclose(path[1], 290 + bell(1.6, -1.0, 0.4), atol=2e-5)


def decay(diffusivity, speed, bands, reach=10):
    """Return the slowest decay of `exp(ix) Σ T_n exp(i n bands y)` in u = speed · sin(bands y)."""
    n = np.arange(-reach, reach + 1)
    step = np.full(2 * reach, speed / 2)
    matrix = np.diag(step, 1) - np.diag(step, -1)
    matrix = matrix - np.diag(diffusivity * (1.0 + (bands * n) ** 2))
    values = np.asarray(np.linalg.eigvals(matrix), np.complex128)
    return -float(values.real.max())


def test_shear_spreads_heat_along_itself_as_taylor_says():
    """κ + U²/(2κk²) (Taylor 1953, for u = U sin ky); the whole spectrum by eigenvalues."""
    diffusivity, speed, bands = 0.05, 0.2, 3
    system = AdvectionDiffusion(diffusivity, shear(BOX, bands, speed, 0), BOX)
    path = system.solve(jnp.asarray(np.cos(X)), 4, 20.0)
    size = np.abs(np.fft.fft(np.asarray(path).mean(axis=1), axis=-1)[:, 1])
    # The faster modes are gone after 40 s.
    rate = np.log(size[2] / size[3]) / 20.0
    assert rate == pytest.approx(decay(diffusivity, speed, bands, reach=3), rel=1e-6)
    taylor = diffusivity + speed**2 / (2 * diffusivity * bands**2)
    assert rate == pytest.approx(taylor, rel=0.06)
    assert rate > 1.5 * diffusivity


def test_it_is_of_fourth_order_in_time(monkeypatch):
    flow = random_eddies(BOX, 2, 1.0, seed=0)
    start = jnp.asarray(bell(0, 0, 0.4))

    def after(courant):
        monkeypatch.setattr(
            "industriverse.engines.simulation.diffusion._advection._COURANT", courant
        )
        return AdvectionDiffusion(0.02, flow, BOX).solve(start, 2, 1.0)[1]

    fine = after(0.05)
    errors = [float(jnp.abs(after(courant) - fine).max()) for courant in (0.8, 0.4)]
    assert 3.6 < np.log2(errors[0] / errors[1]) < 4.8


@pytest.mark.parametrize("which", range(len(GIVEN_FLOWS)))
def test_given_flows_have_no_divergence_and_the_speed_asked_for(which):
    u, v = GIVEN_FLOWS[which](BOX, 3, 0.7, 4)
    spectrum = 1j * BOX.x * np.fft.rfft2(u) + 1j * BOX.y * np.fft.rfft2(v)
    assert np.abs(np.fft.irfft2(spectrum)).max() < 1e-12
    root_mean_square = np.sqrt(np.mean(u**2 + v**2))
    expected = 0.7 if which == 0 else 0.7 / np.sqrt(2)
    assert root_mean_square == pytest.approx(expected, rel=1e-12)


def test_heat_is_kept_and_variance_is_lost_to_diffusion_alone():
    system = AdvectionDiffusion(0.02, cellular(BOX, 1, 1.0, 0), BOX)
    path = np.asarray(system.solve(jnp.asarray(290 + 10 * bell(1, 0.5, 0.2)), 41, 0.05))
    heat = path.mean(axis=(1, 2))
    np.testing.assert_allclose(heat, heat[0], rtol=1e-14)
    variance = path.var(axis=(1, 2))
    waves = np.fft.rfft2(path)
    slopes = [np.fft.irfft2(1j * k * waves) for k in (BOX.x, BOX.y)]
    lost = 2 * 0.02 * sum((slope**2).mean(axis=(1, 2)) for slope in slopes)
    simpson = np.r_[1, np.tile([4, 2], 20)[:-1], 1] * 0.05 / 3
    assert variance[0] - variance[-1] == pytest.approx(simpson @ lost, rel=1e-5)
    assert (np.diff(np.log(path).mean(axis=(1, 2))) > 0).all()


def test_a_flow_along_the_lines_of_equal_heat_moves_nothing():
    flow = cellular(BOX, 2, 1.0, 0)
    start = 290 + 5 * np.sin(2 * X) * np.sin(2 * Y)
    path = AdvectionDiffusion(0.01, flow, BOX).solve(jnp.asarray(start), 2, 3.0)
    np.testing.assert_allclose(path[1], 290 + (start - 290) * np.exp(-0.01 * 8 * 3), atol=1e-11)


def test_a_derivative_with_respect_to_the_start_agrees_with_a_difference():
    system = AdvectionDiffusion(0.02, random_eddies(BOX, 2, 1.0, seed=1), BOX)
    start = jnp.asarray(WarmSpots(2.0, 1.0, 0.1, 3).temperature(BOX, 0, walls=False))

    def last(scale: jax.Array) -> jax.Array:
        return jnp.mean(system.solve(start * scale, 2, 0.3)[1] ** 4)

    both = jax.jit(jax.value_and_grad(last))
    (low, _), (_, slope), (high, _) = (both(scale) for scale in (1 - 1e-5, 1.0, 1 + 1e-5))
    difference = (high - low) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)
