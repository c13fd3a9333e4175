"""One tracker and one statistical branch for each tenant, source and domain; fused verdicts."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from industriverse.engines.regimes import LABELS, RegimeModel, RegimeTracker, Verdict
from industriverse.engines.regimes.statistical import STATES, StatisticalBranch
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import uuid7
from industriverse.kernel.ports import Clock
from industriverse.kernel.results import Regime

from .feedback import Feedback, StreamKey


@dataclass(frozen=True, slots=True)
class Told:
    """A fused verdict and the regime as it is shown.

    Attributes:
        verdict: Feedback names its id.
        regime: Label, probabilities and evidence of both branches together.
    """

    verdict: Verdict
    regime: Regime


@dataclass(slots=True)
class _Seat:
    step_s: float
    tracker: RegimeTracker
    statistical: StatisticalBranch
    lock: threading.Lock = field(default_factory=threading.Lock)


class RegimeDesk:
    """Judges many streams, each by its own tracker, in bounded memory.

    Args:
        model: Gives the classifier.
        feedback: Knows each stream's weights, and takes its outcomes.
        clock: Tells when, for the verdicts' ids.
        most: Streams followed at once; the least recently used leaves and would begin anew, with
            what feedback has learned of it.
    """

    def __init__(
        self, model: Callable[[], RegimeModel], feedback: Feedback, clock: Clock, *, most: int = 64
    ) -> None:
        if most < 1:
            raise ContractError(f"Room for {most} streams was asked for.", hint="Give 1 or more.")
        self._model, self._feedback, self._clock, self._most = model, feedback, clock, most
        self._seats: OrderedDict[StreamKey, _Seat] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def streams(self) -> tuple[StreamKey, ...]:
        """The streams that are followed, least recently used first."""
        with self._lock:
            return tuple(self._seats)

    def update(
        self,
        source: str,
        domain: str,
        rows: Float[np.ndarray, "time channel"],
        step_s: float,
        context: Context,
    ) -> Told:
        """Take new samples of a stream and return the fused verdict.

        Raises:
            ContractError: Other channels or another step than before, or an infinite value.
        """
        key = StreamKey(context.tenant, source, domain)
        with self._lock:
            seat = self._seat(key, rows.shape[1], step_s)
        with seat.lock:
            learned = self._feedback.learned(key)
            seat.tracker.confirm = learned.confirm
            regime = seat.tracker.update(rows)
            state = seat.statistical.update(rows)
            number = uuid7(int(self._clock.now().timestamp() * 1e3)).replace("-", "")
            physics = _physics(regime)
            verdict = Verdict(
                id=f"vrd_{number}",
                label=regime.label,
                confirmed=regime.label == seat.tracker.confirmed,
                probabilities=None,
                statistical=learned.told_by(state),
                physics=physics,
                state=state,
                weight=learned.weights.physics,
            )
            if physics is not None:
                fused = learned.fuse(physics, state)
                label = LABELS[int(fused.argmax())]
                known = label == seat.tracker.confirmed
                verdict = replace(verdict, label=label, confirmed=known, probabilities=fused)
            self._feedback.expect(key, verdict)
        return Told(verdict, _shown(regime, verdict))

    def _seat(self, key: StreamKey, channels: int, step_s: float) -> _Seat:
        seat = self._seats.get(key)
        if seat is None:
            seat = _Seat(step_s, RegimeTracker(self._model(), step_s), StatisticalBranch(channels))
            self._seats[key] = seat
        if step_s != seat.step_s:
            raise ContractError(
                f"The stream {key.source!r} had a step of {seat.step_s:g} s; now it is "
                f"{step_s:g} s.",
                hint="Follow it under another source when its sampling changes.",
            )
        self._seats.move_to_end(key)
        while len(self._seats) > self._most:
            self._seats.popitem(last=False)
        return seat


def _physics(regime: Regime) -> Float[np.ndarray, "label"] | None:
    """Return the physics branch's probabilities; None where it gave a verdict on the data."""
    if regime.label in {"initializing", "anomalous"}:
        return None
    return np.array([regime.probabilities[label] for label in LABELS])


def _shown(regime: Regime, verdict: Verdict) -> Regime:
    """Return the regime with the fused probabilities, and what the stream's own past says."""
    if verdict.probabilities is None:
        return regime
    fused = dict(zip(LABELS, verdict.probabilities.tolist(), strict=True))
    said = f"By its own past, {STATES[verdict.state]}."
    told = f"{regime.evidence} {said} Together: {verdict.label.replace('_', ' ')}."
    return replace(
        regime,
        label=verdict.label,
        confirmed=verdict.confirmed,
        probabilities={**dict.fromkeys(regime.probabilities, 0.0), **fused},
        evidence=told,
    )
