"""What a solver declares, and how its frames become a trajectory.

A solver is a plugin: `catalog/solvers/<id>/manifest.toml` with a `[solver]` section, and a small
module with `run(inputs, params)`. Its outputs with space among their dims are fields; those over
time alone are what it keeps or what its entropy law speaks of, one number a frame. A solver of few
variables has outputs over time alone: it makes readings, not maps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast, get_args

import numpy as np
from jaxtyping import Float

from .domains import EntropyLaw
from .errors import ContractError
from .fields import Boundary, Grid, Trajectory
from .forecast_recipe import ForecastRecipe, checked_recipe
from .plugins import Manifest, full_params

LENGTH, CELLS, FRAMES, FRAME, SEED = "length", "cells", "frames", "frame_s", "seed"
"""Parameters that every solver takes, the first two of them only one of fields: side, cells a side,
frames, time between, seed."""

EXACT = 1e-10
"""A bound at most this wide is a claim that the scheme keeps the quantity to rounding."""

Ranges = tuple[tuple[float, float], ...]
_AXES = ("z", "y", "x")

__all__ = [
    "EXACT",
    "AtlasRecipe",
    "SolverCard",
    "as_trajectory",
    "drift",
    "entropy_violation",
    "field_names",
    "full_params",
    "is_field_solver",
    "is_solver",
    "solver_card",
]


@dataclass(frozen=True, slots=True)
class AtlasRecipe:
    """Which runs of a solver fill the atlas.

    Attributes:
        sequences: Parameters of each run, where they are not the defaults; each gets a seed of
            its own.
        skip: Frames at the start of each run that are left out.
    """

    sequences: tuple[Mapping[str, float], ...] = (MappingProxyType({}),) * 5
    skip: int = 0


@dataclass(frozen=True, slots=True)
class SolverCard:
    """What a solver says about its physics.

    Attributes:
        domain: The atlas' domain that its maps belong to.
        equation: In Unicode, one line an equation.
        boundary: What each axis does at its ends, slowest axis first; nothing without fields.
        conserves: Series that it keeps: name to the largest lawful relative drift over a run.
        order: Power of the time step with which each of these drifts shrinks on a grid that is
            held; needed where the bound is wider than `EXACT`. 0 where the step does not shrink
            it, since cells too wide for what happens in them break the balance: the solver's page
            then says where.
        entropy: The law that the series `entropy_series` obeys.
        entropy_series: Name of that series; "" where the law is `none`.
        entropy_tolerance: Largest lawful violation a frame, relative to the series' size.
        control: Parameter that sets the regime; "" where none does.
        regimes: Label to the control's ranges `[low, high)`, in which it is the truth.
        given: Other parameters, with the values at which alone the regimes are known.
        picture: The field that stands for it in pictures, or a series where there are no fields.
        reference: Where the equation and its published answer are written down.
        atlas: Which of its runs fill the atlas.
        forecast: Which of its runs are forecast, and how; None where none are.
    """

    domain: str
    equation: str
    boundary: tuple[Boundary, ...]
    reference: str
    picture: str
    conserves: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    order: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    entropy: EntropyLaw = "none"
    entropy_series: str = ""
    entropy_tolerance: float = 0.0
    control: str = ""
    regimes: Mapping[str, Ranges] = field(default_factory=lambda: MappingProxyType({}))
    given: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    atlas: AtlasRecipe = field(default_factory=AtlasRecipe)
    forecast: ForecastRecipe | None = None

    def regime(self, params: Mapping[str, float]) -> str:
        """Return the true regime under these parameters, "" where it is not known."""
        value = params.get(self.control, np.nan)
        if any(params.get(name) != given for name, given in self.given.items()):
            return ""
        return next((label for label, held in self.regimes.items() if _within(value, held)), "")


def _within(value: float, ranges: Ranges) -> bool:
    return any(low <= value < high for low, high in ranges)


def is_field_solver(manifest: Manifest) -> bool:
    """Say whether a plugin is a solver of fields, with a `[solver]` section."""
    return is_solver(manifest) and bool(field_names(manifest))


def is_solver(manifest: Manifest) -> bool:
    """Say whether a plugin is a solver of fields or of few variables, with a `[solver]` section."""
    return manifest.kind == "solver" and bool(manifest.solver)


def solver_card(manifest: Manifest) -> SolverCard:
    """Return what a solver's manifest declares.

    Raises:
        ContractError: `[solver]` lacks or adds a member, or names a slot that is not there.
    """
    members: dict[str, Any] = dict(manifest.solver)
    members["boundary"] = tuple(members.get("boundary", ()))
    members["regimes"] = {k: _ranges(v) for k, v in members.get("regimes", {}).items()}
    outputs = field_names(manifest)
    members["forecast"] = checked_recipe(members.get("forecast", {}), manifest, outputs)
    recipe: dict[str, Any] = dict(members.get("atlas", {}))
    if "sequences" in recipe:
        recipe["sequences"] = tuple(MappingProxyType(run) for run in recipe["sequences"])
    try:
        members["atlas"] = AtlasRecipe(**recipe)
        card = SolverCard(**members)
    except TypeError as error:
        raise ContractError(f"[solver] of {manifest.id!r}: {error}") from error
    if problem := _problem(card, manifest):
        raise ContractError(f"[solver] of {manifest.id!r}: {problem}")
    return card


def _ranges(written: list[float] | list[list[float]]) -> Ranges:
    """Return the ranges of a regime, written as one pair or as a list of pairs.

    Raises:
        ContractError: They are no pairs of a lower and a higher number.
    """
    try:
        pairs = np.asarray(written, np.float64).reshape(-1, 2)
    except (TypeError, ValueError):
        pairs = np.zeros((1, 2))
    if not (pairs[:, 0] < pairs[:, 1]).all():
        raise ContractError(
            f"[solver.regimes] holds {written}.", hint="Give each range as [low, high]."
        )
    return tuple((float(low), float(high)) for low, high in pairs)


def _problem(card: SolverCard, manifest: Manifest) -> str:
    """Return what is wrong with a card, or nothing."""
    over_time = [name for name, slot in manifest.outputs.items() if slot.dims == ("time",)]
    needed = [*card.conserves, *([card.entropy_series] if card.entropy != "none" else [])]
    if missing := [name for name in needed if name not in over_time]:
        return f"{missing} are no outputs over time alone."
    fields = field_names(manifest)
    if card.picture not in (fields or over_time):
        return f"picture {card.picture!r} is no output over {'space' if fields else 'time'}."
    if wrong := [b for b in card.boundary if b not in get_args(Boundary)]:
        return f"boundary {wrong} is none of {get_args(Boundary)}."
    if card.entropy not in get_args(EntropyLaw):
        return f"entropy {card.entropy!r} is none of {get_args(EntropyLaw)}."
    wanted = {FRAMES, FRAME, SEED, *([LENGTH, CELLS] if fields else []), *card.given}
    wanted |= {card.control} if card.control else set()
    if missing := sorted(wanted - set(manifest.params)):
        return f"the parameters {missing} are missing."
    return _order_problem(card) or _recipe_problem(card.atlas, manifest)


def _order_problem(card: SolverCard) -> str:
    loose = {name for name, bound in card.conserves.items() if bound > EXACT}
    if unlike := sorted(loose ^ set(card.order)):
        return f"a drift wider than {EXACT} has an order, and no other: {unlike}."
    if wrong := sorted(name for name, order in card.order.items() if not order >= 0):
        return f"the drifts {wrong} grow with smaller steps."
    return ""


def _recipe_problem(recipe: AtlasRecipe, manifest: Manifest) -> str:
    unknown = sorted({name for run in recipe.sequences for name in run} - set(manifest.params))
    if unknown:
        return f"the atlas' runs set {unknown}, which are no parameters."
    if not recipe.sequences or recipe.skip < 0:
        return "the atlas needs a run, and cannot leave out fewer than no frames."
    return ""


def field_names(manifest: Manifest) -> tuple[str, ...]:
    """Return the outputs that lie on the grid."""
    return tuple(name for name, slot in manifest.outputs.items() if len(slot.dims) > 1)


def as_trajectory(
    manifest: Manifest, params: Mapping[str, float], outputs: Mapping[str, object]
) -> Trajectory:
    """Return a run's fields as a trajectory on the solver's own grid.

    Args:
        manifest: Of the solver.
        params: All its parameters, as `full_params` gives them.
        outputs: What `run` returned.

    Raises:
        ContractError: A declared field is missing or not of the declared shape.
    """
    card = solver_card(manifest)
    names = field_names(manifest)
    fields: dict[str, Float[np.ndarray, "time *space"]] = {}
    for name in names:
        if name not in outputs:
            raise ContractError(f"{manifest.title} gave no {name!r}.")
        fields[name] = np.asarray(outputs[name], np.float64)
    shape = fields[names[0]].shape[1:]
    axes = _AXES[-len(shape) :]
    grid = Grid(
        shape=shape,
        spacing=(params[LENGTH] / params[CELLS],) * len(shape),
        axes=axes,
        units=(manifest.params[LENGTH].unit,) * len(shape),
        boundary=card.boundary,
    )
    stated = {k: v for k, v in params.items() if k not in {CELLS, FRAMES, FRAME, SEED, LENGTH}}
    return Trajectory(
        variables=MappingProxyType(fields),
        units={name: manifest.outputs[name].unit for name in names},
        grid=grid,
        start_s=0.0,
        step_s=params[FRAME],
        closed="open" not in card.boundary,
        domain=card.domain,
        parameters=MappingProxyType(stated),
        source=f"{manifest.title}, solved",
    )


def drift(series: Float[np.ndarray, "time"], unit: str = "1") -> float:
    """Return the largest departure of a kept series from its start, relative to its size.

    The size is the largest magnitude. A series without a unit that is zero but for rounding (net
    momentum over its thermal size) has size 1, its natural scale; one with a unit has none such:
    were it zero, its rounding alone would be a drift of 1.

    Args:
        series: A number a frame.
        unit: Of the series; "1" for a share of some natural scale.
    """
    size = float(np.abs(series).max())
    share = unit == "1" and size <= np.sqrt(np.finfo(np.float64).eps)
    # A series of nothing but zeros has not moved.
    scale = 1.0 if share or size == 0 else size
    return float(np.abs(series - series[0]).max()) / scale


def entropy_violation(card: SolverCard, series: Mapping[str, object]) -> float:
    """Return the largest step against the entropy law, relative to the series' size.

    `increasing` must not fall, `free_energy` must not rise, `casimir` must not change; the series
    of `clausius` is ΔS − ΣQ/T since the start, which must not fall. `none` answers zero.
    """
    if card.entropy == "none":
        return 0.0
    values = np.asarray(cast("Any", series[card.entropy_series]), np.float64)
    steps = np.diff(values)
    against = {
        "increasing": -steps,
        "clausius": -steps,
        "free_energy": steps,
        "casimir": np.abs(steps),
    }[card.entropy]
    scale = max(float(np.abs(values).max()), np.finfo(np.float64).tiny)
    return max(float(against.max(initial=0.0)), 0.0) / scale
