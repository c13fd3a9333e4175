"""A network of what the nearest equation leaves: it corrects each of the equation's steps."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast.laws import Law
from industriverse.engines.forecast.network import (
    Batches,
    FluxNet,
    Plan,
    Record,
    Recording,
    Scene,
    Settings,
    Watch,
    corrected,
    halved,
    train,
)
from industriverse.kernel.errors import ContractError

from ._equations import State, equation_of, next_frame
from ._network import Trained, cost_of, facts_of, finished, number_of, parts_of
from ._request import BATCH, TrainRequest, network_plan, settings_of
from ._scores import by_window, errors, of_plan, persistence
from ._sets import ForecastSet
from ._tools import Tools

RESTARTS = (6, 10)
"""After how many frames the corrected equation's own runs begin anew, one round of them each."""
_FEWEST = 2
_MORE_NOISE = 2.0
"""Times the usual noise on what is seen: an equation carries short waves on undamped."""
_SIZE = 4.0
"""The usual output of the network, in units of what the equation leaves."""


@dataclass(frozen=True, slots=True)
class Equations:
    """Runs, and the equation nearest to each one's first frames.

    Attributes:
        runs: Only those with an equation.
        found: Of each run.
    """

    runs: Recording
    found: tuple[Law, ...]


def train_residual(
    chosen: ForecastSet, request: TrainRequest, folder: Path, tools: Tools
) -> Trained:
    """Train a network that corrects the nearest equation of each run, step by step.

    First it learns the equation's error after true frames. Then it forecasts the training runs
    itself, and learns to lead its own frames back to the truth; twice, each time for longer.

    Args:
        chosen: The domain.
        request: How; its steps are those of each round.
        folder: Where weights and records go.
        tools: The outside world.

    Raises:
        ContractError: Too few runs have an equation near them; the loss is no number any more.
        UnavailableError: A file cannot be written.

    References:
        Ross, Gordon and Bagnell (2011), A reduction of imitation learning and structured
        prediction to no-regret online learning.
    """
    parts = parts_of(chosen, request, tools)
    began, meter = tools.clock.monotonic(), tools.meter.start()
    plan = network_plan(chosen, parts[0], request)
    seen = _equations(chosen, parts[0], plan, tools)
    model, settings, told = _taught(chosen, seen, plan, request, tools)
    cost = cost_of(tools.clock.monotonic() - began, meter.stop())
    tested = _equations(chosen, parts[2], plan, tools)
    card: dict[str, Any] = {
        **facts_of(chosen, request, parts),
        "title": f"Correction of the nearest equation of {chosen.domain}",
        "base": "nearest_equation",
        "equations": {"train": len(seen.found), "test": len(tested.found)},
        "restarts": list(RESTARTS),
        "settings": settings.card(),
        "batch": BATCH,
        "leads": 1,
        "scores": score_residual(model, tested),
        "losses": [number_of(asdict(record)) for record in told],
        "training": cost,
        "date": tools.clock.now().date().isoformat(),
    }
    return finished(chosen, model, card, folder, tools)


def _taught(
    chosen: ForecastSet, seen: Equations, plan: Plan, request: TrainRequest, tools: Tools
) -> tuple[FluxNet, Settings, list[Record]]:
    """Train all rounds; return the network, how it was trained, and the records."""
    true = _after_truth(seen, plan)
    plan, settings = _of_residual(plan, true), settings_of(request)
    settings = replace(settings, noise=_MORE_NOISE * settings.noise)
    model, told = FluxNet.untrained(plan, request.seed), list[Record]()
    for number, restart in enumerate((0, *RESTARTS)):
        own = _own(model, true, seen, restart) if restart else None
        runs = (true, own) if own and len(own.values) else (true,)
        batches = Batches(runs, plan, BATCH, 1, seed=request.seed + number)
        watch = Watch(every=request.every, progress=_teller(chosen, number, settings.steps, tools))
        key = jax.random.key(request.seed + number)
        model, some = train(model, batches, settings, key, watch)
        told += some
    return halved(model), settings, told


def _teller(chosen: ForecastSet, number: int, steps: int, tools: Tools) -> Callable[[Record], None]:
    def tell(record: Record) -> None:
        rounds = 1 + len(RESTARTS)
        tools.progress(
            f"{chosen.domain}: round {number + 1} of {rounds}, step {record.step} of {steps}, "
            f"loss {record.loss:.4f}",
            (number + record.step / steps) / rounds,
        )

    return tell


def _equations(chosen: ForecastSet, runs: Recording, plan: Plan, tools: Tools) -> Equations:
    told = np.array(plan.forecast_channels)
    found: dict[int, Law] = {}
    for index, run in enumerate(runs.values):
        tools.progress(
            f"{chosen.domain}: equation of run {index + 1} of {len(runs.values)}",
            index / len(runs.values),
        )
        outcome = equation_of(run[: plan.frames], plan.names, told, runs.scene)
        equation = outcome if isinstance(outcome, Law) else outcome.nearest
        if equation is not None:
            found[index] = equation
    if len(found) < _FEWEST:
        raise ContractError(
            f"Only {len(found)} of {len(runs.values)} runs of {chosen.domain!r} have an equation "
            "near them; there is nothing to correct.",
            hint=f"Train the network alone: industriverse train forecast {chosen.domain}",
        )
    return Equations(replace(runs, values=runs.values[list(found)]), tuple(found.values()))


def _after_truth(seen: Equations, plan: Plan) -> Recording:
    """Return the runs with the equation's forecast of each frame from the true one before it."""
    told, base = np.array(plan.forecast_channels), np.array(seen.runs.values)
    for run, equation in zip(base, seen.found, strict=True):
        truth = run.copy()
        for time in range(1, len(run)):
            run[time] = next_frame(equation, told, truth[time - 1])
    return replace(seen.runs, base=base)


def _of_residual(plan: Plan, true: Recording) -> Plan:
    """Return the plan with the size of what the equation leaves as that of a change."""
    assert true.base is not None
    left = np.sqrt(np.mean((true.base - true.values) ** 2, axis=(0, 1, 3, 4), dtype=np.float64))
    channels = tuple(
        replace(channel, change=min(channel.change, _SIZE * float(size))) if size else channel
        for channel, size in zip(plan.channels, left, strict=True)
    )
    return replace(plan, channels=channels)


@dataclass(frozen=True, slots=True)
class Following:
    """An equation asked for one frame after another, which remembers what it said.

    Attributes:
        equation: The equation.
        told: Indices of the channels that it forecasts.
        said: Its frames so far.
    """

    equation: Law
    told: np.ndarray
    said: list[State] = field(default_factory=list[State])

    def __call__(self, frame: State) -> State:
        """Return the frame after one."""
        self.said.append(next_frame(self.equation, self.told, frame))
        return self.said[-1]


def _own(model: FluxNet, true: Recording, seen: Equations, restart: int) -> Recording:
    """Return the runs as the corrected equation itself forecasts them, begun anew now and then.

    Runs that it loses altogether are left out.
    """
    frames, told = model.plan.frames, np.array(model.plan.forecast_channels)
    kept: list[int] = []
    own, base = np.array(true.values), np.array(true.values)
    for index, (run, equation) in enumerate(zip(true.values, seen.found, strict=True)):
        follow = Following(equation, told)
        try:
            for start in range(frames, len(run), restart):
                leads = min(restart, len(run) - start)
                history = jnp.asarray(run[start - frames : start])
                path = corrected(model, history, true.scene, leads, follow)
                own[index, start : start + leads] = np.asarray(path.mean)
        except ContractError:
            continue
        base[index, frames:] = np.stack(follow.said)
        if np.isfinite(own[index]).all():
            kept.append(index)
    return replace(true, values=true.values[kept], base=base[kept], seen=own[kept])


def corrected_path(
    model: FluxNet,
    seen: Float[np.ndarray, "frame channel y x"],
    scene: Scene,
    leads: int,
    equation: Law,
) -> Float[np.ndarray, "lead channel y x"]:
    """Return the corrected equation's frames, of what is forecast.

    Raises:
        ContractError: The equation cannot go on from where the correction led it.
    """
    told = np.array(model.plan.forecast_channels)
    follow = Following(equation, told)
    return np.asarray(corrected(model, jnp.asarray(seen), scene, leads, follow).mean)[:, told]


def score_residual(model: FluxNet, tested: Equations) -> dict[str, Any]:
    """Return the held-out VRMSE by window of leads, beside the equation's alone."""
    asked = of_plan(tested.runs.values, model.plan)
    scene, paths = tested.runs.scene, np.full(asked.truth.shape, np.inf, np.float32)
    for window, equation in enumerate(tested.found):
        with suppress(ContractError):  # the equation cannot go on: as far off as can be
            paths[window] = corrected_path(
                model, asked.history[window], scene, asked.leads, equation
            )
    ours = errors(paths, asked.truth)
    alone = np.stack([equation.predict(asked.leads) for equation in tested.found])
    return {
        "vrmse": by_window(ours),
        "equation_vrmse": by_window(errors(alone, asked.truth)),
        "persistence_vrmse": by_window(errors(persistence(asked), asked.truth)),
        "windows": len(asked.truth),
    }
