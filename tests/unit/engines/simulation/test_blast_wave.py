"""Blast waves against exact Riemann solutions, an isentropic vortex and Sedov's similarity."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.gas import Blasts, Gas, conserved, primitive
from tests.unit.engines.simulation.exact_gas import exact_riemann

GAMMA = 1.4


TUBES = {
    "Sod": ((1.0, 0.0, 1.0), (0.125, 0.0, 0.1)),
    "two fans": ((1.0, -2.0, 0.4), (1.0, 2.0, 0.4)),
    "strong": ((1.0, 0.0, 6.4), (1.0, 0.0, 6.4e-5)),
    "vacuum": ((1.0, -4.0, 0.4), (1.0, 4.0, 0.4)),
}
SECONDS, FRAMES = 0.15, 5


def tubes(cells):
    """Density, velocity and pressure at the end of each tube, all solved as one batch."""
    x = (np.arange(cells) + 0.5) / cells
    starts = []
    for left, right in TUBES.values():
        sides = [np.where(x < 0.5, a, b)[None, :] for a, b in zip(left, right, strict=True)]
        starts.append(np.stack([sides[0], np.zeros((1, cells)), sides[1], sides[2]]))
    gas = Gas(GAMMA, 1 / cells, ("open", "open"))

    def last(start):
        return primitive(gas.solve(conserved(start, GAMMA), 2, SECONDS)[1], GAMMA)

    return np.asarray(jax.vmap(last)(jnp.asarray(np.stack(starts))))[:, [0, 2, 3], 0]


def tube_errors(cells, got):
    """Mean error over the tube, a row a tube that has an exact solution."""
    x = (np.arange(cells) + 0.5) / cells
    exact = [
        exact_riemann(*TUBES[name], (x - 0.5) / SECONDS, GAMMA)
        for name in ("Sod", "two fans", "strong")
    ]
    return np.abs(got[:3] - np.stack(exact)).mean(axis=2)


def test_the_exact_solver_gives_torros_table():
    """Toro's test 1: p* = 0.30313, u* = 0.92745, densities 0.42632 and 0.26557."""
    at = exact_riemann(*TUBES["Sod"], [0.92, 0.93], GAMMA)
    np.testing.assert_allclose(at[:, 0], [0.42632, 0.92745, 0.30313], atol=1e-5)
    np.testing.assert_allclose(at[:, 1], [0.26557, 0.92745, 0.30313], atol=1e-5)


def test_tubes_follow_the_exact_riemann_solutions():
    got = tubes(100)
    errors = tube_errors(100, got)
    assert (errors[0] < [0.005, 0.012, 0.004]).all()
    assert (errors[1] < [0.007, 0.03, 0.004]).all()
    assert (errors[2] < [0.11, 0.035, 0.055]).all()
    assert (got[:, [0, 2]] > 0).all()


@pytest.mark.slow
def test_sods_tube_converges_at_first_order():
    errors = [tube_errors(cells, tubes(cells))[0, 0] for cells in (100, 200)]
    assert np.log2(errors[0] / errors[1]) > 0.95


def wave(cells):
    """A wave of density, askew to the grid, that moves at 1 along x and y."""
    x = (np.arange(cells) + 0.5) / cells
    phase = 2 * np.pi * (x[None, :] + x[:, None])
    ones = np.ones((cells, cells))
    # Averages over cells, not values at their centres.
    flat = np.sinc(1 / cells) ** 2
    values = np.stack([1 + 0.2 * flat * np.sin(phase), ones, ones, ones])
    return conserved(jnp.asarray(values), GAMMA)


def vortex(cells):
    """Yee's isentropic vortex of strength 5 in a box of 10 radii, carried along the diagonal."""
    x = ((np.arange(cells) + 0.5) / cells - 0.5) * 10
    y, x = x[:, None], x[None, :]
    square = x**2 + y**2
    swirl = 5 / (2 * np.pi) * np.exp((1 - square) / 2)
    heat = 1 - (GAMMA - 1) * 25 / (8 * GAMMA * np.pi**2) * np.exp(1 - square)
    density = heat ** (1 / (GAMMA - 1))
    values = np.stack([density, 1 + x * swirl, 1 - y * swirl, density**GAMMA])
    return conserved(jnp.asarray(values), GAMMA)


def carried_error(start, cells, seconds):
    """Mean error of the density of what should only be carried, to half the box or around."""
    last = Gas(GAMMA, 1 / cells).solve(start, FRAMES, seconds / (FRAMES - 1))[-1]
    moved = round(seconds * cells) % cells
    return float(jnp.abs(last[0] - jnp.roll(start[0], (moved, moved), (0, 1))).mean())


@pytest.mark.parametrize(
    ("start", "grids", "order"), [(wave, (16, 32), 4.5), (vortex, (32, 64), 1.9)]
)
def test_what_is_carried_keeps_its_shape(start, grids, order):
    errors = [carried_error(start(cells), cells, 0.5) for cells in grids]
    assert np.log2(errors[0] / errors[1]) > order


def test_x_and_y_are_alike():
    start = vortex(32)
    gas = Gas(GAMMA, 1 / 32)
    mirrored = start[jnp.asarray([0, 2, 1, 3])].swapaxes(1, 2)
    one, other = (gas.solve(at, FRAMES, 0.02)[-1] for at in (start, mirrored))
    np.testing.assert_allclose(other[0], one[0].T, rtol=1e-12)
    np.testing.assert_allclose(other[1], one[2].T, atol=1e-12)


def test_blasts_keep_mass_momentum_and_energy_and_raise_the_entropy():
    blasts = Blasts(count=2, energy=1.0, density=1.0, pressure=1e-3, clumping=1.0)
    gas = Gas(GAMMA, 1 / 32)
    start = conserved(jnp.asarray(blasts.start(32, 1.0, GAMMA, 5)), GAMMA)
    path = gas.solve(start, FRAMES, 0.1)
    totals = np.asarray(path.sum(axis=(2, 3))) / 32**2
    np.testing.assert_allclose(totals, totals[[0] * FRAMES], rtol=1e-12, atol=1e-13)
    assert (np.diff(gas.entropy(path)) > 0).all()
    assert (jax.vmap(lambda state: primitive(state, GAMMA))(path)[:, [0, 3]] > 0).all()


def energy_after(go):
    """A number after a run from a start with some energy added, and where to add none."""
    start = wave(16)
    push = jnp.zeros_like(start).at[3].set(start[0])
    return lambda amount: (go(start + amount * push) ** 2).sum(), jnp.asarray(0.0)


def test_a_step_has_reverse_derivatives():
    after, at = energy_after(lambda start: Gas(GAMMA, 1 / 16).step(start, jnp.asarray(0.005)))
    value = jax.jit(after)
    difference = (value(at + 1e-5) - value(at - 1e-5)) / 2e-5
    assert float(jax.jit(jax.grad(after))(at)) == pytest.approx(float(difference), rel=1e-6)


@pytest.mark.slow
def test_a_run_has_forward_derivatives():
    after, at = energy_after(lambda start: Gas(GAMMA, 1 / 16).solve(start, FRAMES, 0.02)[-1])
    _, slope = jax.jvp(after, (at,), (jnp.ones_like(at),))
    difference = (after(at + 1e-5) - after(at - 1e-5)) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


def sedov_constant():
    """E / (ρ A⁴) of the plane blast r = A √t, by integrating inwards from the shock."""

    def slopes(at, values):
        f, g, h = values
        away = f - at
        matrix = np.array([[g, away, 0], [away, 0, 1 / g], [0, -GAMMA * h * away / g, away]])
        return np.linalg.solve(matrix, [-g * f / at, f, 2 * h])

    front = [2 / (GAMMA + 1), (GAMMA + 1) / (GAMMA - 1), 2 / (GAMMA + 1)]
    grid = np.linspace(1, 1e-3, 4001)
    f, g, h = solve_ivp(slopes, (1, 1e-3), front, t_eval=grid, rtol=1e-10, atol=1e-12).y
    return np.pi / 2 * -np.trapezoid((g * f**2 / 2 + h / (GAMMA - 1)) * grid, grid)


def test_sedovs_constant_is_that_of_kamm_and_timmes():
    """They put the front at 0.75 at t = 1 for E = 0.311357."""
    assert sedov_constant() == pytest.approx(0.311357 / 0.75**4, rel=1e-4)


def front(density, radii):
    """Where a profile, going outwards, last falls through the mean of its peak and 1."""
    half = (density.max() + 1) / 2
    at = np.flatnonzero(density > half).max()
    part = (density[at] - half) / (density[at] - density[at + 1])
    return radii[at] + part * (radii[at + 1] - radii[at])


@pytest.mark.slow
def test_sedovs_blast_grows_as_the_square_root_of_time():
    cells = 64
    x = (np.arange(cells) + 0.5) / cells
    away = np.hypot(x[:, None], x[None, :])
    spot = np.exp(-(away**2) / 2 / 0.02**2)
    rest = np.zeros((cells, cells))
    # A quarter of the plane between walls, so a quarter of the energy 1.
    pressure = 1e-5 + (GAMMA - 1) * 0.25 * spot / spot.sum() * cells**2
    start = conserved(jnp.asarray(np.stack([rest + 1, rest, rest, pressure])), GAMMA)
    gas = Gas(GAMMA, 1 / cells, ("reflecting", "reflecting"))
    path = np.asarray(gas.solve(start, 4, 0.15))
    kept = path[:, [0, 3]].sum(axis=(2, 3))
    np.testing.assert_allclose(kept, kept[[0] * 4], rtol=1e-12)
    density = path[1:, 0]
    times = 0.15 * np.arange(1, 4)
    along = np.array([front(d[0], x) for d in density])
    askew = np.array([front(np.diag(d), x * np.sqrt(2)) for d in density])
    exact = (1 / sedov_constant()) ** 0.25 * np.sqrt(times)
    slope = np.polyfit(np.log(times), np.log((along + askew) / 2), 1)[0]
    np.testing.assert_allclose(along, exact, rtol=0.03)
    np.testing.assert_allclose(askew, exact, rtol=0.03)
    assert slope == pytest.approx(0.5, abs=0.02)
