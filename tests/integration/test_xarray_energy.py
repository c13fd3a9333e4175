"""`ds.energy`: maps, totals, entropies and pyramids of labelled arrays."""

import numpy as np
import pytest
import xarray as xr

from industriverse.apps.xarray_energy import EnergyAccessor
from industriverse.kernel.errors import ContractError


@pytest.fixture
def plate():
    temperature = 280.0 + np.random.default_rng(0).random((4, 16, 32))
    axes = {"time": 60.0 * np.arange(4), "y": 0.5 * np.arange(16), "x": 0.25 * np.arange(32)}
    field = xr.DataArray(temperature, axes, ("time", "y", "x"), attrs={"units": "K"})
    return xr.Dataset({"temperature": field})


def test_maps_are_those_of_the_domain(plate):
    assert isinstance(plate.energy, EnergyAccessor)
    maps = plate.energy.maps("heat")
    assert maps.dims == ("time", "y", "x")
    assert maps.attrs["domain"] == "heat"
    np.testing.assert_allclose(maps, plate["temperature"])
    found = plate.energy.maps()
    np.testing.assert_array_equal(found, maps)
    alone = plate["temperature"].energy.maps("heat")
    np.testing.assert_array_equal(alone, maps)


def test_each_level_holds_the_total(plate):
    total = plate.energy.total("heat")
    levels = plate.energy.pyramid("heat")
    assert set(levels) == {1, 2}
    for level, maps in levels.items():
        cell = 0.5 * 0.25 * level**2
        np.testing.assert_allclose(maps.sum(("y", "x")) * cell, total, rtol=1e-12)
    np.testing.assert_allclose(levels[2]["x"][:2], [0.25, 0.75])


def test_entropy_is_in_nats_below_its_maximum(plate):
    entropy = plate.energy.entropy("heat")
    assert entropy.attrs["units"] == "nat"
    assert 0 < float(entropy.max()) <= np.log(16 * 32)


def test_what_does_not_fit_is_refused(plate):
    with pytest.raises(ContractError):
        plate.energy.maps("fluid")
