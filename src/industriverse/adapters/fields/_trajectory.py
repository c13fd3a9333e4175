"""From a labelled data set to a trajectory: variables, frames, clock, mask, units."""

import re
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from industriverse.adapters.intake import (
    Notes,
    canonical_unit,
    foreign_errors,
    known_unit,
    listing,
    suggestion,
    to_si,
)
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.ports import ReadOptions, ReadResult

from ._axes import Axes, grid_of, split_axes, time_dimension
from ._cadence import on_even_frames
from ._channels import channels_result
from ._frames import frame_times
from ._mask import fill_and_mask
from ._types import Dataset

MIN_FRAMES = 4
_SELECTOR = re.compile(r"^(?P<name>.+?)\[(?P<picks>[^\[\]]+)\]$")
_BOUNDS = re.compile(r"(?:^|_)(?:bnds|bounds|vertices)(?:_|$)", re.I)
_FEWEST_FULL = 64


def from_dataset(
    data: Dataset, options: ReadOptions, notes: Notes, *, source: str, sha256: str, budget: int
) -> ReadResult:
    """Turn a labelled data set into a `ReadResult`.

    Args:
        data: Opened lazily, times not decoded.
        options: What the user says; a variable may pick entries, `temp[depth=3]`.
        notes: What was decided.
        source: Name of the file.
        sha256: Of its bytes.
        budget: Bytes of frames to hold in memory at most.

    Raises:
        InputError: No time axis, no variable over it, too few frames, a broken axis.
        NotFoundError: `options` names a variable that is not there.
    """
    options, picks = _picked(options)
    time = time_dimension(data, options.time_column, source)
    names = _candidates(data, time, source)
    _refuse_unknown(data, options, names, source)
    data = _pick_entries(data, picks)
    axes = {name: split_axes(data, name, time) for name in names}
    gridded = [name for name in names if axes[name].space and not axes[name].labels]
    wanted = [name for name in options.variables if name not in gridded]
    if not gridded or wanted:
        chosen = list(options.variables) or names
        return channels_result(data, time, chosen, options, notes, source=source, sha256=sha256)
    lead, same = _one_grid(data, gridded, axes, options, notes)
    if aside := [name for name in names if name not in gridded]:
        notes.add(f"Set aside, not on a grid: {listing(aside)}.")
    data = _first_of_extra(data, axes[lead], notes)
    grid = grid_of(data, lead, axes[lead].space, notes)
    frames = int(data.sizes[time])
    _refuse_short(frames, time, source)
    newest, same = _newest(frames, grid, same, lead, options, budget, notes)
    data = data.isel({time: slice(frames - newest, None)})
    values = _loaded(data, same, time, axes[lead].space, source)
    clock, values = on_even_frames(frame_times(data, time, notes), values, notes, source)
    values, valid = fill_and_mask(values, lead, options.variables, notes, source)
    trajectory = Trajectory(
        variables=MappingProxyType(values),
        units=_units(data, list(values), options, notes),
        grid=grid,
        start_s=clock.start_s,
        step_s=clock.step_s,
        valid=valid,
        closed=_closed(data),
        domain=options.domain or str(data.attrs.get("domain", "")),
        parameters=_parameters(data),
        absolute=clock.absolute,
        source=source,
    )
    shape = (trajectory.frames, *grid.shape)
    reported = _reported(trajectory, options, lead, notes)
    return ReadResult(trajectory, reported, shape, notes.sentences(), sha256)


def _picked(options: ReadOptions) -> tuple[ReadOptions, dict[str, float]]:
    names: list[str] = []
    picks: dict[str, float] = {}
    for variable in options.variables:
        found = _SELECTOR.match(variable)
        names.append(found["name"] if found else variable)
        for part in found["picks"].split(",") if found else []:
            dim, _, value = part.partition("=")
            picks[dim.strip()] = _number(value, variable)
    return replace(options, variables=tuple(dict.fromkeys(names))), picks


def _number(text: str, variable: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InputError(
            f"{variable!r} picks {text!r}, which is not a number.",
            hint="Write NAME[level=850].",
            variable=variable,
        ) from error


def _pick_entries(data: Dataset, picks: dict[str, float]) -> Dataset:
    for dim, value in picks.items():
        if dim not in data.dims:
            raise NotFoundError(
                f"There is no axis {dim!r}.",
                hint=suggestion(dim, [str(d) for d in data.dims]),
                axis=dim,
            )
        if dim in data.coords and data[dim].dtype.kind in "fiu":
            index = int(np.abs(np.asarray(data[dim].values, np.float64) - value).argmin())
        else:
            index = int(value)
        if not 0 <= index < data.sizes[dim]:
            raise NotFoundError(
                f"The axis {dim} has {data.sizes[dim]} entries; there is no {index}.", axis=dim
            )
        data = data.isel({dim: index})
    return data


def _candidates(data: Dataset, time: str, source: str) -> list[str]:
    bounds = {str(v.attrs["bounds"]) for v in data.variables.values() if "bounds" in v.attrs}
    names = [
        str(name)
        for name, variable in data.data_vars.items()
        if time in variable.dims
        and variable.dtype.kind in "fiu"
        and str(name) not in bounds
        and not _BOUNDS.search(str(name))
        and " since " not in str(variable.attrs.get("units", ""))
    ]
    if names:
        return names
    _refuse_kinds(data, time, source)
    held = ", ".join(f"{n} {v.dims}" for n, v in list(data.data_vars.items())[:6]) or "nothing"
    raise InputError(
        f"No variable of {source} runs along the time axis {time}: it holds {held}.",
        hint="Store variables as (time, y, x).",
        file=source,
        axis=time,
    )


def _refuse_kinds(data: Dataset, time: str, source: str) -> None:
    for name, variable in data.data_vars.items():
        if time in variable.dims and variable.dtype.kind in "cUSO":
            kind = "complex numbers" if variable.dtype.kind == "c" else "text"
            raise InputError(
                f"{name} in {source} holds {kind}, not real numbers.",
                hint="Store real numbers; a real and an imaginary part as two variables.",
                file=source,
                variable=str(name),
            )


def _refuse_unknown(data: Dataset, options: ReadOptions, names: list[str], source: str) -> None:
    for name in options.variables:
        if name in names:
            continue
        if name in data.variables:
            raise InputError(
                f"{name} in {source} is no forecast variable: it has the axes "
                f"{data.variables[name].dims} and holds {data.variables[name].dtype}.",
                hint=f"Choose one of {listing(names)}.",
                variable=name,
            )
        if not any(name.startswith(known) for known in names):
            raise NotFoundError(
                f"{source} has no variable {name!r}.", hint=suggestion(name, names), variable=name
            )


def _one_grid(
    data: Dataset, names: list[str], axes: dict[str, Axes], options: ReadOptions, notes: Notes
) -> tuple[str, list[str]]:
    grids: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        grids.setdefault(axes[name].space, []).append(name)
    lead = options.variables[0] if options.variables else max(grids.values(), key=len)[0]
    same = grids[axes[lead].space]
    others = [name for name in names if name not in same]
    if wanted := [name for name in options.variables if name in others]:
        raise InputError(
            f"{lead} and {wanted[0]} lie on different grids, {axes[lead].space} and "
            f"{axes[wanted[0]].space}.",
            hint="Forecast them one at a time, or bring them onto one grid.",
            variable=wanted[0],
        )
    if others:
        notes.add(f"Set aside, on other grids than {lead}: {listing(others)}.")
    # Copies along further axes would each be a grid of their own; the lead's come first.
    return lead, [lead, *(n for n in same if n != lead)]


def _first_of_extra(data: Dataset, axes: Axes, notes: Notes) -> Dataset:
    for dim in axes.extra:
        label = str(data[dim].values[0]) if dim in data.coords else "0"
        if data.sizes[dim] > 1:
            notes.add(
                f"Of the {data.sizes[dim]} entries along {dim} the first ({label}) was read; pick "
                f"another with NAME[{dim}=…]."
            )
        data = data.isel({dim: 0})
    return data


def _refuse_short(frames: int, time: str, source: str) -> None:
    if frames < MIN_FRAMES:
        raise InputError(
            f"{source} holds {frames} frames along {time}; a forecast needs at least {MIN_FRAMES}.",
            hint="Give a longer recording, or a folder with all frames.",
            file=source,
            axis=time,
        )


def _newest(  # noqa: PLR0913, PLR0917 (one decision from all that bounds it)
    frames: int,
    grid: Grid,
    names: list[str],
    lead: str,
    options: ReadOptions,
    budget: int,
    notes: Notes,
) -> tuple[int, list[str]]:
    cell_bytes = 8 * grid.cells
    wanted = [lead, *(name for name in options.variables if name != lead)]
    enough = min(frames, _FEWEST_FULL)
    room = max(len(wanted), budget // max(1, cell_bytes * enough))
    if room < len(names):
        kept = [*wanted, *(n for n in names if n not in wanted)][:room]
        aside = [name for name in names if name not in kept]
        notes.add(f"Set aside, for memory: {listing(aside)}.")
        names = kept
    most = budget // max(1, cell_bytes * len(names))
    if most < min(MIN_FRAMES, frames):
        raise InputError(
            f"One frame takes {cell_bytes * len(names) >> 20} MiB; {MIN_FRAMES} frames do not fit "
            f"into the {budget >> 20} MiB that may be used.",
            hint="Cut out a region or coarsen the grid.",
        )
    if options.max_frames is not None:
        most = min(most, max(MIN_FRAMES, options.max_frames))
    if most < frames:
        notes.add(
            f"Only the newest {most} of {frames} frames were read "
            f"({most * cell_bytes * len(names) >> 20} MiB)."
        )
    return min(most, frames), names


def _loaded(
    data: Dataset, names: list[str], time: str, space: tuple[str, ...], source: str
) -> dict[str, Float[np.ndarray, "time *space"]]:
    values: dict[str, Any] = {}
    for name in names:
        array = data[name]
        spare = [dim for dim in array.dims if dim not in {time, *space}]
        array = array.isel(dict.fromkeys(spare, 0)).transpose(time, *space)
        with foreign_errors(
            f"{name} in {source} cannot be read",
            hint="The file may be damaged or cut short; download or write it again.",
            file=source,
            variable=name,
        ):
            values[name] = np.asarray(array.values, np.float64)
    return values


def _units(
    data: Dataset, names: list[str], options: ReadOptions, notes: Notes
) -> MappingProxyType[str, str]:
    given = dict(options.units)
    for name in given:
        if name not in names:
            raise NotFoundError(
                f"There is no variable {name!r} to give a unit.",
                hint=suggestion(name, names),
                variable=name,
            )
    stated = cast("dict[str, str]", data.attrs.get("variable_units", {}))
    raw = {
        name: given.get(name) or stated.get(name) or str(data[name].attrs.get("units", ""))
        for name in names
    }
    if odd := [f"{unit} ({name})" for name, unit in raw.items() if unit and not known_unit(unit)]:
        notes.add(f"Units kept as given, for they are not known: {listing(odd)}.")
    if bare := [name for name, unit in raw.items() if not unit]:
        notes.add(f"No unit is stated for {listing(bare)}.")
    return MappingProxyType({name: canonical_unit(unit) for name, unit in raw.items()})


def _closed(data: Dataset) -> bool | None:
    stated = str(data.attrs.get("closed", "")).strip().lower()
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        stated
    )


def _parameters(data: Dataset) -> MappingProxyType[str, float]:
    """Numbers of a single value that the file states, in SI where their unit is known."""
    found = dict(cast("dict[str, float]", data.attrs.get("parameters", {})))
    for name, variable in data.variables.items():
        if (
            variable.ndim
            or "grid_mapping_name" in variable.attrs
            or variable.dtype.kind not in "fiu"
            or " since " in str(variable.attrs.get("units", ""))
        ):
            continue
        value = to_si(float(variable.values), str(variable.attrs.get("units", "")))
        if value is not None and np.isfinite(value):
            found[str(name)] = value
    return MappingProxyType(found)


def _reported(
    trajectory: Trajectory, options: ReadOptions, lead: str, notes: Notes
) -> tuple[str, ...]:
    if options.variables:
        return options.variables
    others = [name for name in trajectory.names if name != lead]
    if others:
        notes.add(f"{lead} is reported; choose with --variable among {listing(others)}.")
    return (lead,)
