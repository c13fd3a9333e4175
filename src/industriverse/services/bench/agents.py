"""What the agents catch, mend and leave alone, and when they abstain, on held-out runs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from industriverse.kernel.errors import UnavailableError
from industriverse.services.asking import ABSTAINED_INSIDE, FALSE_ALARM

from . import BenchSettings
from ._agents_guarding import Runs, abstention, made_experts
from ._agents_honest import HONEST
from ._agents_spoils import SPOILS
from ._agents_trial import (
    CALIBRATION,
    HELD_OUT,
    WELL_MENDED,
    Planted,
    Row,
    alarms,
    benches,
    cases,
    line,
    planted,
    turned_down,
)

_APART, _OUTSIDE = 1_000, 200
"""Between the seeds of two benchmarks, and between a part's and those out of range."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured.

    Attributes:
        calibration: Runs of each world that set thresholds.
        held_out: Runs of each world that are judged.
        turns: Held-out runs of each group into which all spoils are planted.
        strange: Strange frames of each part and world.
        groups: Which worlds and forecasters.
        alarm: Share of honest forecasts that may be turned down.
        abstained: Share of in-domain frames that may be abstained on.
    """

    calibration: int = 48
    held_out: int = 40
    turns: int = 6
    strange: int = 21
    groups: tuple[str, ...] = tuple(HONEST)
    alarm: float = FALSE_ALARM
    abstained: float = ABSTAINED_INSIDE

    @property
    def worlds(self) -> list[str]:
        """The worlds of the groups."""
        return list(dict.fromkeys(HONEST[group][0] for group in self.groups))


def run(settings: BenchSettings) -> dict[str, Any]:
    """Measure the Socratic loop and abstention on all worlds.

    Returns:
        `metrics`: false alarms, shares caught, abstention, coverage; `rows`: a line for each group,
        each spoil and each part of the strange frames.

    Raises:
        UnavailableError: There is no energy meter.
    """
    return measure(settings, Sizes())


def measure(settings: BenchSettings, sizes: Sizes) -> dict[str, Any]:
    """Measure as `run` does, as much as is said.

    Raises:
        UnavailableError: There is no energy meter.
    """
    if settings.meter is None:
        raise UnavailableError("Joules cannot be measured without an energy meter.")
    moved = settings.seed * _APART
    settings.progress("calibration runs", 0.0)
    runs = {w: cases(w, CALIBRATION + moved, sizes.calibration) for w in sizes.worlds}
    settings.progress("held-out runs", 0.1)
    held_out = {w: cases(w, HELD_OUT + moved, sizes.held_out) for w in sizes.worlds}
    loop, loop_rows = _socratic(settings, sizes, runs, held_out)
    settings.progress("abstention", 0.7)
    start = HELD_OUT + moved + _OUTSIDE
    found = made_experts(runs, settings.meter, (sizes.alarm, sizes.abstained))
    guard, guard_rows = abstention(found, held_out, settings.meter, start, sizes.strange)
    return {"metrics": loop | guard, "rows": loop_rows + guard_rows}


def _socratic(
    settings: BenchSettings, sizes: Sizes, runs: Runs, held_out: Runs
) -> tuple[dict[str, float], list[Row]]:
    settings.progress("thresholds of honest forecasts", 0.2)
    ready = benches(runs, sizes.alarm, {group: HONEST[group] for group in sizes.groups})
    rows: list[Row] = []
    all_honest = all_alarms = 0
    found: list[Planted] = []
    for place, bench in enumerate(ready):
        settings.progress(f"forecasts of {bench.group}", 0.3 + 0.4 * place / len(ready))
        mine = held_out[HONEST[bench.group][0]]
        verdicts = alarms(bench, mine)
        turned = turned_down(verdicts)
        here = [one for turn in range(sizes.turns) for one in planted(bench, mine, turn)]
        found += here
        all_honest, all_alarms = all_honest + len(verdicts), all_alarms + turned
        rows.append(line("honest", bench.group, len(verdicts), turned / len(verdicts)))
        rows.append(line("planted", bench.group, len(here), _share(here)))
    rows += [
        _spoil_line(spoil.name, [p for p in found if p.spoil == spoil.name]) for spoil in SPOILS
    ]
    mended = [one for one in found if one.outcome == "repair"]
    metrics = {
        "honest_forecasts": float(all_honest),
        "false_alarm_share": all_alarms / all_honest,
        "planted_forecasts": float(len(found)),
        "caught_share": _share(found),
        "rejected": float(sum(one.outcome == "reject" for one in found)),
        "repaired": float(len(mended)),
        "repaired_well": float(sum(one.caught for one in mended)),
        "repaired_error_bound": WELL_MENDED,
        "repaired_error_median": float(np.median([one.ratio for one in mended])) if mended else 0.0,
    }
    return metrics, rows


def _share(found: list[Planted]) -> float:
    return float(np.mean([one.caught for one in found]))


def _spoil_line(name: str, found: list[Planted]) -> Row:
    named = [one.by for one in found if one.by]
    often = max(sorted(set(named)), key=named.count) if named else ""
    return line("spoil", name, len(found), _share(found), often)
