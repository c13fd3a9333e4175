"""The Socratic loop on trial: thresholds from some seeds, false alarms and catches from others."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from industriverse.engines.agents import (
    TWO_SIDED,
    Hypothesis,
    Verdict,
    Yardstick,
    calibrated,
    question,
)
from industriverse.kernel.errors import ContractError
from industriverse.services.asking import Example, Known, statistics

from ._agents_honest import HONEST, LEADS, Case, case_of, honest
from ._agents_spoils import SPOILS, Planting, Spoil
from ._agents_worlds import Frames

CALIBRATION, HELD_OUT = 100_000, 500_000
"""Where the seeds of a part begin; a benchmark's seed moves both by its thousandfold."""
WELL_MENDED = 1.1
"""A repaired forecast's error over the unspoilt one's, at most."""
_NO_WORSE = ("accept", "reweight")
_MOST_TRIES = 3
_DEAR: Mapping[str, int] = {"law": 24}
"""Of kinds of forecaster that take long, no more cases than these."""
Row = dict[str, str | bool | float | None]


@dataclass(frozen=True, slots=True)
class Planted:
    """What came of a planted forecast.

    Attributes:
        spoil: Its name.
        group: World and forecaster.
        outcome: The verdict's.
        by: First question that it failed; "" for none.
        ratio: Error of the accepted or mended forecast over the unspoilt one's.
    """

    spoil: str
    group: str
    outcome: str
    by: str
    ratio: float

    @property
    def caught(self) -> bool:
        """Whether it was rejected, or mended to no more than the stated error."""
        mended = self.outcome == "repair" and self.ratio <= WELL_MENDED
        return self.outcome == "reject" or mended


@dataclass(frozen=True, slots=True)
class Bench:
    """A group ready to be tried.

    Attributes:
        group: World and forecaster.
        known: The world's calibration runs.
        yardstick: Of the group's honest forecasts.
    """

    group: str
    known: Known
    yardstick: Yardstick


def cases(world: str, start: int, count: int) -> list[Case]:
    """Return the cases of the first seeds whose runs stay in motion and within bounds."""
    found: list[Case] = []
    for seed in range(start, start + _MOST_TRIES * count):
        with suppress(ContractError):
            found.append(case_of(world, seed))
        if len(found) == count:
            return found
    raise ContractError(f"Too few runs of {world!r} stay in motion.")


def known_of(world_cases: list[Case]) -> Known:
    """Place calibration runs of a world among one another."""
    examples = [Example(case.context, case.truth) for case in world_cases]
    return Known.of(world_cases[0].scene, examples)


def benches(
    runs: Mapping[str, list[Case]], alarm: float, groups: Mapping[str, tuple[str, str]]
) -> list[Bench]:
    """Return all groups with thresholds from calibration runs.

    Args:
        runs: Calibration runs of each world.
        alarm: Share of honest forecasts that may be turned down.
        groups: Name to world and kind of forecaster.
    """
    known = {world: known_of(found) for world, found in runs.items()}
    answers: dict[str, list[dict[str, float]]] = {}
    for group, (world, kind) in groups.items():
        answers[group] = [
            statistics(asked)
            for place, case in enumerate(runs[world][: _DEAR.get(kind)])
            if (asked := _honest(kind, case, known[world], place)) is not None
        ]
    yardsticks = calibrated(answers, alarm, TWO_SIDED)
    return [Bench(g, known[groups[g][0]], yardstick) for g, yardstick in yardsticks.items()]


def _honest(kind: str, case: Case, known: Known, leave_out: int | None = None) -> Hypothesis | None:
    """Return an honest forecast of a case, or nothing: no law, or a solution out of all bounds."""
    try:
        run = honest(kind, case)
    except ContractError:
        return None
    mean = run(case.context, LEADS, case.params["frame_s"])
    if not np.isfinite(mean).all():
        return None
    near = known.near(known.place(case.context), leave_out)
    return Hypothesis(case.context, mean, case.scene, run, near)


def alarms(bench: Bench, held_out: list[Case]) -> list[Verdict]:
    """Return the verdicts on honest forecasts of held-out runs."""
    kind = HONEST[bench.group][1]
    found = (_honest(kind, case, bench.known) for case in held_out[: _DEAR.get(kind)])
    return [question(asked, bench.yardstick) for asked in found if asked is not None]


def turned_down(verdicts: list[Verdict]) -> int:
    """Return how many honest forecasts were rejected or changed."""
    return sum(verdict.outcome not in _NO_WORSE for verdict in verdicts)


def planted(bench: Bench, held_out: list[Case], turn: int) -> Iterator[Planted]:
    """Plant every spoil in a held-out run and question it.

    Args:
        bench: The group.
        held_out: Runs, two or more.
        turn: Which run is used; the one after it lends its future.
    """
    case, other = held_out[turn % len(held_out)], held_out[(turn + 1) % len(held_out)]
    asked = _honest(HONEST[bench.group][1], case, bench.known)
    if asked is None or asked.again is None:
        return
    sizes = np.random.default_rng([case.seed, 31]).uniform(0, 1, len(SPOILS))
    for spoil, size in zip(SPOILS, sizes, strict=True):
        given = Planting(asked.again, other.truth, float(size), case.seed)
        yield _plant(bench, case, spoil, given, asked)


def _plant(
    bench: Bench, case: Case, spoil: Spoil, given: Planting, unspoilt: Hypothesis
) -> Planted:
    bad = spoil.plant(given)
    mean = bad(case.context, LEADS, case.params["frame_s"])
    verdict = question(replace(unspoilt, mean=mean, again=bad), bench.yardstick, thorough=False)
    failed = next((one.question for one in verdict.first if not one.passed), "")
    least = np.finfo(np.float64).tiny
    ratio = _error(verdict.hypothesis.mean, case) / max(_error(unspoilt.mean, case), least)
    return Planted(spoil.name, bench.group, verdict.outcome, failed, ratio)


def _error(mean: Frames, case: Case) -> float:
    """Return the root mean square error over all leads, each channel in its deviations."""
    size = case.context.std(axis=(0, 2, 3), keepdims=True)
    with np.errstate(invalid="ignore"):
        return float(np.sqrt((((mean - case.truth) / size) ** 2).mean()))


def line(part: str, name: str, count: int, share: float, first: str = "") -> Row:
    """Return a line of the benchmark's table: of how many which share."""
    return {"part": part, "name": name, "count": float(count), "share": share, "first": first}
