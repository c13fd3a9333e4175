"""Magnetised gas against exact shocks, an exact wave, its own refinement and another code."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.gas import MagneticGas, Vortices
from tests.unit.engines.simulation.exact_gas import exact_riemann

PUBLISHED = Vortices(
    density=25 / (36 * np.pi),
    pressure=5 / (12 * np.pi),
    speed=1.0,
    field=1 / np.sqrt(4 * np.pi),
    stir=0.0,
)


def tube(sides, cells, seconds):
    """Values at the end of a tube of length 2: the left state to x = 1, then the right one.

    It closes on itself, so a second problem starts at x = 0; only 0.5 to 1.5 is of use. A side is
    density, velocity along x, pressure, and field along y, x and z; gamma is 2.
    """
    x = (np.arange(cells) + 0.5) * 2 / cells
    left, right = (np.array(side)[:, None, None] for side in sides)
    density, speed, pressure, *field = np.where(x[None, None, :] < 1, left, right)
    rest = np.zeros((1, cells))
    gas = MagneticGas(2.0, 2 / cells)
    values = np.stack([density, rest, speed, rest, pressure, field[2]])
    start = gas.plasma(jnp.asarray(values), jnp.asarray(field[0]), jnp.asarray(field[1]))
    path = gas.solve(start, 2, seconds)
    last = np.asarray(jax.vmap(gas.values)(path))[1, :, 0]
    return x[cells // 4 : -cells // 4] - 1, last[:, cells // 4 : -cells // 4]


def test_shocks_across_the_field_are_those_of_a_gas_with_both_pressures():
    """With γ = 2 and the field along the front, p + B²/2 is the pressure of a plain gas.

    Then energy per volume equals that pressure for both parts, and the field rides with the mass.
    """
    sides = ((1.0, 0.0, 0.5, 0.6, 0.0, 0.8), (0.125, 0.0, 0.02, 0.24, 0.0, 0.32))
    x, got = tube(sides, 200, 0.2)
    left, right = ((d, u, p + (b**2 + c**2) / 2) for d, u, p, b, _, c in sides)
    exact = exact_riemann(left, right, x / 0.2, 2.0)
    total = got[4] + (got[5] ** 2 + got[7] ** 2) / 2
    errors = np.abs(np.stack([got[0], got[2], total]) - exact).mean(axis=1)
    assert (errors < [0.006, 0.01, 0.0045]).all()
    np.testing.assert_allclose(got[7], got[5] / 0.6 * 0.8, atol=1e-12)


def test_brio_and_wus_tube_converges():
    """Its rarefactions, compound wave, contact and slow shock, against a tube eight times finer."""
    sides = ((1.0, 0.0, 1.0, 1.0, 0.75, 0.0), (0.125, 0.0, 0.1, -1.0, 0.75, 0.0))
    fine = tube(sides, 1600, 0.1)[1]
    errors = []
    for cells in (200, 400):
        averaged = fine.reshape(8, cells // 2, -1).mean(axis=2)
        errors.append(np.abs(tube(sides, cells, 0.1)[1] - averaged).mean(axis=1)[[0, 2, 4, 5]])
    assert (errors[1] < [0.005, 0.015, 0.0065, 0.0085]).all()
    assert (np.log2(errors[0] / errors[1]) > 0.5).all()
    np.testing.assert_allclose(fine[6], 0.75, rtol=1e-12)


def alfven_error(cells):
    """Mean error, after a period, of a circularly polarised wave that runs along the diagonal."""
    spacing, root = 1 / cells, np.sqrt(0.5)
    corners = np.arange(cells) / cells
    centres = corners + spacing / 2

    def phase(at):
        return 2 * np.pi * (at[:, None] + at[None, :])

    potential = 0.1 * root * np.cos(phase(corners)) / (2 * np.pi)
    across_y = (potential - np.roll(potential, -1, 1)) / spacing + root
    across_x = (np.roll(potential, -1, 0) - potential) / spacing + root
    swing, turn = 0.1 * np.sin(phase(centres)), 0.1 * np.cos(phase(centres))
    ones = np.ones((cells, cells))
    values = np.stack([ones, -swing * root, swing * root, -turn, 0.1 * ones, turn])
    gas = MagneticGas(5 / 3, spacing)
    start = gas.plasma(jnp.asarray(values), jnp.asarray(across_y), jnp.asarray(across_x))
    path = gas.solve(start, 2, float(root))
    return float(jnp.abs(path.across_x[1] - start.across_x).mean())


def test_an_alfven_wave_comes_back_at_second_order():
    errors = [alfven_error(cells) for cells in (16, 32)]
    assert np.log2(errors[0] / errors[1]) > 1.9


def test_vortices_keep_mass_momentum_energy_flux_and_divergence():
    gas = MagneticGas(5 / 3, 1 / 32)
    start = Vortices(PUBLISHED.density, PUBLISHED.pressure, 1.5, 0.5, 0.3).start(gas, 32, 1)
    path = gas.solve(start, 5, 0.1)
    totals = np.asarray(path.cells.sum(axis=(2, 3))) / 32**2
    np.testing.assert_allclose(totals, totals[[0] * 5], rtol=1e-12, atol=1e-13)
    means = np.asarray([path.across_y.mean(axis=(1, 2)), path.across_x.mean(axis=(1, 2))])
    np.testing.assert_allclose(means, 0, atol=1e-14)
    assert float(jnp.abs(gas.divergence(path)).max()) < 1e-11
    assert (np.diff(jax.vmap(gas.entropy)(path)) > 0).all()


def test_x_and_y_are_alike():
    gas = MagneticGas(5 / 3, 1 / 32)
    start = PUBLISHED.start(gas, 32, 0)
    turned = start.cells[jnp.asarray([0, 2, 1, 3, 4, 5])].swapaxes(1, 2)
    other = start._replace(cells=turned, across_y=start.across_x.T, across_x=start.across_y.T)
    one, two = (gas.solve(at, 5, 0.1) for at in (start, other))
    np.testing.assert_allclose(two.cells[-1, 4], one.cells[-1, 4].T, rtol=1e-10)
    np.testing.assert_allclose(two.across_y[-1], one.across_x[-1].T, atol=1e-11)


def test_a_derivative_of_a_step_agrees_with_a_difference():
    gas = MagneticGas(5 / 3, 1 / 16)
    start = Vortices(0.2, 0.1, 1.0, 0.3, 0.1).start(gas, 16, 3)

    @jax.jit
    def after(amount):
        stronger = start._replace(cells=start.cells.at[4].multiply(1 + amount))
        return (gas.step(stronger, jnp.asarray(0.002)).cells ** 2).sum()

    at = jnp.asarray(0.0)
    _, slope = jax.jvp(after, (at,), (jnp.ones_like(at),))
    difference = (after(at + 1e-5) - after(at - 1e-5)) / 2e-5
    # The flux has kinks, so a difference is no better than this.
    assert float(slope) == pytest.approx(float(difference), rel=1e-4)


@pytest.fixture(scope="module")
def pressures():
    """Pressure at t = 0.5 by the cells a side."""
    found = {}
    for cells in (24, 48, 96):
        gas = MagneticGas(5 / 3, 1 / cells)
        path = gas.solve(PUBLISHED.start(gas, cells, 0), 2, 0.5)
        found[cells] = np.asarray(jax.vmap(gas.values)(path))[1, 4]
    return found


def cuts(pressure, parts):
    """Pressure along y = 0.3125 and y = 0.4277, averaged over parts of x."""
    y = (np.arange(len(pressure)) + 0.5) / len(pressure)
    lines = [[np.interp(at, y, line) for line in pressure.T] for at in (0.3125, 0.4277)]
    return np.array(lines).reshape(2, parts, -1).mean(axis=2)


@pytest.mark.slow
def test_pressure_at_the_published_time_nears_that_of_a_finer_run(pressures):
    """At t = 0.5, over the square and along the cuts y = 0.3125 and y = 0.4277.

    All on the coarsest grid's cells. Shocks cross both cuts, so first order is the best to expect.
    """
    whole = {
        cells: at.reshape(24, cells // 24, 24, -1).mean(axis=(1, 3))
        for cells, at in pressures.items()
    }
    lines = {cells: cuts(at, 24) for cells, at in pressures.items()}
    for at, most in ((whole, 0.05), (lines, 0.06)):
        far, near = (np.abs(at[cells] - at[96]).mean() / at[96].mean() for cells in (24, 48))
        assert near < most
        assert far > 2 * near
    far, near = (np.abs(lines[cells] - lines[96]).mean(axis=1) for cells in (24, 48))
    assert (far > 1.5 * near).all()


@pytest.mark.slow
def test_pressure_at_the_published_time_is_that_of_another_code(pressures):
    """Along both cuts, against Athena++ on 576² cells, itself within 0.5 % of its 384².

    Ours is 3.0 and 4.2 % off. Rusanov's flux in place of HLLD would be 4.0 and 6.4 % off, a γ of
    1.6 4.9 and 6.0 %, a field 5 % too strong 6.2 and 7.7 %.
    """
    table = np.loadtxt(Path(__file__).with_name("orszag_tang_athena.csv"), delimiter=",")
    athena = {parts: table[:, 1:].T.reshape(2, parts, -1).mean(axis=2) for parts in (24, 96)}

    def errors(cells, parts):
        off = np.abs(cuts(pressures[cells], parts) - athena[parts])
        return off.mean(axis=1) / athena[parts].mean(axis=1)

    assert (errors(96, 96) < [0.034, 0.047]).all()
    assert (errors(24, 24) > 1.9 * errors(48, 24)).all()
    assert (errors(48, 24) > 1.9 * errors(96, 24)).all()
