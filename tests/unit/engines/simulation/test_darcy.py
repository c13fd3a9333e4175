"""Darcy flow against exact flows, means of layers, Matheron's law and Theis' well."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import exp1

from industriverse.engines.simulation.porous import (
    Reservoir,
    effective_permeability,
    log_normal,
    swept,
    two_wells,
)
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

SQUARE = Waves(32, 100.0)
ROCK = jnp.asarray(log_normal(SQUARE, 1e-12, 1.5, 0.06, 1))
WELLS = jnp.asarray(two_wells(SQUARE, 1e-8, 0.05))
SANDSTONE = Reservoir(ROCK, 100.0 / 32, compressibility=2e-8)


def centres(cells):
    at = (np.arange(cells) + 0.5) / cells
    return np.meshgrid(at, at)


def order(errors):
    return np.log2(errors[0] / errors[1])


def test_steady_flow_through_uneven_rock_is_of_second_order():
    """`p = cos πx cos 2πy`, `k = 1 + x y/2` and the source that belongs to them."""
    errors = []
    for cells in (16, 32):
        x, y = centres(cells)
        a, b = np.pi * x, 2 * np.pi * y
        pressure = np.cos(a) * np.cos(b)
        slope_x, slope_y = -np.pi * np.sin(a) * np.cos(b), -2 * np.pi * np.cos(a) * np.sin(b)
        source = (1 + x * y / 2) * 5 * np.pi**2 * pressure - y / 2 * slope_x - x / 2 * slope_y
        rock = Reservoir(jnp.asarray(1 + x * y / 2), 1 / cells, viscosity=1.0)
        got = rock.steady(jnp.asarray(source - source.mean()))
        errors.append(np.abs(np.asarray(got) - pressure).max())
    assert errors[1] < 8e-3
    assert order(errors) == pytest.approx(2, abs=0.1)


def settling(cells, time):
    """Return a flow that settles in uneven rock, in closed form: rock, source, pressure.

    `p = cos πy − e^{−t} cos πx cos πy`; a porosity that varies with k makes it exact.
    """
    x, y = centres(cells)
    uneven = np.cos(2 * np.pi * x)
    permeability, porosity = 1 + 0.15 * uneven, np.pi**2 * (2 - 0.3 + 0.6 * uneven)
    rock = Reservoir(jnp.asarray(permeability), 1 / cells, jnp.asarray(porosity), 1.0, 1.0)
    source = np.pi**2 * permeability * np.cos(np.pi * y)
    pressure = np.cos(np.pi * y) * (1 - np.exp(-time) * np.cos(np.pi * x))
    return rock, jnp.asarray(source), pressure


def test_settling_flow_is_of_second_order_in_space_and_time():
    errors = []
    for cells in (16, 32):
        rock, source, start = settling(cells, 0.0)
        path = rock.solve(jnp.asarray(start), source, 2, 1.0, largest_step=4 / cells)
        errors.append(np.abs(np.asarray(path.pressure[1]) - settling(cells, 1.0)[2]).max())
    assert errors[1] < 2e-3
    assert order(errors) == pytest.approx(2, abs=0.15)


def test_it_settles_to_the_steady_flow():
    path = SANDSTONE.solve(jnp.zeros((32, 32)), WELLS, 2, 2e5, largest_step=2e3)
    steady = np.asarray(SANDSTONE.steady(WELLS))
    np.testing.assert_allclose(path.pressure[1], steady, rtol=0, atol=1e-9 * np.abs(steady).max())


def test_layers_along_and_across_the_flow_have_their_means():
    layers = np.random.default_rng(0).uniform(0.01, 100, 32)
    across = jnp.asarray(np.tile(layers, (32, 1)))
    along = jnp.asarray(np.tile(layers[:, None], (1, 32)))
    assert float(effective_permeability(across)) == pytest.approx(
        1 / np.mean(1 / layers), rel=1e-12
    )
    assert float(effective_permeability(along)) == pytest.approx(layers.mean(), rel=1e-12)


def test_a_block_and_its_reciprocal_turned_have_permeabilities_of_product_one():
    """Keller, J. Math. Phys. 5 (1964): the stream function flows through 1/k across."""
    errors = []
    for cells in (32, 64):
        x, y = centres(cells)
        rock = np.exp(np.sin(2 * np.pi * (x + 0.2)) * np.cos(np.pi * y) + x * y)
        along = effective_permeability(jnp.asarray(rock))
        turned = effective_permeability(jnp.asarray(1 / rock.T))
        errors.append(abs(float(along * turned) - 1))
    assert errors[1] < 1e-3
    assert order(errors) == pytest.approx(2, abs=0.2)


def test_drawn_rock_has_the_permeability_of_matheron():
    """In the plane a log-normal rock lets through its geometric mean, exp⟨ln k⟩."""
    box = Waves(64, 1.0)
    seen = [
        np.log(float(effective_permeability(jnp.asarray(log_normal(box, 1.0, 1.0, 0.06, seed)))))
        for seed in range(40)
    ]
    deviation = np.std(seen, ddof=1) / np.sqrt(len(seen))
    assert deviation < 0.02
    assert abs(np.mean(seen)) < 3 * deviation


def test_drawn_rock_has_the_spread_and_the_middle_asked_for():
    logs = [np.log(log_normal(SQUARE, 2.0, 1.3, 0.05, seed)) for seed in range(40)]
    np.testing.assert_allclose([one.mean() for one in logs], np.log(2.0), atol=1e-12)
    # 40 squares of some 130 patches each: two per cent at one deviation.
    assert np.std(logs) == pytest.approx(1.3, rel=0.06)
    centred = np.array(logs) - np.log(2.0)
    near = np.mean(centred * np.roll(centred, 2, axis=2)) / 1.3**2
    assert near == pytest.approx(np.exp(-((2 / 32 / 0.05) ** 2) / 2), abs=0.05)


def test_a_point_well_draws_pressure_down_as_theis_says():
    """`p = −Q μ/(4πk) E₁(r² φμc/4kt)`, at 4 to 20 cells from the well."""
    cells, spacing = 97, 1.0
    rock = Reservoir(jnp.full((cells, cells), 1e-12), spacing, 0.2, 1e-8, 1e-3)
    source = jnp.zeros((cells, cells)).at[48, 48].set(-1e-6)
    spread = 1e-12 / (0.2 * 1e-8 * 1e-3)
    path = rock.solve(jnp.zeros((cells, cells)), source, 2, 100.0, largest_step=1.0)
    away = np.hypot(*np.meshgrid(np.arange(cells) - 48, np.arange(cells) - 48)) * spacing
    ring = (away >= 4) & (away <= 20)
    exact = -1e-6 * 1e-3 / (4 * np.pi * 1e-12) * exp1(away[ring] ** 2 / (4 * spread * 100.0))
    error = np.abs(np.asarray(path.pressure[1])[ring] - exact)
    assert error.max() < 6e-3 * np.abs(exact).max()


def test_what_wells_put_in_is_held_and_the_tracer_is_balanced():
    path = swept(SANDSTONE, WELLS, 3, 8e4)
    pressure, tracer = np.asarray(path.flow.pressure), np.asarray(path.tracer)
    size = np.abs(pressure).max()
    np.testing.assert_allclose(pressure.mean(axis=(1, 2)), 0, atol=1e-12 * size)
    np.testing.assert_allclose(path.balance, 0, atol=1e-14)
    assert tracer[-1].mean() > 0.005
    assert tracer.min() > -1e-12
    assert tracer.max() < 1 + 1e-12


def test_wells_out_of_balance_fill_the_rock():
    source = jnp.zeros((32, 32)).at[3, 5].set(1e-7)
    path = SANDSTONE.solve(jnp.zeros((32, 32)), source, 4, 1e4)
    stored = 0.2 * 2e-8 * np.asarray(path.pressure).mean(axis=(1, 2))
    np.testing.assert_allclose(stored, 1e-7 / 32**2 * 1e4 * np.arange(4), rtol=1e-12)


def test_friction_takes_energy_and_the_surplus_falls_to_its_least():
    path = SANDSTONE.solve(jnp.zeros((32, 32)), WELLS, 20, 300.0)
    rock, steady = SANDSTONE.rock, SANDSTONE.steady(WELLS)
    surplus = np.asarray(jax.vmap(rock.surplus, (0, None))(path.pressure, WELLS))
    assert (np.diff(np.asarray(path.dissipated)) > 0).all()
    assert (np.diff(surplus) < 0).all()
    least = float(rock.surplus(steady, WELLS))
    assert (surplus > least).all()
    # In the steady flow friction takes the wells' power: the surplus is minus half of it.
    assert least == pytest.approx(-float(rock.dissipation(steady)) / 2, rel=1e-9)


def test_energy_is_balanced_to_second_order():
    """What wells work is stored as `½φcp²` or dissipated."""
    start = SANDSTONE.steady(WELLS)
    off = []
    for step in (12.5, 6.25):
        path = SANDSTONE.solve(start, 3 * WELLS, 2, 1000.0, largest_step=step)
        stored = 0.1 * 2e-8 * (np.asarray(path.pressure) ** 2).mean(axis=(1, 2))
        rest = stored[1] - stored[0] + path.dissipated[1] - path.worked[1]
        off.append(abs(float(rest / path.worked[1])))
    assert off[1] < 1e-5
    # 1.77, 1.83, 1.90 as the step is halved: a jump of the wells starts all modes at once.
    assert order(off) == pytest.approx(2, abs=0.2)


def test_a_front_moves_with_the_pores_fluid_and_stays_between_its_extremes():
    """One layer: a plug of injected fluid moves Q/φ, whatever the permeability."""
    source = jnp.zeros((4, 64)).at[:, 0].set(1e-4).at[:, -1].set(-1e-4)
    pipe = Reservoir(jnp.full((4, 64), 1e-12), 1.0, 0.25, 0.0)
    tracer = np.asarray(swept(pipe, source, 2, 4e4).tracer[1, 0])
    assert tracer.sum() == pytest.approx(1e-4 * 4e4 / 0.25, rel=1e-12)
    assert tracer[:10].min() > 0.99
    assert np.abs(tracer[20:]).max() < 0.01
    assert (np.diff(tracer) <= 1e-15).all()


def test_a_derivative_agrees_with_a_difference_for_many_rocks_at_once():
    small = jnp.asarray(log_normal(Waves(8, 100.0), 1e-12, 1.0, 0.2, 1))
    wells = jnp.asarray(two_wells(Waves(8, 100.0), 1e-8, 0.1))

    def high(scale: jax.Array) -> jax.Array:
        rock = Reservoir(small * scale, 12.5, compressibility=2e-8)
        path = rock.solve(jnp.zeros((8, 8)), wells, 2, 1e3, largest_step=500.0)
        return (path.pressure[1] ** 2).mean()

    scales = jnp.asarray([0.5, 1.0, 1.0 - 1e-5, 1.0 + 1e-5])
    values, slopes = jax.jit(jax.vmap(jax.value_and_grad(high)))(scales)
    assert float(slopes[1]) == pytest.approx(float(values[3] - values[2]) / 2e-5, rel=1e-7)
    assert float(values[0]) == pytest.approx(float(high(scales[0])), rel=1e-10)


def test_bad_arguments_are_refused():
    with pytest.raises(ContractError, match="not above zero"):
        Reservoir(ROCK.at[2, 2].set(0.0), 1.0)
    with pytest.raises(ContractError, match="never steady"):
        SANDSTONE.steady(WELLS.at[3, 3].add(1e-7))
    with pytest.raises(ContractError, match="cannot be compressed"):
        Reservoir(ROCK, 1.0, compressibility=0.0).solve(WELLS, WELLS, 2, 1.0)
    with pytest.raises(ContractError, match="needs walls"):
        swept(Reservoir(ROCK, 1.0, held=(1.0, 0.0)), WELLS, 2, 1.0)
    with pytest.raises(ContractError, match="squeezes"):
        swept(Reservoir(ROCK, 100.0 / 32, compressibility=1e-6), 100 * WELLS, 3, 1e5)
