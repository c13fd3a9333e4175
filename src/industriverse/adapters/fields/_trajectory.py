"""From a labelled data set to a trajectory: variables, frames, clock, mask, units."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import cast

import numpy as np
from jaxtyping import Bool, Float

from industriverse.adapters.intake import (
    Notes,
    canonical_unit,
    known_unit,
    listing,
    suggestion,
    to_si,
)
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ports import ReadOptions, ReadResult

from ._cadence import Cadence, on_even_frames
from ._channels import channels_result
from ._frames import frame_times
from ._layout import Channels, Layout, lay_out, loaded
from ._mask import fill_and_mask
from ._types import Dataset

FEWEST_HELD = 4
"""Frames that fit into memory at least."""
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
    laid = lay_out(data, options, notes, source)
    if isinstance(laid, Channels):
        return channels_result(
            laid.data, laid.time, laid.names, laid.options, notes, source=source, sha256=sha256
        )
    newest, names = _newest(laid, budget, notes)
    time = laid.time
    laid = replace(laid, data=laid.data.isel({time: slice(laid.frames - newest, None)}))
    values = {name: loaded(laid, name) for name in names}
    times, fewest = frame_times(laid.data, time, notes), laid.options.fewest_frames
    clock, values = on_even_frames(times, values, notes, source, fewest)
    values, valid = fill_and_mask(values, laid.lead, laid.options.variables, notes, source)
    trajectory = trajectory_of(laid, values, valid, clock, units_of(laid, list(values), notes))
    shape = (trajectory.frames, *laid.grid.shape)
    return ReadResult(
        trajectory, reported(laid, trajectory, notes), shape, notes.sentences(), sha256
    )


def trajectory_of(
    laid: Layout,
    values: dict[str, Float[np.ndarray, "time *space"]],
    valid: Bool[np.ndarray, "*space"] | None,
    clock: Cadence,
    units: Mapping[str, str],
) -> Trajectory:
    """Return frames with all that the file states of them."""
    return Trajectory(
        variables=MappingProxyType(values),
        units=units,
        grid=laid.grid,
        start_s=clock.start_s,
        step_s=clock.step_s,
        valid=valid,
        closed=_closed(laid.data),
        domain=laid.options.domain or str(laid.data.attrs.get("domain", "")),
        parameters=_parameters(laid.data),
        absolute=clock.absolute,
        source=laid.source,
    )


def too_large(frame_bytes: int, budget: int) -> InputError:
    """Return the refusal of frames of which not even a few fit."""
    return InputError(
        f"One frame takes {frame_bytes >> 20} MiB; {FEWEST_HELD} frames do not fit "
        f"into the {budget >> 20} MiB that may be used.",
        hint="Cut out a region or coarsen the grid.",
    )


def _newest(laid: Layout, budget: int, notes: Notes) -> tuple[int, list[str]]:
    frames, names, lead, options = laid.frames, laid.names, laid.lead, laid.options
    cell_bytes = 8 * laid.grid.cells
    wanted = [lead, *(name for name in options.variables if name != lead)]
    enough = min(frames, _FEWEST_FULL)
    room = max(len(wanted), budget // max(1, cell_bytes * enough))
    if room < len(names):
        kept = [*wanted, *(n for n in names if n not in wanted)][:room]
        aside = [name for name in names if name not in kept]
        notes.add(f"Set aside, for memory: {listing(aside)}.")
        names = kept
    most = budget // max(1, cell_bytes * len(names))
    if most < min(FEWEST_HELD, frames):
        raise too_large(cell_bytes * len(names), budget)
    if options.max_frames is not None:
        most = min(most, max(FEWEST_HELD, options.max_frames))
    if most < frames:
        notes.add(
            f"Only the newest {most} of {frames} frames were read "
            f"({most * cell_bytes * len(names) >> 20} MiB)."
        )
    return min(most, frames), names


def units_of(laid: Layout, names: list[str], notes: Notes) -> MappingProxyType[str, str]:
    """Return each variable's unit, as stated by the user or the file.

    Raises:
        NotFoundError: The user states one of a variable that is not there.
    """
    data, given = laid.data, dict(laid.options.units)
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


def reported(laid: Layout, trajectory: Trajectory, notes: Notes) -> tuple[str, ...]:
    """Return the variables to report."""
    if laid.options.variables:
        return laid.options.variables
    others = [name for name in trajectory.names if name != laid.lead]
    if others:
        notes.add(f"{laid.lead} is reported; choose with --variable among {listing(others)}.")
    return (laid.lead,)
