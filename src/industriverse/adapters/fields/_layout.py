"""Which variables of a labelled data set are read, and on which grid."""

import re
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from industriverse.adapters.intake import Notes, foreign_errors, listing, suggestion
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.fields import Grid
from industriverse.kernel.ports import ReadOptions

from ._axes import Axes, grid_of, split_axes, time_dimension
from ._types import Dataset

_SELECTOR = re.compile(r"^(?P<name>.+?)\[(?P<picks>[^\[\]]+)\]$")
_BOUNDS = re.compile(r"(?:^|_)(?:bnds|bounds|vertices)(?:_|$)", re.I)


@dataclass(frozen=True, slots=True)
class Channels:
    """Variables that lie on no grid.

    Attributes:
        data: The data set, entries picked.
        time: The dimension along which time runs.
        names: Variables.
        options: What the user says, without picks.
    """

    data: Dataset
    time: str
    names: list[str]
    options: ReadOptions


@dataclass(frozen=True, slots=True)
class Layout:
    """Variables on one grid, not yet read.

    Attributes:
        data: The data set, entries picked.
        time: The dimension along which time runs.
        lead: The variable whose grid it is.
        names: Every variable on that grid, the lead first.
        space: Dimensions of space, slowest first.
        grid: Of the lead.
        frames: How many the file holds.
        options: What the user says, without picks.
        source: Name of the file.
    """

    data: Dataset
    time: str
    lead: str
    names: list[str]
    space: tuple[str, ...]
    grid: Grid
    frames: int
    options: ReadOptions
    source: str

    @property
    def bytes(self) -> int:
        """What all frames take in memory."""
        return 8 * self.grid.cells * len(self.names) * self.frames


def lay_out(data: Dataset, options: ReadOptions, notes: Notes, source: str) -> Layout | Channels:
    """Decide which variables are read, on which grid; read none.

    Raises:
        InputError, NotFoundError: As `from_dataset`.
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
        return Channels(data, time, list(options.variables) or names, options)
    lead, same = _one_grid(data, gridded, axes, options, notes)
    if aside := [name for name in names if name not in gridded]:
        notes.add(f"Set aside, not on a grid: {listing(aside)}.")
    data = _first_of_extra(data, axes[lead], notes)
    grid = grid_of(data, lead, axes[lead].space, notes)
    frames = int(data.sizes[time])
    _refuse_short(frames, time, source, options.fewest_frames)
    return Layout(data, time, lead, same, axes[lead].space, grid, frames, options, source)


def loaded(
    laid: Layout, name: str, frames: slice | Int[np.ndarray, "frame"] | None = None
) -> Float[np.ndarray, "frame *space"]:
    """Return a variable, or some frames of it.

    Raises:
        InputError: It cannot be read.
    """
    array = laid.data[name]
    spare = [dim for dim in array.dims if dim not in {laid.time, *laid.space}]
    array = array.isel(dict.fromkeys(spare, 0)).transpose(laid.time, *laid.space)
    if frames is not None:
        array = array.isel({laid.time: frames})
    with foreign_errors(
        f"{name} in {laid.source} cannot be read",
        hint="The file may be damaged or cut short; download or write it again.",
        file=laid.source,
        variable=name,
    ):
        return np.asarray(array.values, np.float64)


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


def _refuse_short(frames: int, time: str, source: str, fewest: int) -> None:
    if frames < fewest:
        raise InputError(
            f"{source} holds {frames} frames along {time}; a forecast needs at least {fewest}.",
            hint="Give a longer recording, or a folder with all frames.",
            file=source,
            axis=time,
        )
