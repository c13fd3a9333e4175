"""Which dimension is time, which are space, and which only number copies."""

import re
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from industriverse.adapters.intake import Foreign, Notes, canonical_unit, scale_to
from industriverse.kernel.errors import InputError
from industriverse.kernel.fields import Boundary, Grid

from ._types import Dataset

_TIME_NAMES = re.compile(
    r"^(?:t|time|times|date|datetime|frame|frames|step|steps|timestep|snapshots?|month|year|day|"
    r"hour|record|records|.*_time|time_.*|valid_time)$",
    re.I,
)
_X = re.compile(
    r"^(?:x|lon|long|longitude|i|cols?|columns?|cells?|xc|rlon|xi.*|.*_x|nx|ni|west_east.*|easting)$",
    re.I,
)
_Y = re.compile(
    r"^(?:y|lat|latitude|j|rows?|yc|rlat|eta.*|.*_y|ny|nj|south_north.*|northing)$", re.I
)
_Z = re.compile(
    r"^(?:z|k|lev|layer|level|levels|height|depth|altitude|plev|pressure|isobaric.*|s_rho|s_w|"
    r"sigma|.*level|bottom_top.*|nz|nk)$",
    re.I,
)
_LABELS = re.compile(
    r"^(?:member.*|ens.*|realization|number|station.*|location.*|site.*|sensor.*|channel.*|nv|"
    r"nvertex|bnds|bounds?|nbnd|.*_i|.*bounds|tracer|boundary|id|city|point|points|node|nodes|"
    r"atom|particle|component|spatial|variable|band)$",
    re.I,
)
_IRREGULAR = 0.01
_FLAT = 2
_CIRCLE = 360.0
_PROJECTION_Z = {"hPa", "Pa", "mbar", "kPa", "1", ""}
_BOUNDARIES = ("periodic", "reflecting", "open")


@dataclass(frozen=True, slots=True)
class Axes:
    """The parts that the dimensions of one variable play.

    Attributes:
        space: Spatial dimensions, slowest first.
        extra: Dimensions of which one entry is taken.
        labels: Dimensions that number channels.
    """

    space: tuple[str, ...]
    extra: tuple[str, ...]
    labels: tuple[str, ...]


def time_dimension(data: Dataset, wanted: str, source: str) -> str:
    """Return the dimension along which time runs.

    Raises:
        InputError: None can be told, or the wanted one is not there.
    """
    dims = [str(dim) for dim in data.sizes]
    if wanted:
        if wanted in dims:
            return wanted
        owner = [str(d) for d in data[wanted].dims] if wanted in data.variables else []
        if len(owner) == 1:
            return owner[0]
        raise InputError(
            f"{source} has no time axis {wanted!r}.",
            hint=f"Its axes are {_sizes(data)}.",
            axis=wanted,
        )
    for test in (_is_dated, _is_marked, _is_named):
        found = [dim for dim in dims if test(data, dim)]
        if found:
            return max(found, key=lambda dim: _carried(data, dim))
    raise InputError(
        f"{source} has no time axis among {_sizes(data)}.",
        hint="Name one of them time, or give CF units such as hours since 2026-01-01.",
        file=source,
        axis=", ".join(dims),
    )


def _sizes(data: Dataset) -> str:
    return ", ".join(f"{dim} ({size})" for dim, size in data.sizes.items()) or "none"


def _carried(data: Dataset, dim: str) -> int:
    return sum(dim in variable.dims for variable in data.data_vars.values())


def _is_dated(data: Dataset, dim: str) -> bool:
    def dated(variable: Foreign) -> bool:
        units = str(variable.attrs.get("units", ""))
        return variable.dtype.kind == "M" or " since " in units or _holds_dates(variable)

    return any(v.dims == (dim,) and dated(v) for v in data.variables.values())


def _holds_dates(variable: Foreign) -> bool:
    if variable.dtype != object or not variable.size:
        return False
    first = variable.values.ravel()[0]
    return hasattr(first, "calendar") and hasattr(first, "year")


def _is_marked(data: Dataset, dim: str) -> bool:
    if dim not in data.variables:
        return False
    attributes = data[dim].attrs
    return attributes.get("axis") == "T" or attributes.get("standard_name") == "time"


def _is_named(data: Dataset, dim: str) -> bool:
    if _TIME_NAMES.match(dim):
        return True
    unit = str(data[dim].attrs.get("units", "")) if dim in data.variables else ""
    return bool(unit) and unit != "1" and scale_to(unit, "s") is not None


def split_axes(data: Dataset, name: str, time: str) -> Axes:
    """Tell the spatial dimensions of a variable from the others."""
    dims = [str(dim) for dim in data[name].dims if dim != time]
    labels = tuple(d for d in dims if _is_label(data, d))
    rest = [d for d in dims if d not in labels]
    flat = [d for d in rest if _role(data, d) in {"x", "y"}]
    deep = [d for d in rest if d not in flat]
    if not flat:
        return Axes(tuple(rest[-3:]), tuple(rest[:-3]), labels)
    if len(flat) > _FLAT:
        flat, deep = flat[-2:], deep + flat[:-2]
    regular = [d for d in deep if _is_height(data, d)]
    if len(flat) == _FLAT and len(regular) == len(deep) == 1:
        return Axes(tuple(d for d in rest), (), labels)
    return Axes(tuple(d for d in rest if d in flat), tuple(deep), labels)


def _is_label(data: Dataset, dim: str) -> bool:
    if dim in data.coords and data[dim].dtype.kind in "USO":
        return True
    return bool(_LABELS.match(dim))


def _role(data: Dataset, dim: str) -> str:
    attributes = data[dim].attrs if dim in data.variables else {}
    axis = str(attributes.get("axis", "")).lower()
    if axis in {"x", "y", "z"}:
        return axis
    units = str(attributes.get("units", ""))
    if units.startswith(("degrees_e", "degree_e")):
        return "x"
    if units.startswith(("degrees_n", "degree_n")):
        return "y"
    for role, pattern in (("x", _X), ("y", _Y), ("z", _Z)):
        if pattern.match(dim):
            return role
    return ""


def _is_height(data: Dataset, dim: str) -> bool:
    """A third axis of space: a regular coordinate of length, or a plain z of an unlabelled box."""
    if _role(data, dim) != "z" or data.sizes[dim] < 2:  # noqa: PLR2004
        return False
    if dim not in data.coords:
        return dim.lower() in {"z", "k", "nz"}
    unit = canonical_unit(str(data[dim].attrs.get("units", "")))
    if unit in _PROJECTION_Z and dim.lower() != "z":
        return False
    values = np.asarray(data[dim].values)
    if values.dtype.kind not in "fiu":
        return False
    gaps = np.abs(np.diff(values.astype(np.float64)))
    return bool(np.ptp(gaps) <= _IRREGULAR * np.median(gaps))


def grid_of(data: Dataset, name: str, space: tuple[str, ...], notes: Notes) -> Grid:
    """Return the grid under a variable: cells, spacing, units, boundaries.

    Raises:
        InputError: A coordinate holds NaN or turns back.
    """
    curved = _curvilinear(data, name, space)
    measured = [_spacing(data, dim, notes, curved=curved) for dim in space]
    if curved:
        notes.add(f"{name} lies on curved axes ({', '.join(curved)}); spacing is counted in cells.")
    degrees = [dim for dim, (_, unit, _) in zip(space, measured, strict=True) if unit == "degree"]
    if degrees:
        notes.add(f"Spacing along {' and '.join(degrees)} is kept in degrees.")
    return Grid(
        shape=tuple(int(data.sizes[dim]) for dim in space),
        spacing=tuple(step for step, _, _ in measured),
        axes=space,
        units=tuple(unit for _, unit, _ in measured),
        boundary=_boundaries(data, space, [closes for _, _, closes in measured], notes),
    )


def _curvilinear(data: Dataset, name: str, space: tuple[str, ...]) -> list[str]:
    if len(space) != _FLAT or any(dim in data.coords for dim in space):
        return []
    found: list[str] = []
    for other in data.variables:
        variable = data.variables[other]
        units = str(variable.attrs.get("units", ""))
        named = variable.attrs.get("standard_name") in {"latitude", "longitude"}
        if set(variable.dims) == set(space) and (
            named or units.startswith(("degree_", "degrees_"))
        ):
            found.append(str(other))
    return sorted(found)


def _spacing(
    data: Dataset, dim: str, notes: Notes, *, curved: list[str]
) -> tuple[float, str, bool]:
    """Return spacing, unit, and whether the axis closes on itself."""
    stated = float(data.attrs.get(f"d{dim}", 0.0) or 0.0)
    if dim not in data.coords or data[dim].dtype.kind not in "fiu" or data.sizes[dim] < 2:  # noqa: PLR2004
        return _without_coordinate(data, dim, stated, notes, curved=curved)
    values = np.asarray(data[dim].values, np.float64)
    unit = canonical_unit(str(data[dim].attrs.get("units", "")))
    gaps = np.diff(values)
    _refuse_axis(dim, values, gaps)
    step = float(abs(values[-1] - values[0]) / len(gaps))
    spread = np.abs(gaps)
    if np.ptp(spread) > _IRREGULAR * step:
        notes.add(
            f"Spacing along {dim} varies from {spread.min():.4g} to {spread.max():.4g} {unit}; "
            f"it is treated as even at {step:.4g}."
        )
    if not unit:
        notes.add(f"No unit is stated for the axis {dim}.")
    closes = unit == "degree" and abs(step * len(values) - _CIRCLE) < 0.5 * step
    return step, unit, bool(closes and _role(data, dim) == "x")


def _without_coordinate(
    data: Dataset, dim: str, stated: float, notes: Notes, *, curved: list[str]
) -> tuple[float, str, bool]:
    if stated > 0:
        return stated, canonical_unit(str(data.attrs.get("space_units", "m"))), False
    if "dx" in data.attrs and not curved:
        step = float(data.attrs["dx"])
        notes.add(f"No d{dim} is stated; {dim} was given the spacing of x, {step:g} m.")
        return step, "m", False
    if not curved:
        notes.add(f"No coordinate is stated for {dim}; spacing is counted in cells.")
    return 1.0, "1", False


def _refuse_axis(
    dim: str, values: Float[np.ndarray, "cell"], gaps: Float[np.ndarray, "gap"]
) -> None:
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise InputError(
            f"The axis {dim} has no number at index {int(bad[0])}.",
            hint="Fill the coordinate.",
            axis=dim,
            row=int(bad[0]),
        )
    sign = np.sign(gaps[0]) or 1.0
    turn = np.flatnonzero(gaps * sign <= 0)
    if turn.size:
        at = int(turn[0])
        raise InputError(
            f"The axis {dim} turns back at index {at + 1}: {values[at]:g} then {values[at + 1]:g}.",
            hint="Sort the axis, and give each coordinate once.",
            axis=dim,
            row=at + 1,
        )


def _boundaries(
    data: Dataset, space: tuple[str, ...], closes: list[bool], notes: Notes
) -> tuple[Boundary, ...]:
    stated: Any = data.attrs.get("boundary")
    if stated is None:
        return tuple("periodic" if ring else "open" for ring in closes)
    texts = [stated] if isinstance(stated, str) else [str(text) for text in stated]
    texts = [text.strip().lower() for text in texts]
    if len(texts) == 1:
        texts = texts * len(space)
    wrong = [text for text in texts if text not in _BOUNDARIES]
    if wrong or len(texts) != len(space):
        raise InputError(
            f"The boundary {stated!r} is not known for the axes {', '.join(space)}.",
            hint=f"State one of {', '.join(_BOUNDARIES)}, for all axes or one each.",
            attribute="boundary",
        )
    return cast("tuple[Boundary, ...]", tuple(texts))
