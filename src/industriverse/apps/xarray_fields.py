"""The energy of labelled arrays: what `ds.energy` is."""

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from industriverse.adapters.frames_memory import read_memory
from industriverse.adapters.maps_zarr import ENERGY_DOMAIN
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
        if isinstance(self._data, xr.Dataset) and ENERGY_DOMAIN in self._data.attrs:
            return _kept(self._data, domain)
        read = read_memory(self._data, ReadOptions(domain=domain), source="xarray")
        field = read.observation
        if not isinstance(field, Trajectory):
            raise ContractError("Readings of sensors have no map on a grid.")
        adapter = choose(field, installed().domains(), declared=domain).adapter
        energy, unit, zero = adapter.energy(field)
        said = {"units": unit, "domain": adapter.law.domain, "reference": zero}
        return field, adapter.map_grid(field), energy, {"long_name": "energy density", **said}


def _kept(
    data: xr.Dataset, domain: str
) -> tuple[Trajectory, Grid, Float[np.ndarray, "time *space"], dict[str, str]]:
    """Return the maps that a sequence of the atlas holds."""
    own = str(data.attrs[ENERGY_DOMAIN])
    if domain not in {"", own}:
        raise ContractError(f"These are maps of {own!r}, not of {domain!r}.", hint="Leave it out.")
    maps = data["energy"].transpose("time", ...)
    axes = tuple(str(dim) for dim in maps.dims[1:])
    steps = tuple(_step(data[axis]) for axis in axes)
    units = tuple(str(data[axis].attrs.get("units", "")) for axis in axes)
    grid = Grid(maps.shape[1:], steps, axes, units, ("open",) * len(axes))
    energy = np.asarray(maps.values, np.float64)
    unit = str(maps.attrs["units"])
    times = data["time"].values
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    field = Trajectory({"energy": energy}, {"energy": unit}, grid, float(times[0]), step)
    said = {"units": unit, "domain": own, "reference": str(data.attrs["energy_reference"])}
    return field, grid, energy, {"long_name": "energy density", **said}


def _step(axis: xr.DataArray) -> float:
    """Return the distance between cells, also where only some were picked."""
    if axis.size > 1:
        return float(abs(axis.values[-1] - axis.values[0]) / (axis.size - 1))
    return float(axis.attrs["spacing"])


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
