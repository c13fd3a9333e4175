"""`ds.energy` on xarray data sets and arrays, once this module is imported.

Examples:
    >>> import numpy as np, xarray as xr
    >>> import industriverse.apps.xarray_energy
    >>> plate = xr.DataArray(
    ...     290 + np.eye(8)[None].repeat(4, axis=0), name="temperature", dims=("time", "y", "x"),
    ...     coords={"time": 60.0 * np.arange(4), "y": np.arange(8.0), "x": np.arange(8.0)},
    ...     attrs={"units": "K"},
    ... )
    >>> plate.energy.maps("heat").attrs["units"]
    'K'
    >>> float(plate.energy.total("heat")[0])
    18568.0
"""

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from industriverse.adapters.frames_memory import read_memory
from industriverse.engines.atlas import build_pyramid, levels_of
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import choose, installed
from industriverse.kernel.ports import ReadOptions
from industriverse.physics import coarse_grid, map_entropy, total_energy


class EnergyAccessor:
    """The energy of a field, by the formula of a domain.

    `domain` may be left out everywhere: names and units then choose it.
    """

    def __init__(self, data: "xr.Dataset | xr.DataArray") -> None:
        self._data = data
        self._read = lru_cache(maxsize=4)(self._energy)

    def maps(self, domain: str = "") -> xr.DataArray:
        """Return the energy density, `(time, *space)`, at least zero.

        Raises:
            ContractError: The data are no field, or do not fit the domain.
        """
        field, grid, energy, said = self._read(domain)
        return _labelled(energy, grid, field, said)

    def total(self, domain: str = "") -> xr.DataArray:
        """Return Σ e ΔV of each frame."""
        field, grid, energy, said = self._read(domain)
        return _over_time(total_energy(energy, grid), field, {**said, "long_name": "total energy"})

    def entropy(self, domain: str = "") -> xr.DataArray:
        """Return the map entropy of each frame, in nats."""
        field, grid, energy, said = self._read(domain)
        named = {**said, "units": "nat", "long_name": "map entropy"}
        return _over_time(map_entropy(energy, grid), field, named)

    def pyramid(self, domain: str = "") -> dict[int, xr.DataArray]:
        """Return the maps at each level, by cells averaged along each axis."""
        field, grid, energy, said = self._read(domain)
        frames = [build_pyramid(frame, grid) for frame in energy]
        return {
            level: _labelled(
                np.stack([frame[level] for frame in frames]), coarse_grid(grid, level), field, said
            )
            for level in levels_of(grid.shape)
        }

    def _energy(
        self, domain: str
    ) -> tuple[Trajectory, Grid, Float[np.ndarray, "time *space"], dict[str, str]]:
        read = read_memory(self._data, ReadOptions(domain=domain), source="xarray")
        field = read.observation
        if not isinstance(field, Trajectory):
            raise ContractError("Readings of sensors have no map on a grid.")
        adapter = choose(field, installed().domains(), declared=domain).adapter
        energy, unit, zero = adapter.energy(field)
        said = {"units": unit, "domain": adapter.law.domain, "reference": zero}
        return field, adapter.map_grid(field), energy, {"long_name": "energy density", **said}


def _labelled(
    energy: Float[np.ndarray, "time *space"], grid: Grid, field: Trajectory, said: dict[str, str]
) -> xr.DataArray:
    coordinates: dict[str, Any] = {"time": field.times}
    for axis, cells, step in zip(grid.axes, grid.shape, grid.spacing, strict=True):
        coordinates[axis] = (np.arange(cells) + 0.5) * step
    return xr.DataArray(energy, coordinates, ("time", *grid.axes), name="energy", attrs=said)


def _over_time(
    values: Float[np.ndarray, "time"], field: Trajectory, said: dict[str, str]
) -> xr.DataArray:
    return xr.DataArray(values, {"time": field.times}, ("time",), name="energy", attrs=said)


xr.register_dataset_accessor("energy")(EnergyAccessor)
xr.register_dataarray_accessor("energy")(EnergyAccessor)
