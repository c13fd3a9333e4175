"""Abstention on trial: held-out frames of each domain, and frames that are none of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.stats import mannwhitneyu

from industriverse.engines.agents import Familiarity, Frames, Goal, relative_errors
from industriverse.kernel.ports import EnergyMeter
from industriverse.services.asking import Expert, ask, experts, score, study

from ._agents_honest import LEADS, Case, modes, nominal, solver
from ._agents_strange import PARTS, Strange, strange
from ._agents_trial import Row, known_of, line

COVERAGE = 0.9
_PATIENCE_S = 60.0
_MEMBERS = (1, 2, 3)
Runs = Mapping[str, list[Case]]
Seen = list[tuple[Strange, Familiarity]]


def made_experts(runs: Runs, meter: EnergyMeter, shares: tuple[float, float]) -> dict[str, Expert]:
    """Return an expert for each world.

    Its solver takes the middle of the parameters' ranges for the truth; the ensemble are three of
    them, each a little wrong in another way.

    Args:
        runs: Calibration runs of each world.
        meter: Measures the joules.
        shares: Of honest forecasts turned down, and of in-domain frames abstained on.
    """
    studies = {}
    for world, mine in runs.items():
        usual = nominal(world)
        members = [solver(mine[0], seed, usual) for seed in _MEMBERS]
        forecasters = {"solver": members[0], "dynamic modes": modes(mine[0])}
        studies[world] = study(known_of(mine), forecasters, members, meter)
    return experts(studies, *shares)


def abstention(
    found: Mapping[str, Expert], held_out: Runs, meter: EnergyMeter, start: int, each: int
) -> tuple[dict[str, float], list[Row]]:
    """Measure who is abstained on and what the answers are worth.

    Args:
        found: The expert of each world.
        held_out: Runs that no expert has seen.
        meter: Measures the joules.
        start: First seed of runs that are out of range.
        each: Strange frames of each part and world.
    """
    inside = _asked_inside(found, held_out, meter)
    outside: Seen = [
        (item, expert.familiarity(item.context))
        for world, expert in found.items()
        for item in strange(world, expert.study.known, held_out, start, each)
    ]
    rows = [line("abstained inside", "all domains", len(inside.outside), inside.abstained)]
    for part in PARTS:
        rows += _part_rows(part, [seen for item, seen in outside if item.part == part], inside)
    for kind in sorted({item.kind for item, _ in outside if item.part == "corrupted"}):
        seen = [familiar for item, familiar in outside if item.kind == kind]
        rows.append(line("abstained outside", f"corrupted: {kind}", len(seen), _abstained(seen)))
    every = [familiar for _, familiar in outside]
    right = [
        _right(found[item.world], item, seen) for item, seen in outside if item.truth is not None
    ]
    metrics = inside.metrics() | {
        "strange_frames": float(len(every)),
        "abstained_outside_share": _abstained(every),
        "abstention_auroc": _auroc(inside, every),
        "cross_domain_right_share": float(np.mean([*right, *inside.right])),
    }
    return metrics, rows


@dataclass(frozen=True, slots=True)
class _Inside:
    """What came of in-domain requests: of each, then of each that was answered."""

    strangeness: list[float] = field(default_factory=list[float])
    outside: list[bool] = field(default_factory=list[bool])
    right: list[bool] = field(default_factory=list[bool])
    coverage: list[float] = field(default_factory=list[float])
    width: list[float] = field(default_factory=list[float])
    met: list[bool] = field(default_factory=list[bool])

    @property
    def abstained(self) -> float:
        """Share of frames that were taken for strange."""
        return float(np.mean(self.outside))

    def metrics(self) -> dict[str, float]:
        """Return counts and shares."""
        return {
            "in_domain_frames": float(len(self.outside)),
            "abstained_inside_share": self.abstained,
            "answered_share": len(self.coverage) / len(self.outside),
            "answers_coverage_at_90": float(np.mean(self.coverage)),
            "answers_interval_width": float(np.mean(self.width)),
            "goals_met_share": float(np.mean(self.met)),
        }


def _asked_inside(found: Mapping[str, Expert], held_out: Runs, meter: EnergyMeter) -> _Inside:
    """Ask each expert for forecasts of its own held-out runs, and score them.

    The goal's error is what the better forecaster kept to on calibration runs.
    """
    result = _Inside()
    for world, expert in found.items():
        offers = [skill.offer for skill in expert.study.skills.values()]
        error = min(offer.reach(LEADS, COVERAGE) for offer in offers)
        goal = Goal(COVERAGE, error, _PATIENCE_S)
        for case in held_out[world]:
            reply = ask(expert, case.context, LEADS, goal, meter)
            result.strangeness.append(reply.familiarity.strangeness)
            result.outside.append(not reply.familiarity.inside)
            still = _still_error(case.context, case.truth)
            if reply.mean is None:
                mean = expert.hypothesis("solver", case.context, LEADS).mean
                result.right.append(_worst(case.context, mean, case.truth) >= still)
                continue
            scored = score(reply, case.context, case.truth)
            result.right.append(scored.error < still)
            result.coverage.append(scored.coverage)
            result.width.append(scored.width)
            result.met.append(not scored.misses)
    return result


def _part_rows(part: str, seen: list[Familiarity], inside: _Inside) -> list[Row]:
    share, auroc = _abstained(seen), _auroc(inside, seen)
    return [
        line("abstained outside", part, len(seen), share),
        line("AUROC", part, len(seen), auroc),
    ]


def _abstained(seen: list[Familiarity]) -> float:
    return float(np.mean([not familiar.inside for familiar in seen]))


def _right(expert: Expert, item: Strange, seen: Familiarity) -> bool:
    """Say whether it was right to abstain: exactly where no change at all would have been better.

    Asked of frames of another domain or of parameters out of range, for which a truth is known.
    """
    if item.truth is None:
        return not seen.inside
    mean = expert.hypothesis("solver", item.context, LEADS).mean
    better = _worst(item.context, mean, item.truth) < _still_error(item.context, item.truth)
    return better == seen.inside


def _worst(context: Frames, mean: Frames, truth: Frames) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.nan_to_num(relative_errors(context, mean, truth).max(), nan=np.inf))


def _still_error(context: Frames, truth: Frames) -> float:
    return _worst(context, np.repeat(context[-1:], len(truth), axis=0), truth)


def _auroc(inside: _Inside, seen: list[Familiarity]) -> float:
    """Return the probability that strange frames score above usual ones."""
    usual: Float[np.ndarray, "case"] = np.array(inside.strangeness)
    strange_ones = np.array([familiar.strangeness for familiar in seen])
    return float(mannwhitneyu(strange_ones, usual).statistic / (usual.size * strange_ones.size))
