"""One request: is it familiar, can the goal be reached, forecast, question, answer or abstain."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from industriverse.engines.agents import (
    TWO_SIDED,
    Familiarity,
    Frames,
    Goal,
    Hypothesis,
    Score,
    Verdict,
    Yardstick,
    aspire,
    calibrated,
    evaluate,
    familiarity,
    interval_radii,
    question,
    weights,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import EnergyMeter

from ._study import Study, deviations, strangeness

FALSE_ALARM, ABSTAINED_INSIDE = 0.02, 0.02
"""Shares of honest forecasts rejected and of in-domain frames abstained on, at most."""


@dataclass(frozen=True, slots=True)
class Expert:
    """A studied domain with its thresholds.

    Attributes:
        study: What was learnt.
        questions: A yardstick for each forecaster's forecasts.
        guard: The yardstick of the domain's frames.
    """

    study: Study
    questions: Mapping[str, Yardstick]
    guard: Yardstick

    def familiarity(self, context: Frames) -> Familiarity:
        """Say whether frames are of the kind that was studied.

        Raises:
            ContractError: They do not lie on the domain's grid.
        """
        known = self.study.known
        if not np.isfinite(context).all():
            raise ContractError("The frames hold values that are not finite.")
        found = strangeness(known, context, self.study.members)
        return familiarity(found, self.guard)

    def hypothesis(self, name: str, context: Frames, leads: int) -> Hypothesis:
        """Return a forecaster's forecast, with the known states near its frames."""
        known, run = self.study.known, self.study.skills[name].run
        mean = run(context, leads, known.scene.frame_s)
        return Hypothesis(context, mean, known.scene, run, known.near(known.place(context)))


def experts(
    studies: Mapping[str, Study],
    false_alarm: float = FALSE_ALARM,
    abstained: float = ABSTAINED_INSIDE,
) -> dict[str, Expert]:
    """Return the experts of studied domains, whose bounds rest on all domains together.

    Args:
        studies: By domain.
        false_alarm: Share of honest forecasts that may be turned down.
        abstained: Share of in-domain frames that may be abstained on.

    Raises:
        ContractError: Too few examples for such shares.
    """
    honest = {(d, n): k.honest for d, one in studies.items() for n, k in one.skills.items()}
    asked = calibrated(
        {f"{d}/{n}": cases for (d, n), cases in honest.items()}, false_alarm, TWO_SIDED
    )
    guards = calibrated({d: one.usual for d, one in studies.items()}, abstained)
    return {
        domain: Expert(one, {n: asked[f"{domain}/{n}"] for n in one.skills}, guards[domain])
        for domain, one in studies.items()
    }


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request.

    Attributes:
        goal: As asked; nothing on the way changes it.
        reasons: Why it was answered or not, in the order of the stages.
        familiarity: Of the frames.
        verdicts: On each forecast, by forecaster.
        lower, mean, upper: `(lead, channel, y, x)` The answer; None where it abstains.
        latency_s, joules: What the request took.
    """

    goal: Goal
    reasons: tuple[str, ...]
    familiarity: Familiarity
    verdicts: Mapping[str, Verdict]
    lower: Frames | None
    mean: Frames | None
    upper: Frames | None
    latency_s: float
    joules: float

    @property
    def abstains(self) -> bool:
        """Whether there is no forecast."""
        return self.mean is None


def ask(expert: Expert, context: Frames, leads: int, goal: Goal, meter: EnergyMeter) -> Reply:
    """Forecast with a goal: aspire, calibrate, execute, question; or abstain and say why.

    Args:
        expert: Of the domain.
        context: `(frame, channel, y, x)`. The known frames, as many as its examples had.
        leads: At most those of the examples.
        goal: What the forecast is to achieve.
        meter: Measures the joules.

    Raises:
        ContractError: Frames that are none of the domain's, or more leads than were studied.
    """
    measurement, began = meter.start(), time.perf_counter()
    seen = expert.familiarity(context)
    verdicts: dict[str, Verdict] = {}
    reasons: tuple[str, ...] = seen.reasons
    chosen: tuple[str, ...] = ()
    if seen.inside:
        offers = [skill.offer for skill in expert.study.skills.values()]
        hope = aspire(goal, offers, leads)
        chosen, reasons = hope.chosen, hope.reasons
    for name in chosen:
        asked = expert.hypothesis(name, context, leads)
        verdicts[name] = question(asked, expert.questions[name])
        reasons += (f"{name}: {verdicts[name].reason}",)
    answer = _blended(expert, context, verdicts, goal.coverage)
    spent = time.perf_counter() - began, measurement.stop().joules
    return Reply(goal, reasons, seen, verdicts, *answer, *spent)


def _blended(
    expert: Expert, context: Frames, verdicts: Mapping[str, Verdict], coverage: float
) -> tuple[Frames | None, Frames | None, Frames | None]:
    """Return intervals about the mean of accepted forecasts, weighed by their likeness.

    The half width is the weighed mean of the forecasters' own: an average is never further off
    than its parts are on average.
    """
    kept = {name: verdict for name, verdict in verdicts.items() if verdict.likeness > 0}
    if not kept:
        return None, None, None
    shares = weights(list(kept.values()))
    leads = len(next(iter(kept.values())).hypothesis.mean)
    mean = np.zeros_like(next(iter(kept.values())).hypothesis.mean)
    radius = np.zeros(leads)
    for share, (name, verdict) in zip(shares, kept.items(), strict=True):
        mean += share * verdict.hypothesis.mean
        errors = expert.study.skills[name].errors[:, :leads]
        radius += share * interval_radii(errors, coverage)
    half = radius[:, None, None, None] * deviations(context)
    return mean - half, mean, mean + half


def score(reply: Reply, context: Frames, truth: Frames) -> Score:
    """Score an answer once the truth is known.

    Raises:
        ContractError: The reply abstained.
    """
    if reply.lower is None or reply.mean is None or reply.upper is None:
        raise ContractError("The reply abstained; there is nothing to score.")
    intervals = (reply.lower, reply.mean, reply.upper)
    return evaluate(reply.goal, context, intervals, truth, (reply.latency_s, reply.joules))
