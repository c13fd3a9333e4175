"""The governing equation of a field's frames, or the nearest to one, as a member of the family."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast.laws import Law, NoLaw, identify, walls_of
from industriverse.kernel.errors import ContractError
from industriverse.kernel.results import LawFinding

from ._field import FieldMember, FieldView, lasting
from ._panel import Prepared

LAW, NEAREST = "law", "nearest_equation"
MOST_CELLS = 128**2
"""Of a grid, up to which a law is sought unasked: it takes seconds there, on two cores."""

_MOST_TOGETHER, _MOST_JOINT = 2, 3
_MOST_VARIABLES = 4
_CONTEXTS = (4, 8, 16)
"""Frames to look at; a longer context where noise hides the law in a shorter."""
_FEWEST_FRAMES = 3
_STEADY = 1e-9
_UNEQUAL = 1e-9
_BUDGET = 4e7
"""Cells × variables × steps that trying a law on the past may take: some seconds."""
_FEWEST_ORIGINS = 8
_SMOOTHING = 150
"""Frames of a solution that finding the start among noisy frames costs."""
_LENGTHS = frozenset({"m", "km", "cm", "mm", "um", "nm", "pc", "au", "1", ""})

Frames = Float[np.ndarray, "time variable y x"]
Found = tuple[FieldMember | None, LawFinding]


@dataclass(frozen=True, slots=True)
class Sought:
    """What the search for laws came to.

    Attributes:
        members: A forecaster for each law.
        findings: What was found, and where nothing was, why.
    """

    members: tuple[FieldMember, ...]
    findings: tuple[LawFinding, ...]


def seek_laws(
    panel: Prepared, view: FieldView, rows: int, horizon: int, *, asked: bool | None = None
) -> Sought:
    """Seek the governing equations of a panel's variables in its first rows.

    Args:
        panel: The panel.
        view: How its rows are frames.
        rows: How many first rows may be seen; errors of the law are counted after them.
        horizon: Rows that it will have to forecast.
        asked: True also on large grids, False not at all, None where it takes seconds.
    """
    if asked is False:
        return Sought((), ())
    frames = view.frames(panel.values[:rows], len(panel.names))
    moving = _moving(frames)
    if not moving:
        return Sought((), ())
    reason = _unfit(frames, view, moving, large=asked is True)
    if reason:
        return Sought((), (_unsought(panel.names, moving, reason),))

    def found_in(group: tuple[int, ...]) -> Found:
        return _sought(panel, view, frames, group, horizon)

    sought = [found_in(group) for group in _groups(panel.names, moving)]
    if len(sought) > 1 and len(moving) <= _MOST_JOINT and not any(f.found for _, f in sought):
        # What moves several variables at once is not seen in some of them alone.
        sought = _better(sought, found_in(moving))
    members = [member for member, _ in sought if member]
    return Sought(_as_one(members), tuple(finding for _, finding in sought))


def _better(apart: list[Found], joint: Found) -> list[Found]:
    """Return what explains more: each group by itself, or all together."""
    member, finding = joint
    if member is None:
        return apart
    left = [alone.misfit if one else 1.0 for one, alone in apart]
    return [joint] if finding.found or finding.misfit < max(left) else apart


def _as_one(members: list[FieldMember]) -> tuple[FieldMember, ...]:
    """Return the laws of several groups of variables as one forecaster of all of them."""
    if not members:
        return ()

    def path(rows: Float[np.ndarray, "time state"], leads: int) -> Float[np.ndarray, "lead part"]:
        return np.concatenate([member.path(rows, leads) for member in members], axis=1)

    variables = tuple(place for member in members for place in member.variables)
    origins = max(_FEWEST_ORIGINS, min(member.origins for member in members) // len(members))
    name = LAW if all(member.name == LAW for member in members) else NEAREST
    return (FieldMember(name, variables, origins, path),)


def _moving(frames: Frames) -> tuple[int, ...]:
    """Return the variables that change with time."""
    # Gaps do not hide that a variable changes; they are told of afterwards.
    change = np.fmax.reduce(frames, axis=0) - np.fmin.reduce(frames, axis=0)
    change = np.fmax.reduce(change.reshape(len(change), -1), axis=1)
    size = np.fmax.reduce(np.abs(frames).swapaxes(0, 1).reshape(len(change), -1), axis=1)
    return tuple(int(i) for i in np.flatnonzero(change > _STEADY * size))


def _unfit(frames: Frames, view: FieldView, moving: tuple[int, ...], *, large: bool) -> str:
    """Return why no law can be sought in these frames; empty where one can."""
    grid = view.grid
    if len(grid.shape) != 2:  # noqa: PLR2004 (stated in the sentence)
        return f"Laws are sought on grids with two axes, not {len(grid.shape)}."
    rows, columns = grid.shape
    along_y, along_x = grid.spacing
    objections = (
        (
            rows != columns or rows % 2 == 1,
            f"Laws are sought on squares of an even number of cells a side, not {grid.shape}.",
        ),
        (
            abs(along_y - along_x) > _UNEQUAL * along_x or not set(grid.units) <= _LENGTHS,
            f"Laws are sought on square cells; these are {grid.spacing} in {grid.units}.",
        ),
        (
            walls_of(grid.boundary) is None,
            f"Laws are sought between periodic or reflecting ends, not {grid.boundary}.",
        ),
        (not np.isfinite(frames).all(), "Laws are sought in frames without gaps."),
        (
            len(frames) < _FEWEST_FRAMES,
            f"The part of the past before the scored forecasts holds {len(frames)} frames.",
        ),
        (
            len(moving) > _MOST_VARIABLES,
            f"{len(moving)} variables change; laws are sought of {_MOST_VARIABLES} at most.",
        ),
        (
            grid.cells > MOST_CELLS and not large,
            f"On {grid.cells} cells a law takes long to find; it is sought when asked for.",
        ),
    )
    return next((sentence for wrong, sentence in objections if wrong), "")


def _unsought(names: tuple[str, ...], moving: tuple[int, ...], reason: str) -> LawFinding:
    variables = tuple(names[i] for i in moving)
    return LawFinding(variables, False, "", "", (), float("nan"), 0, reason)


def _groups(names: tuple[str, ...], moving: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return which variables are looked at together: two, or of more the parts of vectors."""
    if len(moving) <= _MOST_TOGETHER:
        return [moving]
    partners = {place: _partner(names, moving, place) for place in moving}
    pairs = [(place, other) for place, other in partners.items() if other is not None]
    paired = {place for pair in pairs for place in pair}
    return [*pairs, *((place,) for place in moving if place not in paired)]


def _partner(names: tuple[str, ...], moving: tuple[int, ...], place: int) -> int | None:
    """Return the y component that belongs to an x component, where it moves too."""
    if not names[place].endswith("_x"):
        return None
    wanted = names[place].removesuffix("_x") + "_y"
    return next((other for other in moving if names[other] == wanted), None)


def _sought(
    panel: Prepared, view: FieldView, frames: Frames, group: tuple[int, ...], horizon: int
) -> Found:
    names = tuple(panel.names[i] for i in group)
    finding: LawFinding = _unsought(panel.names, group, "The frames are too few.")
    nearest: FieldMember | None = None
    seen = panel.values[: len(frames)]
    for context in _lengths(len(frames)):
        try:
            law = _identified(panel, view, frames[-context:], group)
        except ContractError as error:
            return None, _unsought(panel.names, group, error.message)
        if isinstance(law, Law):
            member = _member(law, view, group, len(panel.names), horizon, found=True)
            reason = lasting(member, seen, horizon)
            if reason:
                return None, _unsought(panel.names, group, reason)
            return member, _finding(names, law, context, "")
        nearest = None
        finding = LawFinding(names, False, "", "", (), law.misfit, context, law.reason)
        if law.nearest is not None:
            member = _member(law.nearest, view, group, len(panel.names), horizon, found=False)
            if not lasting(member, seen, horizon):
                nearest, finding = member, _finding(names, law.nearest, context, law.reason)
        if not any(law.noise.values()):
            break
    return nearest, finding


def _lengths(frames: int) -> Iterator[int]:
    for count in _CONTEXTS:
        yield min(count, frames)
        if count >= frames:
            return


def _identified(
    panel: Prepared, view: FieldView, frames: Frames, group: tuple[int, ...]
) -> Law | NoLaw:
    """Look at some variables; those that stay as they are may force or carry them."""
    steady = [i for i in range(len(panel.names)) if np.ptp(frames[:, i], axis=0).max() == 0]
    given = {
        panel.names[i]: frames[0, i] for i in steady if i not in group and np.ptp(frames[0, i]) > 0
    }
    return identify(
        frames[:, list(group)],
        (view.grid.spacing[0], view.grid.spacing[1]),
        view.step_s,
        names=tuple(panel.names[i] for i in group),
        given=given,
        boundary=walls_of(view.grid.boundary) or "periodic",
    )


def _member(
    law: Law,
    view: FieldView,
    group: tuple[int, ...],
    variables: int,
    horizon: int,
    *,
    found: bool,
) -> FieldMember:
    seen = 1 if law.exact else _CONTEXTS[0]

    def path(rows: Float[np.ndarray, "time state"], leads: int) -> Float[np.ndarray, "lead part"]:
        frames = view.frames(rows[-seen:], variables)[:, list(group)]
        return law.predict(leads, after=frames).reshape(leads, -1)

    frames = horizon + (0 if law.exact else _SMOOTHING)
    cost = view.grid.cells * len(group) * law.steps * frames
    origins = int(np.clip(_BUDGET // cost, _FEWEST_ORIGINS, 200))
    return FieldMember(LAW if found else NEAREST, group, origins, path)


def _finding(names: tuple[str, ...], law: Law, frames: int, reason: str) -> LawFinding:
    return LawFinding(
        names, not reason, law.words, law.latex, law.terms, law.misfit, frames, reason
    )
