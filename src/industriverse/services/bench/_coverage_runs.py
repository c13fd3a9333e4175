"""A run's errors against its forecast: what calibrates intervals, and what judges them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from industriverse.engines.forecast.network import FluxNet, Scene, rollout
from industriverse.engines.uncertainty import interval_score
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.ids import sha256_array
from industriverse.kernel.plugins import full_params
from industriverse.services.training import (
    LEADS,
    ForecastSet,
    Part,
    Tools,
    run_name,
    scene_of,
    solved,
)

DRAWN = 64
"""Cells of a run that calibrate: a run's cells tell much the same."""
_FLOOR = 1e-6
_BEYOND = (0.1, 0.5)
"""Past its bounds, in widths of the range, a shifted parameter is drawn."""

Radii = Float[np.ndarray, "lead channel"]


class Errors(NamedTuple):
    """Errors of one run over the sizes that forecasts state, at drawn cells.

    Attributes:
        ours: `(lead, channel, drawn)`. Over the network's own deviation.
        held: `(lead, channel, drawn)`. Persistence's, over the channel's spread.
    """

    ours: Float[np.ndarray, "lead channel drawn"]
    held: Float[np.ndarray, "lead channel drawn"]


class Judged(NamedTuple):
    """How intervals fared on one run.

    Attributes:
        inside: `(lead, channel)`. Share of cells within ours.
        score: `(lead, channel)`. Interval score of ours, in spreads.
        held: `(lead, channel)`. The same of conformal persistence.
        hit: `(lead,)`. Whether one drawn value of each lead lay within ours.
    """

    inside: Radii
    score: Radii
    held: Radii
    hit: Bool[np.ndarray, "lead"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A domain's network, asked for intervals.

    Attributes:
        chosen: The domain's set.
        model: The network.
        weights: Hash of its weights.
        cells: Cells a side.
        tools: The outside world.
    """

    chosen: ForecastSet
    model: FluxNet
    weights: str
    cells: int
    tools: Tools

    def errors(self, part: Part, index: int) -> Errors:
        """Return the errors on a run, those kept from before where there are any."""
        return self._errors(self.chosen.params(part, index, self.cells), index)

    def shifted(self, index: int) -> Errors | None:
        """Return the errors on a run with parameters beyond their range; None where none varies."""
        params = shifted_params(self.chosen, index, self.cells)
        return None if params is None else self._errors(params, index)

    def judged(self, index: int, radii: tuple[Radii, Radii], coverage: float) -> Judged:
        """Return how intervals fare on a test run."""
        params = self.chosen.params("test", index, self.cells)

        def make() -> Judged:
            return self._ahead(params).judged(radii, coverage, np.random.default_rng(index))

        facts = {"coverage": coverage, "radii": sha256_array(np.stack(radii))}
        return Judged(**self._kept(params, facts, make))

    def _errors(self, params: Mapping[str, float], index: int) -> Errors:
        def make() -> Errors:
            return self._ahead(params).errors(np.random.default_rng(index))

        return Errors(**self._kept(params, {"drawn": DRAWN, "index": index}, make))

    def _kept(
        self,
        params: Mapping[str, float],
        facts: Mapping[str, Any],
        make: Callable[[], Errors | Judged],
    ) -> dict[str, np.ndarray]:
        """Return what a run came to, made where it is not kept; whatever decides it is its name."""
        run = run_name(self.chosen, params)
        whole = {"run": run, "weights": self.weights, "leads": LEADS, **facts}
        name = canonical_bytes(whole).decode()
        kept = self.tools.cache.get(name)
        if kept is None:
            kept = make()._asdict()
            self.tools.cache.put(name, kept)
        return kept

    def _ahead(self, params: Mapping[str, float]) -> "Ahead":
        plan = self.model.plan
        values = solved(self.chosen, params)
        scene: Scene = scene_of(self.chosen, self.cells)
        path = rollout(self.model, jnp.asarray(values[: plan.frames]), scene, LEADS)
        told = np.array(plan.forecast_channels)
        spread = plan.column("spread")[told].astype(np.float64)
        return Ahead(
            np.asarray(path.mean, np.float64)[:, told] / spread,
            np.sqrt(np.asarray(path.variance, np.float64)[:, told]) / spread,
            values[plan.frames - 1, told].astype(np.float64) / spread,
            values[plan.frames : plan.frames + LEADS, told].astype(np.float64) / spread,
        )


class Ahead(NamedTuple):
    """A forecast and what came, all in units of each channel's spread.

    Attributes:
        mean, deviation: `(lead, channel, y, x)`.
        last: `(channel, y, x)`. What persistence forecasts.
        truth: `(lead, channel, y, x)`.
    """

    mean: Float[np.ndarray, "lead channel y x"]
    deviation: Float[np.ndarray, "lead channel y x"]
    last: Float[np.ndarray, "channel y x"]
    truth: Float[np.ndarray, "lead channel y x"]

    def errors(self, random: np.random.Generator) -> Errors:
        """Return the errors at cells drawn anew for each lead and channel."""
        ours = np.abs(self.truth - self.mean) / np.maximum(self.deviation, _FLOOR)
        held = np.abs(self.truth - self.last)
        flat = (*ours.shape[:2], -1)
        cells = random.integers(ours[0, 0].size, size=(*ours.shape[:2], DRAWN))
        return Errors(
            *(np.take_along_axis(one.reshape(flat), cells, axis=2) for one in (ours, held))
        )

    def judged(
        self, radii: tuple[Radii, Radii], coverage: float, random: np.random.Generator
    ) -> Judged:
        """Return how intervals of these radii, ours and persistence's, fare."""
        ours, held = (one[:, :, None, None] for one in radii)
        half = ours * np.maximum(self.deviation, _FLOOR)
        inside = np.abs(self.truth - self.mean) <= half
        leads, channels, rows, columns = inside.shape
        drawn = [random.integers(size, size=leads) for size in (channels, rows, columns)]
        return Judged(
            inside.mean(axis=(2, 3)),
            interval_score(self.truth, self.mean - half, self.mean + half, coverage).mean((2, 3)),
            interval_score(self.truth, self.last - held, self.last + held, coverage).mean((2, 3)),
            inside[np.arange(leads), *drawn],
        )


def shifted_params(chosen: ForecastSet, index: int, cells: int) -> dict[str, float] | None:
    """Return a test run's parameters, those that vary drawn beyond their range.

    Each is drawn above its range, or below where the solver allows no more; None where the domain
    varies none, or none can go beyond.
    """
    random = np.random.default_rng(index)
    limits, moved = chosen.solver.params, dict[str, float]()
    for name, (low, high) in chosen.recipe.varied.items():
        near, far = (share * (high - low) for share in _BEYOND)
        most, least = limits[name].maximum, limits[name].minimum
        if most is None or high + far <= most:
            moved[name] = float(random.uniform(high + near, high + far))
        elif least is None or low - far >= least:
            moved[name] = float(random.uniform(low - far, low - near))
    if not moved:
        return None
    return full_params(chosen.solver, {**chosen.params("test", index, cells), **moved})
