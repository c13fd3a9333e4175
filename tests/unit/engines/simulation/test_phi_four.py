"""φ⁴ on a lattice against waves, kinks, quadratures of Gibbs' law and its own refinement."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.lattice import PhiFour, Scalar, thermal


def at_rest(value: np.ndarray, rate: np.ndarray | None = None) -> Scalar:
    still = np.zeros_like(value) if rate is None else rate
    return Scalar(jnp.asarray(value), jnp.asarray(still), jax.random.key(0), jnp.zeros(()))


def energies(model: PhiFour, path: Scalar) -> np.ndarray:
    return np.asarray(model.density(path)).sum(axis=(1, 2))


def test_a_small_wave_has_the_lattices_own_frequency():
    """`ω² = m² + 4c (sin² k_x/2 + sin² k_y/2)`."""
    model = PhiFour(1.0, -0.5, 0.0, 0.0, 0.0)
    y, x = np.indices((16, 16))
    wave = np.cos(2 * np.pi * (3 * x + 2 * y) / 16)
    omega = np.sqrt(0.5 + 4 * (np.sin(3 * np.pi / 16) ** 2 + np.sin(2 * np.pi / 16) ** 2))
    path = model.solve(at_rest(wave), 2, 7.0)
    np.testing.assert_allclose(path.value[1], wave * np.cos(omega * 7.0), atol=0.02)
    assert energies(model, path)[0] == pytest.approx(omega**2 * (wave**2).sum() / 2)


def test_alike_everywhere_it_is_one_oscillator_and_of_second_order(monkeypatch):
    exact = solve_ivp(
        lambda _, s: [s[1], s[0] - 0.7 * s[0] ** 3], (0, 6.0), [0.4, 0.1], rtol=1e-12, atol=1e-13
    ).y[:, -1]
    start = at_rest(np.full((2, 2), 0.4), np.full((2, 2), 0.1))
    errors = []
    for step in (0.1, 0.05):
        monkeypatch.setattr(PhiFour, "largest_step", step)
        path = PhiFour(1.0, 1.0, 0.7, 0.0, 0.0).solve(start, 2, 6.0)
        errors.append(abs(float(path.value[1, 1, 1]) - exact[0]))
    assert errors[1] < 2e-3
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


def test_left_to_itself_it_keeps_its_energy_to_second_order(monkeypatch):
    model = PhiFour(1.0, 1.0, 1.0, 0.0, 0.3)
    start = thermal(16, 3, 0.3, around=0.5)
    drifts = []
    for step in (0.08, 0.04):
        monkeypatch.setattr(PhiFour, "largest_step", step)
        held = energies(model, model.solve(start, 41, 1.0))
        drifts.append(np.abs(held / held[0] - 1).max())
    assert drifts[1] < 1e-3
    assert np.log2(drifts[0] / drifts[1]) == pytest.approx(2, abs=0.4)


def test_it_runs_back_to_its_start():
    model = PhiFour(1.0, 1.0, 1.0, 0.0, 0.3)
    there = model.solve(thermal(16, 3, 0.3), 2, 5.0)
    last = jax.tree.map(lambda leaf: leaf[-1], there)
    back = model.solve(last._replace(rate=-last.rate), 2, 5.0)
    np.testing.assert_allclose(back.value[1], there.value[0], atol=1e-9)


def test_a_wall_moves_as_lorentz_says_and_has_the_continuums_energy():
    """`φ = tanh((x − vt) / w√(1 − v²))` with `w = √(2c/μ)`; at rest it holds `√(8cμ³)/3λ`."""
    well, speed, cells = 0.02, 0.5, 256
    model = PhiFour(1.0, well, well, 0.0, 0.0)
    width = np.sqrt(2 / well) * np.sqrt(1 - speed**2)
    x = np.arange(cells)

    def pair(at: float) -> np.ndarray:
        """Return a wall and its mirror image, which a periodic lattice needs."""
        return np.tanh((x - at) / width) - np.tanh((x - (cells - at)) / width) - 1

    rate = -speed / width * (np.cosh((x - 64) / width) ** -2 + np.cosh((x - 192) / width) ** -2)
    start = at_rest(np.tile(pair(64.0), (2, 1)), np.tile(rate, (2, 1)))
    path = model.solve(start, 2, 60.0)
    np.testing.assert_allclose(path.value[1, 0], pair(64 + speed * 60.0), atol=0.02)
    resting = np.sqrt(8 * well**3) / (3 * well)
    held = energies(model, path)[0] / 4
    assert held == pytest.approx(resting / np.sqrt(1 - speed**2), rel=5e-3)


def bath(model: PhiFour, cells: int) -> Scalar:
    """Return a lattice long after it was put into its bath."""
    path = model.solve(thermal(cells, 7, model.temperature), 41, 3.0)
    return jax.tree.map(lambda leaf: leaf[8:], path)


def near(samples: np.ndarray, exact: float) -> bool:
    """Say whether the mean over `(time, …)` is within 3 standard errors, frames in blocks of 3."""
    each = samples.reshape(len(samples), -1).mean(axis=1)[:33].reshape(11, 3).mean(axis=1)
    return abs(each.mean() - exact) < 3 * each.std(ddof=1) / np.sqrt(len(each))


def test_sites_without_bonds_follow_gibbs_in_their_two_wells():
    model = PhiFour(0.0, 1.0, 1.0, 1.0, 0.4)
    path = bath(model, 48)
    phi = np.linspace(-5, 5, 4001)
    weight = np.exp(-(phi**4 / 4 - phi**2 / 2) / 0.4)
    weight /= weight.sum()
    value = np.asarray(path.value)
    assert near(value**2, weight @ phi**2)
    assert near(value**4, weight @ phi**4)
    assert near(np.asarray(path.rate) ** 2, 0.4)


def test_free_waves_share_the_energy_equally():
    """`⟨|φ_k|²⟩ = N T / ω_k²` for every wave of the lattice without the quartic term."""
    model = PhiFour(1.0, -1.0, 0.0, 0.7, 0.5)
    waves = np.abs(np.fft.fft2(np.asarray(bath(model, 32).value))) ** 2 / 32**2
    k = 2 * np.pi * np.fft.fftfreq(32)
    square = 1 + 4 * (np.sin(k / 2)[:, None] ** 2 + np.sin(k / 2)[None, :] ** 2)
    assert near(waves * square, 0.5)
    assert near((waves * square)[:, np.abs(k) < 0.5], 0.5)


def test_energy_is_what_the_bath_gave():
    model = PhiFour(1.0, 1.0, 1.0, 0.5, 0.2)
    path = model.solve(thermal(32, 1, 2.0), 21, 1.0)
    held = energies(model, path)
    change = held - held[0]
    assert change[-1] < -0.3 * held[0]
    assert np.abs(change - np.asarray(path.heat)).max() < 0.01 * held[0]


def test_a_derivative_with_respect_to_the_start_agrees_with_a_difference():
    model = PhiFour(1.0, 1.0, 1.0, 0.1, 0.2)
    start = thermal(8, 1, 0.2, around=0.3)

    @jax.jit
    def last(scale: jax.Array) -> jax.Array:
        path = model.solve(start._replace(rate=start.rate * scale), 2, 3.0)
        return (path.value[1] ** 2).sum()

    slope = jax.grad(last)(jnp.asarray(1.0))
    difference = (last(jnp.asarray(1 + 1e-6)) - last(jnp.asarray(1 - 1e-6))) / 2e-6
    assert float(slope) == pytest.approx(float(difference), rel=1e-5)
