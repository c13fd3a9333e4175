"""Annotated fields: totals, entropy and temperature of the newest frames."""

import math

import numpy as np
import pytest

from industriverse.engines.signals import annotate_fields, total_unit
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

GRID = Grid((6, 4), (0.5, 0.25), ("y", "x"), ("m", "m"), ("open", "periodic"))


def annotate(densities, times, **more):
    return annotate_fields(
        densities, "J/m^2", GRID, "heat", "T_ref = 280 K", np.asarray(times, float), 0.8, **more
    )


def test_the_newest_frames_are_read():
    densities = np.random.default_rng(1).gamma(2.0, size=(12, 6, 4))
    reading = annotate(densities, range(12), maps=3)
    np.testing.assert_allclose(reading.energy, densities[-3:].sum(axis=(1, 2)) * 0.125)
    np.testing.assert_allclose(reading.temperature, densities[-3:].mean(axis=(1, 2)) * 0.125)
    assert [m.time_s for m in reading.maps] == [9.0, 10.0, 11.0]
    assert reading.unit == "J"
    assert reading.domain_confidence == 0.8
    assert reading.maps[0].reference == "T_ref = 280 K"
    np.testing.assert_array_equal(reading.maps[-1].density, densities[-1])


def test_a_uniform_field_has_full_entropy_and_is_not_boltzmann_like():
    reading = annotate(np.ones((1, 6, 4)), [5.0])
    assert reading.entropy[0] == pytest.approx(math.log(24))
    assert reading.gamma_distance == pytest.approx(1 - math.exp(-1))


def test_what_is_no_energy_is_refused():
    with pytest.raises(ContractError, match="below the reference"):
        annotate(np.full((2, 6, 4), -1.0), [0, 1])
    with pytest.raises(ContractError, match="NaN"):
        annotate(np.full((2, 6, 4), np.nan), [0, 1])
    with pytest.raises(ContractError, match="2 frames with 3 times"):
        annotate(np.ones((2, 6, 4)), [0, 1, 2])
    with pytest.raises(ContractError, match="0 frames"):
        annotate(np.ones((0, 6, 4)), [])


@pytest.mark.parametrize(
    ("unit", "axes", "total"),
    [
        ("J/m^2", ("m", "m"), "J"),
        ("J/m^3", ("m", "m"), "J/m^3·m^2"),
        ("J/m^2", ("degrees_north", "degrees_east"), "J/m^2·degrees_north·degrees_east"),
        ("kg", ("1", "1"), "kg"),
        ("", ("m", "m"), ""),
        ("J/m^2", ("m", ""), ""),
    ],
)
def test_the_unit_of_a_total(unit, axes, total):
    assert total_unit(unit, axes) == total
