"""Trajectories to train on, watch, calibrate with and test on: parts that never share a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal, cast, get_args

import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast.network import Recording, Scene, Symmetry
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.errors import ContractError, NotFoundError
from industriverse.kernel.forecast_recipe import ForecastRecipe, drawn_params
from industriverse.kernel.ids import sha256_array, sha256_file
from industriverse.kernel.plugins import GOLDEN, Catalog, Manifest, load
from industriverse.kernel.ports import ArrayCache
from industriverse.kernel.solvers import (
    CELLS,
    FRAME,
    FRAMES,
    LENGTH,
    SEED,
    SolverCard,
    full_params,
    is_field_solver,
    solver_card,
)

Part = Literal["train", "validation", "calibration", "test"]
Progress = Callable[[str, float], None]
Values = Float[np.ndarray, "time channel y x"]
PARTS: tuple[Part, ...] = get_args(Part)
CELLS_A_SIDE = 64
_MOST_RUNS = 1_000_000
_KEPT = "values"


@dataclass(frozen=True, slots=True)
class ForecastSet:
    """A domain whose runs are forecast.

    Attributes:
        domain: Id.
        solver: Manifest of the solver that makes the runs.
        card: What the solver says about its physics.
        recipe: Its `[solver.forecast]`.
    """

    domain: str
    solver: Manifest
    card: SolverCard
    recipe: ForecastRecipe

    def params(self, part: Part, index: int, cells: int) -> dict[str, float]:
        """Return all parameters of one run.

        Args:
            part: Runs of different parts have different seeds, and so different draws.
            index: Of the run within its part, from 0.
            cells: Cells a side.

        Raises:
            ContractError: The index is beyond what a part may hold, or the solver cannot run so.
        """
        if not 0 <= index < _MOST_RUNS:
            raise ContractError(f"Run {index} is not within the first {_MOST_RUNS} of a part.")
        seed = PARTS.index(part) * _MOST_RUNS + index
        given = {
            **drawn_params(self.recipe, seed),
            SEED: float(seed),
            CELLS: float(cells),
            FRAME: self.recipe.frame_s,
            FRAMES: float(self.recipe.skip + self.recipe.frames),
        }
        return full_params(self.solver, given)


def forecast_sets(catalog: Catalog) -> dict[str, ForecastSet]:
    """Return every domain with a solver that declares `[solver.forecast]`, in order of name.

    Raises:
        ContractError: Two solvers declare forecasts of one domain.
    """
    found: dict[str, ForecastSet] = {}
    for manifest in catalog.of_kind("solver"):
        card = solver_card(manifest) if is_field_solver(manifest) else None
        if card is None or card.forecast is None:
            continue
        if card.domain in found:
            raise ContractError(
                f"{found[card.domain].solver.id!r} and {manifest.id!r} both declare forecasts "
                f"of {card.domain!r}.",
                hint="Keep one [solver.forecast] a domain.",
            )
        found[card.domain] = ForecastSet(card.domain, manifest, card, card.forecast)
    return dict(sorted(found.items()))


def forecast_set(catalog: Catalog, domain: str) -> ForecastSet:
    """Return the set of one domain.

    Raises:
        NotFoundError: No solver declares forecasts of it.
    """
    sets = forecast_sets(catalog)
    if domain not in sets:
        raise NotFoundError(
            f"There is nothing to train a forecast of {domain!r} on.",
            hint=f"Choose of: {', '.join(sets)}.",
        )
    return sets[domain]


def recording(
    chosen: ForecastSet,
    part: Part,
    count: int,
    cache: ArrayCache,
    *,
    cells: int = CELLS_A_SIDE,
    progress: Progress = lambda text, share: None,
) -> Recording:
    """Return the first runs of a part, solved where they are not kept yet.

    Args:
        chosen: The domain.
        part: Which part.
        count: Runs, at least 1.
        cache: Where runs are kept.
        cells: Cells a side.
        progress: Called before each run with a sentence and the share done.

    Returns:
        `(trajectory, time, channel, y, x)` in single precision, each channel divided by the
        recipe's scale, with the scene.

    Raises:
        ContractError: There is no run to return, or a solver's frames are not finite.
        UnavailableError: The cache cannot be written.
    """
    if count < 1:
        raise ContractError(f"A recording of {count} runs is none.", hint="Ask for one or more.")
    runs: list[Values] = []
    for index in range(count):
        progress(f"{chosen.domain}: {part} run {index + 1} of {count}", index / count)
        runs.append(_run(chosen, chosen.params(part, index, cells), cache))
    return Recording(np.stack(runs), scene_of(chosen, cells), _symmetry(chosen.recipe))


def solved(chosen: ForecastSet, params: Mapping[str, float]) -> Values:
    """Return the frames of one run, `(time, channel, y, x)`, which are not kept.

    Raises:
        ContractError: The solver's frames are not finite.
    """
    run = cast("Callable[..., Mapping[str, Any]]", load(chosen.solver))
    return _frames(chosen, run({}, params))


def _run(chosen: ForecastSet, params: Mapping[str, float], cache: ArrayCache) -> Values:
    name = run_name(chosen, params)
    kept = cache.get(name)
    if kept is not None and _KEPT in kept:
        return kept[_KEPT]
    values = solved(chosen, params)
    cache.put(name, {_KEPT: values})
    return values


def run_name(chosen: ForecastSet, params: Mapping[str, float]) -> str:
    """Return the name under which a run is kept: whatever decides its frames is in it."""
    recipe = chosen.recipe
    facts: dict[str, Any] = {
        "release": version("industriverse"),
        "solver": chosen.solver.id,
        # A solver that computes otherwise has another golden run.
        "golden": sha256_file(chosen.solver.folder / GOLDEN),
        "params": dict(params),
        "skip": recipe.skip,
        "fields": list(recipe.fields),
        "scale": dict(recipe.scale),
    }
    return canonical_bytes(facts).decode()


def _frames(chosen: ForecastSet, outputs: Mapping[str, Any]) -> Values:
    recipe = chosen.recipe
    fields = [
        np.asarray(outputs[name], np.float64)[recipe.skip :] / recipe.scale.get(name, 1.0)
        for name in recipe.fields
    ]
    values = np.stack(fields, axis=1).astype(np.float32)
    if not np.isfinite(values).all():
        raise ContractError(f"{chosen.solver.title} gave frames that are not finite.")
    return values


def scene_of(chosen: ForecastSet, cells: int = CELLS_A_SIDE) -> Scene:
    """Return where the runs of a domain are from."""
    params = chosen.params("train", 0, cells)
    boundary = chosen.card.boundary
    spacing = params[LENGTH] / params[CELLS]
    return Scene(
        chosen.domain,
        chosen.recipe.frame_s,
        (spacing, spacing),
        (boundary[0], boundary[1]),
        chosen.recipe.closed,
    )


def _symmetry(recipe: ForecastRecipe) -> Symmetry:
    return Symmetry(**{name: name in recipe.symmetry for name in ("mirror_y", "mirror_x", "turn")})


def data_hash(values: Float[np.ndarray, "..."]) -> str:
    """Return the SHA-256 of a recording's numbers."""
    return sha256_array(values)
