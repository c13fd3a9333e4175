"""Rayleigh–Bénard convection against linear theory, Clever & Busse's rolls and its own balances."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import eig

from industriverse.engines.simulation import convection
from industriverse.engines.simulation.convection import Flow, Layer, RayleighBenard, perturbed

SHARE = "industriverse.engines.simulation.convection._rayleigh_benard._SHARE_OF_A_CELL"


def system(rayleigh=5000.0, *, prandtl=0.71, cells=32) -> RayleighBenard:
    """Return a layer one metre deep, one kelvin across, whose heat spreads in seconds."""
    return RayleighBenard(rayleigh, prandtl, 1.0, 1.0, Layer(cells, 2.0))


def rolls(case: RayleighBenard, until: float, size=0.05) -> Flow:
    """Return two late frames of a run from one drawn wave."""
    path = case.solve(perturbed(case, size, 0, waves=1), 11, until / 10)
    return jax.tree.map(lambda values: values[-2:], path)


def chebyshev(points: int):
    """Return Chebyshev points on [0, 1] and their matrix of derivatives (Trefethen 2000)."""
    x = np.cos(np.pi * np.arange(points + 1) / points)
    weight = np.r_[2, np.ones(points - 1), 2] * (-1.0) ** np.arange(points + 1)
    away = x[:, None] - x[None, :]
    matrix = np.outer(weight, 1 / weight) / (away + np.eye(points + 1))
    return (1 - x) / 2, -2 * (matrix - np.diag(matrix.sum(axis=1)))


def theoretical_threshold(wave: float) -> float:
    """Return the Rayleigh number at which a wave neither grows nor decays, by linear theory.

    `(D² − k²)² w = Ra k² θ`, `(D² − k²) θ = −w`, with w, Dw and θ zero on both plates.
    """
    _, first = chebyshev(32)
    size = len(first)
    one = np.eye(size)
    bend = first @ first - wave**2 * one
    left = np.block([[bend @ bend, np.zeros((size, size))], [one, bend]])
    right = np.zeros_like(left)
    right[:size, size:] = wave**2 * one
    slope = np.hstack([first, np.zeros((size, size))])
    for row in (0, size - 1, size, 2 * size - 1):
        left[row] = np.eye(2 * size)[row]
        right[row] = 0
    left[1], left[size - 2] = slope[0], slope[-1]
    right[1] = right[size - 2] = 0
    values = eig(left, right, right=False)
    real = values[np.isfinite(values) & (np.abs(values.imag) < 1e-3 * np.abs(values.real))].real
    return float(real[real > 1].min())


def measured_threshold(cells: int) -> float:
    """Return where the growth rate of a small roll crosses zero."""

    def rate(rayleigh: float) -> float:
        case = system(rayleigh, prandtl=1.0, cells=cells)
        path = case.solve(perturbed(case, 1e-7, 1, waves=1), 3, 0.25)
        energy = convection.kinetic_energy(case, path)
        return float(np.log(energy[2] / energy[1]))

    low, high = 1670.0, 1750.0
    below, above = rate(low), rate(high)
    assert below < 0 < above
    return low - below * (high - low) / (above - below)


def test_linear_theory_knows_1708():
    assert theoretical_threshold(3.117) == pytest.approx(1707.762, abs=0.01)


def test_convection_sets_in_at_the_critical_rayleigh_number():
    exact = theoretical_threshold(np.pi)
    coarse, fine = (measured_threshold(cells) for cells in (32, 64))
    assert fine == pytest.approx(exact, rel=0.01)
    assert np.log2((coarse - exact) / (fine - exact)) == pytest.approx(2, abs=0.1)
    assert (4 * fine - coarse) / 3 == pytest.approx(exact, rel=5e-4)


@pytest.mark.parametrize(("rayleigh", "published"), [(2500.0, 1.475), (10000.0, 2.661)])
def test_steady_rolls_carry_the_heat_of_clever_and_busse(rayleigh, published):
    carried = [steady(rayleigh, cells) for cells in (16, 32)]
    assert (4 * carried[1] - carried[0]) / 3 == pytest.approx(published, rel=0.01)


def test_the_heat_carried_is_of_second_order_in_space():
    coarse, middle, fine = (steady(5000.0, cells) for cells in (12, 24, 48))
    assert np.log2((coarse - middle) / (middle - fine)) == pytest.approx(2, abs=0.2)
    assert (4 * fine - middle) / 3 == pytest.approx(2.116, rel=0.01)


def steady(rayleigh: float, cells: int) -> float:
    """Return the Nusselt number of a steady roll, once all balances are seen to agree on it.

    Through both plates and by thermal dissipation it is the same, and viscosity takes what buoyancy
    gives: `⟨|∇u|²⟩ = κ² Ra (Nu − 1) / H⁴`.
    """
    case = system(rayleigh, cells=cells)
    path = rolls(case, 2.0)
    lower, upper, lost = np.asarray(convection.nusselt(case, path))
    np.testing.assert_allclose(lower, upper, rtol=1e-4)
    np.testing.assert_allclose(lower, lost, rtol=1e-4)
    along, up = (np.asarray(v) for v in case.layer.velocity(path.stream[-1]))
    spent = -(_laplacian_work(along, 3.0) + _laplacian_work(up[1:-1], 2.0))
    spent /= case.layer.spacing**2 * along.size
    assert spent == pytest.approx(rayleigh * (lower[-1] - 1), rel=1e-3)
    return float(lower[-1])


def _laplacian_work(values: np.ndarray, at_plates: float) -> float:
    """Return Σ u·∇²u h² with u zero on the plates, half a cell or a whole one away."""
    sideways = np.roll(values, 1, axis=1) + np.roll(values, -1, axis=1) - 2 * values
    middle = np.full((len(values), 1), 2.0)
    middle[0] = middle[-1] = at_plates
    padded = np.pad(values, ((1, 1), (0, 0)))
    return float((values * (sideways + padded[2:] + padded[:-2] - middle * values)).sum())


def test_it_is_of_second_order_in_time(monkeypatch):
    case = system(1e5, prandtl=1.0)
    start = jax.tree.map(lambda v: v[-1], case.solve(perturbed(case, 0.2, 3), 2, 0.02))

    def after(share: float):
        monkeypatch.setattr(SHARE, share)
        return case.solve(start, 2, 0.01).warmth[1]

    fine = after(0.0125)
    errors = [float(jnp.abs(after(share) - fine).max()) for share in (0.4, 0.2)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.2)


def test_without_buoyancy_heat_and_shear_spread_as_diffusion_says():
    case = system(0.0, prandtl=2.0, cells=64)
    rows = case.layer.rows
    height = np.arange(1, rows)[:, None] / rows
    centre = (np.arange(rows)[:, None] + 0.5) / rows
    shear = (1 - np.cos(2 * np.pi * height)) / (2 * np.pi)
    start = Flow(
        jnp.asarray(0.1 * np.sin(np.pi * centre) * np.ones((1, 64))),
        jnp.asarray(shear * np.ones((1, 64))),
        jnp.zeros(2),
    )
    path = case.solve(start, 2, 0.02)
    along, _ = case.layer.velocity(path.stream[1])
    exact = np.sin(2 * np.pi * centre) * np.exp(-4 * np.pi**2 * 2.0 * 0.02)
    np.testing.assert_allclose(along, exact * np.ones((1, 64)), atol=3e-3)
    decayed = 0.1 * np.sin(np.pi * centre) * np.exp(-(np.pi**2) * 0.02)
    np.testing.assert_allclose(path.warmth[1], decayed * np.ones((1, 64)), atol=1e-4)


def test_advection_makes_no_heat_no_square_of_it_and_no_energy():
    random = np.random.default_rng(0)
    layer = Layer(16, 2.0)
    along, up = layer.velocity(jnp.asarray(random.normal(size=(7, 16))))
    warmth = jnp.asarray(random.normal(size=(8, 16)))
    carried = layer.carried(warmth, along, up)
    force_along, force_up = layer.inertia(along, up)
    size = float(jnp.abs(force_along * along).sum())
    assert abs(float(carried.sum())) < 1e-12 * size
    assert abs(float((carried * warmth).sum())) < 1e-12 * size
    assert abs(float((force_along * along).sum() + (force_up * up).sum())) < 1e-12 * size
    divergence = jnp.roll(along, -1, axis=1) - along + jnp.diff(up, axis=0)
    assert float(jnp.abs(divergence).max()) < 1e-12


def test_heat_is_balanced_and_entropy_made():
    case = system(1e5, prandtl=7.0)
    path = case.solve(perturbed(case, 0.1, 5), 41, 0.002)
    assert float(jnp.abs(convection.heat_residual(case, path)).max()) < 1e-12
    assert float(jnp.abs(path.through.sum(axis=1)).max()) > 1e-3
    made = np.asarray(convection.entropy_made(case, path, 300.0))
    assert np.diff(made).min() > 0


def test_the_seed_draws_the_disturbance():
    case = system()
    assert not np.array_equal(perturbed(case, 0.1, 1).warmth, perturbed(case, 0.1, 2).warmth)
    assert float(jnp.abs(perturbed(case, 0.1, 1).warmth).max()) == pytest.approx(0.1)


def test_a_derivative_with_respect_to_the_start_agrees_with_a_difference():
    case = system(1e4, cells=16)
    start = perturbed(case, 0.1, 2)

    @jax.jit
    def last(scale: jax.Array) -> jax.Array:
        path = case.solve(start._replace(warmth=start.warmth * scale), 2, 0.02)
        return (path.warmth[1] ** 2).sum()

    slope = jax.grad(last)(jnp.asarray(1.0))
    difference = (last(jnp.asarray(1 + 1e-5)) - last(jnp.asarray(1 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("rayleigh", "prandtl"), [(1e6, 7.0), (1e6, 5.0), (3.5e6, 10.0)])
def test_plumes_part_exponentially_where_the_card_says_chaos(rayleigh, prandtl):
    """Over a tenth of a diffusion time before, and 0.04 of one while they part."""
    case = system(rayleigh, prandtl=prandtl, cells=64)
    spun = jax.tree.map(lambda v: v[-1], case.solve(perturbed(case, 0.05, 0), 2, 0.1))
    nudge = 1e-7 * perturbed(case, 1.0, 9).warmth
    one = case.solve(spun, 11, 0.004).warmth
    other = case.solve(spun._replace(warmth=spun.warmth + nudge), 11, 0.004).warmth
    apart = np.log(np.sqrt(((one - other) ** 2).mean(axis=(1, 2))))
    rate = np.polyfit(0.004 * np.arange(2, 11), apart[2:], 1)[0]
    assert rate > 100
