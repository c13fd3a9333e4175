"""Loose arrays get names for their axes: the NPZ convention, and what can be inferred beyond it."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pyarrow as pa
from jaxtyping import Float, Shaped

from industriverse.adapters.intake import Foreign, Notes, Table, column_of, listing, suggestion
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.ports import ReadOptions

from ._loose import LooseArray, count
from ._types import Dataset
from ._unread import component, unread

_TIME = re.compile(r"^(?:t|time|times|time_?s|seconds|tspan|timestamps?)$", re.I)
_SPACE = re.compile(r"^(?:x|y|z|xs|ys|zs|lat|lon|latitude|longitude|x_?coords?|y_?coords?)$", re.I)
_RATE = {"fs", "rate", "sampling_rate", "sample_rate", "sampling_frequency", "sr"}
_STEPS = {"dt": "time", "dx": "x", "dy": "y", "dz": "z"}
_WORDS = {"boundary", "units", "unit", "domain", "names", "name", "channels", "closed"}
_MOST_COMPONENTS = 4
_NARROWEST = 4
"""Fewer cells along an axis than this are components or particles' coordinates, not a grid."""
_MOST_CHANNELS = 512
_SHORT = 30
_GRID_DIMS = {1: ("x",), 2: ("y", "x"), 3: ("z", "y", "x")}
_OTHER_DIMS = {1: ("cell",), 2: ("row", "column"), 3: ("layer", "row", "column")}


@dataclass(frozen=True, slots=True)
class Kit:
    """Loose arrays sorted by their part.

    Attributes:
        arrays: Arrays that may hold data.
        steps: `dt`, `dx` … that the file states.
        words: Texts that the file states.
        parameters: Other numbers of a single value.
    """

    arrays: list[LooseArray]
    steps: dict[str, float]
    words: dict[str, Any]
    parameters: dict[str, float] = field(default_factory=dict[str, float])


def sorted_kit(arrays: list[LooseArray], source: str) -> Kit:
    """Sort loose arrays by their part.

    Raises:
        InputError: A step is not a positive number; no array holds numbers.
    """
    kit = Kit([], {}, {})
    for array in arrays:
        _place(kit, array, source)
    if not kit.arrays:
        raise InputError(
            f"{source} holds no array of numbers over time.",
            hint="Store one array (time, y, x) per variable, and dt, dx, dy.",
            file=source,
        )
    return kit


def _place(kit: Kit, array: LooseArray, source: str) -> None:
    lower = array.name.lower()
    if lower in _WORDS and array.dtype.kind in "US":
        kit.words[lower] = array.load(None)
    elif lower in {*_STEPS, *_RATE} and array.size == 1:
        _state_step(kit, array, source)
    elif array.size == 1 and array.numeric:
        value = float(np.asarray(array.load(None)).reshape(()))
        if lower == "closed":
            kit.words["closed"] = bool(value)
        elif np.isfinite(value):
            kit.parameters[array.name] = value
    elif (array.numeric or array.dtype.kind == "c") and array.shape:
        kit.arrays.append(_as_axis(array))


def _as_axis(array: LooseArray) -> LooseArray:
    """Return a time or coordinate stored as one row or one column as a plain list."""
    named = _TIME.match(array.name) or _SPACE.match(array.name)
    if not (named and len(array.shape) == 2 and 1 in array.shape):  # noqa: PLR2004
        return array

    def load(frames: slice | None) -> Shaped[np.ndarray, "entry"]:
        flat = np.asarray(array.load(None)).reshape(-1)
        return flat if frames is None else flat[frames]

    return replace(array, shape=(array.size,), load=load)


def _state_step(kit: Kit, array: LooseArray, source: str) -> None:
    stated = np.asarray(array.load(None)).reshape(())
    value = float(stated) if array.numeric else float("nan")
    if not (np.isfinite(value) and value > 0):
        raise InputError(
            f"{array.name} in {source} is {value:g}; a step must be above 0.",
            hint="State dt in seconds and dx, dy in metres.",
            file=source,
            variable=array.name,
        )
    lower = array.name.lower()
    kit.steps["dt" if lower in _RATE else lower] = 1 / value if lower in _RATE else value


def is_telemetry(kit: Kit) -> bool:
    """Say whether the arrays are channels over time rather than fields."""
    return not any(_is_field(kit, array) for array in kit.arrays)


def _is_field(kit: Kit, array: LooseArray) -> bool:
    if len(array.shape) == 3:  # noqa: PLR2004
        return min(array.shape[1:]) >= _NARROWEST
    if len(array.shape) > 3:  # noqa: PLR2004
        return True
    if len(array.shape) != 2 or array.shape[1] < _NARROWEST:  # noqa: PLR2004
        return False
    axis = [a for a in kit.arrays if len(a.shape) == 1 and _SPACE.match(a.name)]
    return "dx" in kit.steps or any(a.shape[0] == array.shape[1] for a in axis)


def as_dataset(
    kit: Kit, options: ReadOptions, notes: Notes, source: str, budget: int | None
) -> Dataset:
    """Return fields with named axes.

    Args:
        kit: The arrays.
        options: What the user says.
        notes: What was decided.
        source: Name of the file.
        budget: Bytes of frames to hold in memory at most; None leaves all of them in the file
            until they are asked for.

    Raises:
        InputError: Arrays of different length, complex numbers.
        NotFoundError: `options` names a variable that is not there.
    """
    import xarray as xr  # noqa: PLC0415 (half a second that telemetry does not need)

    fields = [array for array in kit.arrays if _is_field(kit, array)]
    fields = _chosen(fields, options, notes, source)
    newest = None if budget is None else _newest(fields, options, budget, notes)
    variables: dict[str, Any] = {}
    taken = {array.name for array in fields} & {"time", "x", "y", "z"}
    dims = _OTHER_DIMS if taken else _GRID_DIMS
    for array in fields:
        values = unread(array) if budget is None else _values(array, newest)
        variables.update(_named(array, values, dims, notes))
    data = xr.Dataset(variables)
    data = data.assign_coords(_coordinates(kit, data, fields[0].shape[0], newest))
    data.attrs.update(kit.steps)
    data.attrs.update(_plain_words(kit, list(data.data_vars)))
    data.attrs["parameters"] = dict(kit.parameters)
    return data


def _chosen(
    fields: list[LooseArray], options: ReadOptions, notes: Notes, source: str
) -> list[LooseArray]:
    complex_names = [array.name for array in fields if array.dtype.kind == "c"]
    if complex_names:
        raise InputError(
            f"{complex_names[0]} in {source} holds complex numbers.",
            hint="Store the real and the imaginary part as two variables.",
            file=source,
            variable=complex_names[0],
        )
    wanted = [name.split("[")[0] for name in options.variables]
    names = [array.name for array in fields]
    lead = next((a for a in fields if a.name in wanted), fields[0])
    for name in wanted:
        if name not in names and not any(name.startswith(f"{n}_") for n in names):
            raise NotFoundError(
                f"{source} has no variable {name!r}.", hint=suggestion(name, names), variable=name
            )
    same = [array for array in fields if array.shape == lead.shape]
    if aside := [f"{a.name} {a.shape}" for a in fields if a.shape != lead.shape]:
        notes.add(f"Set aside, for their shape is not {lead.shape}: {listing(aside)}.")
    return same


def _newest(
    fields: list[LooseArray], options: ReadOptions, budget: int, notes: Notes
) -> slice | None:
    frames = fields[0].shape[0]
    size = sum(8 * count(array.shape[1:]) for array in fields)
    most = max(1, budget // max(1, size))
    if options.max_frames is not None:
        most = min(most, options.max_frames)
    if most >= frames:
        return None
    notes.add(f"Only the newest {most} of {frames} frames were read, {most * size >> 20} MiB.")
    return slice(frames - most, frames)


def _values(array: LooseArray, frames: slice | None) -> Float[np.ndarray, "time ..."]:
    values = np.asarray(array.load(frames))
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def _named(
    array: LooseArray, values: Foreign, dims: dict[int, tuple[str, ...]], notes: Notes
) -> dict[str, Any]:
    space = array.shape[1:]
    attributes = {"units": array.unit} if array.unit else {}
    if len(space) == 3 and space[0] <= _MOST_COMPONENTS:  # noqa: PLR2004
        notes.add(f"{array.name} has {space[0]} components; each became a variable.")
        return {
            f"{array.name}_{i}": (("time", *dims[2]), component(values, i), attributes)
            for i in range(space[0])
        }
    if len(space) not in _GRID_DIMS:
        raise InputError(
            f"{array.name} has {len(array.shape)} axes {array.shape}; "
            "a field has time and up to three more.",
            hint="Store one array (time, y, x) per variable.",
            variable=array.name,
        )
    return {array.name: (("time", *dims[len(space)]), values, attributes)}


def _coordinates(kit: Kit, data: Dataset, frames: int, newest: slice | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for array in kit.arrays:
        if len(array.shape) != 1:
            continue
        if _TIME.match(array.name) and array.shape[0] == frames:
            found["time"] = ("time", np.asarray(array.load(newest), np.float64))
        elif _SPACE.match(array.name):
            dim = _axis_of(array.name.lower())
            if data.sizes.get(dim) == array.shape[0]:
                units = "degree" if array.name.lower().startswith("l") else array.unit
                values = np.asarray(array.load(None), np.float64)
                found[dim] = (dim, values, {"units": units})
    return found


def _axis_of(name: str) -> str:
    return "y" if name.startswith("lat") else "x" if name.startswith("lon") else name[0]


def _plain_words(kit: Kit, names: list[Any]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for key in ("boundary", "domain"):
        if key in kit.words:
            texts = [str(t) for t in np.atleast_1d(kit.words[key]).ravel()]
            words[key] = texts[0] if len(texts) == 1 else texts
    if "closed" in kit.words:
        words["closed"] = str(kit.words["closed"])
    words["variable_units"] = units_by_name(kit, [str(name) for name in names])
    return words


def units_by_name(kit: Kit, names: list[str]) -> dict[str, str]:
    """Return the units that a `units` array states: one for all, one each, or a JSON mapping."""
    stated = kit.words.get("units", kit.words.get("unit"))
    if stated is None:
        return {}
    texts = [t.decode("utf-8", "replace") if isinstance(t, bytes) else str(t)
             for t in np.atleast_1d(stated).ravel()]  # fmt: skip
    if len(texts) == 1 and texts[0].strip().startswith("{"):
        try:
            table = cast("dict[str, Any]", json.loads(texts[0]))
        except (ValueError, RecursionError):
            return {}
        return {str(key): str(value) for key, value in table.items()}
    if len(texts) == len(names):
        return dict(zip(names, texts, strict=True))
    return dict.fromkeys(names, texts[0]) if len(texts) == 1 else {}


def as_table(
    kit: Kit, options: ReadOptions, notes: Notes, source: str
) -> tuple[Table, dict[str, str], ReadOptions]:
    """Return channels as columns, their units, and options that name columns.

    Raises:
        InputError: No array of numbers.
    """
    arrays = [array for array in kit.arrays if array.dtype.kind != "c"]
    if not arrays:
        raise InputError(
            f"{source} holds complex numbers only.",
            hint="Store the real and the imaginary part as two channels.",
            file=source,
        )
    arrays = _one_length(arrays, options, notes)
    _refuse_many(arrays, source)
    columns: dict[str, Any] = {}
    parts: dict[str, list[str]] = {}
    for array in arrays:
        found = _columns(kit, array, notes)
        parts[array.name] = list(found)
        columns.update(found)
    named = {name: column_of(c) for name, c in columns.items()}
    units = units_by_name(kit, [n for n in named if not _TIME.match(n)])
    units.update({a.name: a.unit for a in arrays if a.unit})
    told = tuple(
        name for v in options.variables for name in ([v] if v in named else parts.get(v, [v]))
    )
    return (
        pa.Table.from_arrays(list(named.values()), names=list(named)),
        units,
        replace(options, variables=told),
    )


def _refuse_many(arrays: list[LooseArray], source: str) -> None:
    channels = sum(a.size // max(1, _rows(a)) for a in arrays)
    if channels > _MOST_CHANNELS:
        raise InputError(
            f"{source} would make {channels} channels; at most {_MOST_CHANNELS} are read.",
            hint=f"Choose with --variable among {listing(a.name for a in arrays)}.",
            file=source,
        )


def _rows(array: LooseArray) -> int:
    return array.shape[1] if _lies_across(array) else array.shape[0]


def _lies_across(array: LooseArray) -> bool:
    """Few rows and many columns: channels first, time along the second axis."""
    return len(array.shape) == 2 and array.shape[0] < _SHORT <= array.shape[1]  # noqa: PLR2004


def _one_length(arrays: list[LooseArray], options: ReadOptions, notes: Notes) -> list[LooseArray]:
    """Return the arrays that share rows: those asked for, else those with the most numbers."""
    wanted = [a for a in arrays if any(_is_of(v, a.name) for v in options.variables)]
    if wanted:
        return [
            a
            for a in arrays
            if a in wanted or (_TIME.match(a.name) and _rows(a) == _rows(wanted[0]))
        ]
    sizes: dict[int, int] = {}
    for array in arrays:
        sizes[_rows(array)] = sizes.get(_rows(array), 0) + array.size
    rows = max(sizes, key=lambda length: sizes[length])
    if aside := [f"{a.name} ({_rows(a)})" for a in arrays if _rows(a) != rows]:
        notes.add(
            f"Read were the arrays of {rows} rows; set aside, of another length: {listing(aside)}."
        )
    return [array for array in arrays if _rows(array) == rows]


def _is_of(variable: str, name: str) -> bool:
    return variable == name or (
        variable.startswith(f"{name}_") and variable[len(name) + 1 :].isdigit()
    )


def _columns(kit: Kit, array: LooseArray, notes: Notes) -> dict[str, Any]:
    values = np.asarray(array.load(None))
    if values.ndim == 1 or not values.size:
        values = values.reshape(-1)
        return {array.name: values}
    if _lies_across(array):
        notes.add(f"{array.name} has the shape {array.shape}; it was read with time along axis 2.")
        values = values.T
    table = values.reshape(len(values), -1)
    if table.shape[1] == 1:
        return {array.name: table[:, 0]}
    names = [str(n) for n in np.atleast_1d(kit.words.get("names", kit.words.get("channels", [])))]
    if len(names) != table.shape[1]:
        names = [f"{array.name}_{i + 1}" for i in range(table.shape[1])]
    return {name: table[:, i] for i, name in enumerate(names)}
