"""What calibration trajectories of one domain show: errors, costs, answers of honest forecasts."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.agents import (
    Forecaster,
    Frames,
    Hypothesis,
    Offer,
    Scene,
    Statistics,
    distance,
    ensemble_spread,
    findings,
    hindsight,
    relative_errors,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import EnergyMeter

from ._vectors import Levels, vector_of

_NEAREST = 8
_FEWEST = 16


@dataclass(frozen=True, slots=True)
class Example:
    """A calibration trajectory, cut where a forecast begins.

    Attributes:
        context: `(frame, channel, y, x)`. Known.
        truth: `(lead, channel, y, x)`. What came.
    """

    context: Frames
    truth: Frames


@dataclass(frozen=True, slots=True)
class Known:
    """The examples, and where each lies among the others.

    Attributes:
        scene: Of all of them.
        examples: The trajectories.
        level, size: `(1, channel, 1, 1)` Mean and deviation of each channel.
        vectors: `(example, size)`.
    """

    scene: Scene
    examples: tuple[Example, ...]
    level: Levels
    size: Levels
    vectors: Float[np.ndarray, "example size"]

    @classmethod
    def of(cls, scene: Scene, examples: Sequence[Example]) -> "Known":
        """Place examples among one another.

        Raises:
            ContractError: Fewer than sixteen.
        """
        if len(examples) < _FEWEST:
            raise ContractError(f"{len(examples)} examples are fewer than {_FEWEST}.")
        whole = np.concatenate([example.context for example in examples])
        level = whole.mean(axis=(0, 2, 3), keepdims=True)
        deviation = whole.std(axis=(0, 2, 3), keepdims=True)
        size = np.maximum(deviation, np.finfo(np.float64).tiny)
        vectors = [vector_of(one.context, scene.grid, level, size) for one in examples]
        return cls(scene, tuple(examples), level, size, np.stack(vectors))

    def place(self, context: Frames) -> Float[np.ndarray, "size"]:
        """Return where frames lie."""
        return vector_of(context, self.scene.grid, self.level, self.size)

    def near(
        self, vector: Float[np.ndarray, "size"], leave_out: int | None = None
    ) -> Float[np.ndarray, "state frame channel y x"]:
        """Return the nearest examples: their newest known frame, then what came."""
        away = np.linalg.norm(self.vectors - vector, axis=1)
        if leave_out is not None:
            away[leave_out] = np.inf
        chosen = [self.examples[place] for place in np.argsort(away)[:_NEAREST]]
        return np.stack([np.concatenate([one.context[-1:], one.truth]) for one in chosen])

    def away(self, vector: Float[np.ndarray, "size"], leave_out: int | None = None) -> float:
        """Return the distance to the nearest examples, one left out."""
        others = self.vectors if leave_out is None else np.delete(self.vectors, leave_out, axis=0)
        return distance(vector, others)


@dataclass(frozen=True, slots=True)
class Skill:
    """A forecaster and what it has shown.

    Attributes:
        run: The forecaster.
        offer: Its errors and costs.
        errors: `(case, lead, cell)` Absolute errors in deviations of the case's known frames.
        honest: The statistics of its forecasts of the examples, when questioned.
    """

    run: Forecaster
    offer: Offer
    errors: Float[np.ndarray, "case lead cell"]
    honest: tuple[Statistics, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """A domain after its examples have been gone through.

    Attributes:
        known: The examples.
        skills: By forecaster's name.
        members: Forecasters whose spread and residual tell strange frames.
        usual: The statistics of the examples' frames that tell strange ones.
    """

    known: Known
    skills: Mapping[str, Skill]
    members: tuple[Forecaster, ...]
    usual: tuple[Statistics, ...]


def study(
    known: Known,
    forecasters: Mapping[str, Forecaster],
    members: Sequence[Forecaster],
    meter: EnergyMeter,
) -> Study:
    """Run forecasters on all examples.

    Args:
        known: The examples.
        forecasters: By name.
        members: Two or more, the first of which also foresees the known frames.
        meter: Measures the joules of each forecast.
    """
    skills = {name: _skill(name, run, known, meter) for name, run in forecasters.items()}
    usual = tuple(
        strangeness(known, example.context, members, place)
        for place, example in enumerate(known.examples)
    )
    return Study(known, skills, tuple(members), usual)


def strangeness(
    known: Known,
    context: Frames,
    members: Sequence[Forecaster],
    leave_out: int | None = None,
) -> dict[str, float]:
    """Return what tells strange frames: distance, residual of the law, spread of the ensemble.

    Args:
        known: The domain's examples.
        context: The frames.
        members: The ensemble.
        leave_out: The example that the frames are.
    """
    # Half the leads: what is strange shows early, and every request pays for it.
    leads = max(len(known.examples[0].truth) // 2, 4)
    scene = known.scene
    paths = [run(context, leads, scene.frame_s) for run in members]
    asked = Hypothesis(context, paths[0], scene, members[0])
    residual = hindsight(asked)
    return {
        "distance to known states": known.away(known.place(context), leave_out),
        "residual of the law": residual.statistic,
        "spread of the ensemble": ensemble_spread(context, paths),
    }


def _skill(name: str, run: Forecaster, known: Known, meter: EnergyMeter) -> Skill:
    scene, leads = known.scene, len(known.examples[0].truth)
    run(known.examples[0].context, leads, scene.frame_s)  # what it compiles is no part of its time
    errors: list[Frames] = []
    by_lead: list[Float[np.ndarray, "lead"]] = []
    costs: list[tuple[float, float]] = []
    honest: list[Statistics] = []
    for place, example in enumerate(known.examples):
        measurement, began = meter.start(), time.perf_counter()
        mean = run(example.context, leads, scene.frame_s)
        costs.append((time.perf_counter() - began, measurement.stop().joules))
        size = deviations(example.context)
        errors.append(np.abs(mean - example.truth) / size)
        by_lead.append(relative_errors(example.context, mean, example.truth))
        near = known.near(known.vectors[place], place)
        honest.append(statistics(Hypothesis(example.context, mean, scene, run, near)))
    seconds, joules = np.median(np.array(costs), axis=0)
    offer = Offer(name, np.stack(by_lead), float(seconds), float(joules))
    flat = np.stack(errors).reshape(len(errors), leads, -1)
    return Skill(run, offer, flat, tuple(honest))


def statistics(asked: Hypothesis) -> dict[str, float]:
    """Return the statistic of each question but whether values are finite, which has no bound."""
    return {n: found.statistic for n, found in findings(asked).items() if n != "finite"}


def deviations(context: Frames) -> Float[np.ndarray, "channel 1 1"]:
    """Return each channel's deviation in the known frames, above zero."""
    return np.maximum(context.std(axis=(0, 2, 3)), np.finfo(np.float64).tiny)[:, None, None]
