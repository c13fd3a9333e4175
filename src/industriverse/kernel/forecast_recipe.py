"""What a solver declares about forecasting its frames: `[solver.forecast]` of its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from .errors import ContractError
from .plugins import Manifest

SYMMETRIES = ("mirror_y", "mirror_x", "turn")
FEWEST_FRAMES = 34
"""Four that are seen and thirty that are forecast."""

Names = tuple[str, ...]
Pairs = tuple[tuple[str, str], ...]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ForecastRecipe:
    """Which runs of a solver are forecast, and what is known of their law.

    Attributes:
        channels: Outputs whose present values fix the future; nothing that follows from them.
        frame_s: Time between frames [s].
        frames: Frames a trajectory, those left out not counted.
        skip: Frames left out at the start of each run.
        known: Outputs that stay as they are, such as a medium; seen, never forecast.
        conserved: Channels whose sum over cells changes by exchange alone.
        positive: Channels that are never below zero.
        pseudo: Channels that change their sign in a mirror.
        vectors: Pairs of channels, the components along x and y of one vector.
        divergence_free: Those of the vectors that have no divergence.
        symmetry: Changes of the picture that leave the law as it is, of `SYMMETRIES`.
        closed: Whether nothing is exchanged but what is declared.
        scale: Size of a channel in its own unit, by which it is divided; 1 where none is given.
        fixed: Parameters of all runs, where they are not the defaults.
        cases: One is drawn for each run: more parameters.
        varied: Parameters drawn evenly between a lower and a higher bound for each run.
    """

    channels: Names
    frame_s: float
    frames: int = 40
    skip: int = 0
    known: Names = ()
    conserved: Names = ()
    positive: Names = ()
    pseudo: Names = ()
    vectors: Pairs = ()
    divergence_free: Pairs = ()
    symmetry: Names = ()
    closed: bool = True
    scale: Mapping[str, float] = field(default_factory=_nothing)
    fixed: Mapping[str, float] = field(default_factory=_nothing)
    cases: tuple[Mapping[str, float], ...] = (MappingProxyType({}),)
    varied: Mapping[str, tuple[float, float]] = field(default_factory=_nothing)

    @property
    def fields(self) -> Names:
        """Every output that a network sees: the channels, then what is known."""
        return self.channels + self.known


def read_recipe(table: Mapping[str, Any]) -> ForecastRecipe:
    """Return the recipe that `[solver.forecast]` declares.

    Raises:
        TypeError: A member is missing or unknown.
    """
    members = {name: _frozen(value) for name, value in table.items()}
    return ForecastRecipe(**members)


def _frozen(value: Any) -> Any:  # noqa: ANN401 (any value of TOML)
    """Return lists as tuples and tables as read-only mappings, at every depth."""
    if isinstance(value, list):
        return tuple(_frozen(part) for part in value)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(part) for name, part in value.items()})
    return value


def recipe_problem(recipe: ForecastRecipe, manifest: Manifest, outputs: Names) -> str:
    """Return what is wrong with a recipe, or nothing.

    Args:
        recipe: Of the solver.
        manifest: Of the solver.
        outputs: Its outputs that lie on the grid.
    """
    parts = [name for pair in recipe.vectors for name in pair]
    stated = {*recipe.conserved, *recipe.positive, *recipe.pseudo, *recipe.scale, *parts}
    told, vectors = set(recipe.channels), set(recipe.vectors)
    if not told or len(set(recipe.fields)) != len(recipe.fields):
        return f"a forecast needs channels, each named once, not {recipe.fields}."
    strays = (
        (set(recipe.fields) - set(outputs), "no outputs over space"),
        (stated - told, "no channels of the forecast"),
        (set(recipe.divergence_free) - vectors, "no vectors of the forecast"),
        (set(recipe.symmetry) - set(SYMMETRIES), f"none of {SYMMETRIES}"),
    )
    for stray, what in strays:
        if stray:
            return f"the forecast's {sorted(stray)} are {what}."
    if recipe.frames < FEWEST_FRAMES or recipe.skip < 0:
        return f"a forecast needs {FEWEST_FRAMES} frames, and cannot leave out fewer than none."
    return _parameter_problem(recipe, manifest)


def _parameter_problem(recipe: ForecastRecipe, manifest: Manifest) -> str:
    named = {*recipe.fixed, *recipe.varied, *(name for case in recipe.cases for name in case)}
    if unknown := sorted(named - set(manifest.params)):
        return f"the forecast's runs set {unknown}, which are no parameters."
    sizes = [recipe.frame_s, *recipe.scale.values()]
    if not recipe.cases or not (np.isfinite(sizes).all() and min(sizes) > 0):
        return "a forecast needs a case, and an interval and scales above 0."
    if wrong := sorted(name for name, held in recipe.varied.items() if not _is_range(held)):
        return f"the ranges of {wrong} are not written [low, high]."
    return ""


def _is_range(bounds: tuple[float, ...]) -> bool:
    return len(bounds) == 2 and bounds[0] < bounds[1]  # noqa: PLR2004 (a pair)


def drawn_params(recipe: ForecastRecipe, seed: int) -> dict[str, float]:
    """Return the parameters of one run, drawn by its seed.

    Args:
        recipe: Of the solver.
        seed: At least 0; another one draws other parameters.
    """
    random = np.random.default_rng(seed)
    case = recipe.cases[int(random.integers(len(recipe.cases)))]
    drawn = {name: float(random.uniform(low, high)) for name, (low, high) in recipe.varied.items()}
    return {**recipe.fixed, **case, **drawn}


def checked_recipe(
    table: Mapping[str, Any], manifest: Manifest, outputs: Names
) -> ForecastRecipe | None:
    """Return a solver's recipe, None where it declares none.

    Raises:
        ContractError: It lacks or adds a member, or names what is not there.
    """
    if not table:
        return None
    try:
        recipe = read_recipe(table)
    except TypeError as error:
        raise ContractError(f"[solver.forecast] of {manifest.id!r}: {error}") from error
    if problem := recipe_problem(recipe, manifest, outputs):
        raise ContractError(f"[solver.forecast] of {manifest.id!r}: {problem}")
    return recipe
