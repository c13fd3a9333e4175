"""Entropies of the second law against textbook processes."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

AIR = {"heat_capacity": 718.0, "heat_ratio": 1.4}
BOX = Grid((4, 4), (0.5, 0.5), ("y", "x"), ("m", "m"), ("reflecting", "reflecting"))


def uniform(value, grid=BOX):
    return np.full(grid.shape, value)


def test_an_adiabatic_compression_keeps_the_entropy_of_a_gas():
    before = physics.gas_entropy(uniform(1.2), uniform(1e5), BOX, **AIR)
    half = Grid((4, 4), (0.25, 0.5), ("y", "x"), ("m", "m"), BOX.boundary)
    after = physics.gas_entropy(uniform(2.4), uniform(1e5 * 2**1.4), half, **AIR)
    assert float(after) == pytest.approx(float(before), rel=1e-12)


def test_a_free_expansion_raises_it_by_the_gas_constant_times_the_logarithm():
    before = physics.gas_entropy(uniform(2.0), uniform(2e5), BOX, **AIR)
    double = Grid((4, 4), (1.0, 0.5), ("y", "x"), ("m", "m"), BOX.boundary)
    after = physics.gas_entropy(uniform(1.0), uniform(1e5), double, **AIR)
    mass, gas_constant = 2.0 * 4.0, 718.0 * 0.4
    assert float(after - before) == pytest.approx(mass * gas_constant * math.log(2), rel=1e-10)


@pytest.mark.parametrize(("mach", "sign"), [(2.0, 1.0), (1.0, 0.0), (0.7, -1.0)])
def test_a_shock_raises_entropy_and_its_reverse_lowers_it(mach, sign):
    g = 1.4
    pressure = 1 + 2 * g / (g + 1) * (mach**2 - 1)
    density = (g + 1) * mach**2 / ((g - 1) * mach**2 + 2)
    cells = Grid((1,), (1.0,), ("x",), ("m",), ("open",))
    ahead = physics.gas_entropy(np.array([1.0]), np.array([1e5]), cells, **AIR)
    behind = physics.gas_entropy(np.array([density]), np.array([1e5 * pressure]), cells, **AIR)
    per_mass = float(behind) / density - float(ahead)
    assert per_mass == pytest.approx(718.0 * math.log(pressure / density**g), abs=1e-9)
    assert np.sign(round(per_mass, 9)) == sign


def test_two_bodies_that_share_their_heat_gain_the_textbook_entropy():
    cold_and_hot = np.full(BOX.shape, 300.0)
    cold_and_hot[:, 2:] = 400.0
    before = physics.heat_entropy(cold_and_hot, BOX, heat_capacity=4e6)
    after = physics.heat_entropy(uniform(350.0), BOX, heat_capacity=4e6)
    closed = 4e6 * 2.0 * math.log(350.0**2 / (300.0 * 400.0))
    assert float(after - before) == pytest.approx(closed, rel=1e-9)


def test_the_reference_temperature_only_moves_the_zero():
    warm, hot = uniform(350.0), uniform(500.0)
    gain = [
        float(
            physics.heat_entropy(hot, BOX, heat_capacity=2.0, reference_temperature=t0)
            - physics.heat_entropy(warm, BOX, heat_capacity=2.0, reference_temperature=t0)
        )
        for t0 in (1.0, 273.15)
    ]
    assert gain[0] == pytest.approx(gain[1], rel=1e-12)


def test_celsius_is_refused():
    with pytest.raises(ContractError, match="lowest value is -3") as caught:
        physics.heat_entropy(uniform(-3.0), BOX, heat_capacity=1.0)
    assert "kelvin" in caught.value.hint


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("library", [np, jnp], ids=["numpy", "jax"])
def test_constants_that_have_no_logarithm_are_refused(bad, library):
    temperature = library.asarray(uniform(300.0))
    with pytest.raises(ContractError):
        physics.heat_entropy(temperature, BOX, heat_capacity=1.0, reference_temperature=bad)
    with pytest.raises(ContractError):
        physics.gas_entropy(temperature, temperature, BOX, heat_capacity=bad, heat_ratio=1.4)
