"""The regime of a stream: evidence adds up until a change is sure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.results import Annotation, Regime, RegimeLabel

from ._detect import Reading, read, to_regime
from ._model import LABELS, RegimeModel
from ._window import WINDOW, Table, checked


@dataclass(frozen=True, slots=True)
class Transition:
    """A confirmed change of regime.

    Attributes:
        before, after: The regimes.
        sample: Index of the newest sample when the change was confirmed, from 0.
        evidence: One plain sentence.
    """

    before: RegimeLabel
    after: RegimeLabel
    sample: int
    evidence: str


_FRESH = 4
"""Windows a quarter of their length apart count as independent evidence."""
_LEAVE = 0.05
"""Chance to leave a regime per independent piece of evidence."""
CONFIRM = 0.9
"""Belief at which a regime is confirmed, before feedback has moved it."""
_ANOMALIES = 2
"""Successive independent windows that must be unlike anything before `anomalous` is confirmed."""


class RegimeTracker:
    """Follows one stream in bounded memory; the caller keeps one per tenant, source and domain.

    Each update judges the newest window. Overlapping windows repeat each other, so a window
    counts only by the share `w` of it that is new since the last verdict (a quarter of a window
    counts in full): `log b ← log(leave_w(b)) + w · log p`, normalised. A regime is confirmed
    once its belief passes `confirm`; it stays the confirmed one until another is.

    Attributes:
        confirm: Belief that confirms a regime; may be moved between updates.
    """

    def __init__(
        self, model: RegimeModel, step_s: float, *, every: int = 1, confirm: float = CONFIRM
    ) -> None:
        if every < 1:
            raise ContractError(
                f"The tracker was asked to judge every {every} samples.", hint="Give 1 or more."
            )
        self.confirm = confirm
        self._model = model
        self._step_s = step_s
        self._every = every
        self._buffer: Table = np.empty((0, 0))
        self._belief: Float[np.ndarray, "label"] = np.full(len(LABELS), 1 / len(LABELS))
        self._seen = 0
        self._judged = 0
        self._strange = 0.0
        self._confirmed: RegimeLabel = "initializing"
        self._last: Regime | None = None
        self._transitions: tuple[Transition, ...] = ()

    @property
    def confirmed(self) -> RegimeLabel:
        """The last confirmed regime; `initializing` before the first."""
        return self._confirmed

    @property
    def belief(self) -> Mapping[str, float]:
        """The accumulated probability of each regime."""
        return dict(zip(LABELS, self._belief.tolist(), strict=True))

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The changes that the last update confirmed; mostly none."""
        return self._transitions

    def update(
        self,
        values_block: Float[np.ndarray, "time channel"],
        *,
        annotation: Annotation | None = None,
    ) -> Regime:
        """Take new samples and return the regime.

        Raises:
            ContractError: The block has other channels than those before, or infinite values.
        """
        self._take(checked(values_block, self._step_s))
        self._transitions = ()
        new = self._seen - self._judged
        if self._last is not None and new < self._every:
            return self._last
        reading = read(self._buffer, self._model)
        self._weigh(reading, new)
        self._judged = self._seen
        regime = to_regime(
            reading, confirmed=reading.label == self._confirmed, annotation=annotation
        )
        self._last = regime
        return regime

    def _take(self, block: Table) -> None:
        if not self._seen:
            self._buffer = block[:0]
        if block.shape[1] != self._buffer.shape[1]:
            raise ContractError(
                f"The stream had {self._buffer.shape[1]} channels; this block has "
                f"{block.shape[1]}.",
                hint="Start a new tracker when the channels change.",
            )
        self._buffer = np.concatenate([self._buffer, block])[-2 * WINDOW :]
        self._seen += len(block)

    def _weigh(self, reading: Reading, new: int) -> None:
        if reading.probabilities is None:
            return
        weight = min(1.0, new * _FRESH / reading.samples)
        if reading.label == "anomalous":
            self._strange += weight
            if self._strange >= _ANOMALIES:
                self._confirm("anomalous", reading)
            return
        self._strange = 0.0
        stay = (1 - _LEAVE) ** weight
        mixed = stay * self._belief + (1 - stay) / len(LABELS)
        score = np.log(mixed) + weight * np.log(reading.probabilities + 1e-6)
        belief = np.exp(score - score.max())
        self._belief = belief / belief.sum()
        best = int(self._belief.argmax())
        if self._belief[best] >= self.confirm:
            self._confirm(LABELS[best], reading)

    def _confirm(self, label: RegimeLabel, reading: Reading) -> None:
        if label == self._confirmed:
            return
        evidence = to_regime(reading, confirmed=True, annotation=None).evidence
        change = Transition(self._confirmed, label, self._seen - 1, evidence)
        self._transitions = (change,)
        self._confirmed = label
