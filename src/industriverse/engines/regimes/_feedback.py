"""What labelled outcomes teach: the branches' weights, the counts, the threshold that confirms."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ConflictError, ContractError
from industriverse.kernel.results import RegimeLabel

from ._fusion import Shares, Weights, pool_losses
from ._model import LABELS
from ._tracker import CONFIRM

Counts = Float[np.ndarray, "state label"]

LEAST_CONFIRM: Final = 0.8
MOST_CONFIRM: Final = 0.99
_WRONG: Final = 1 - CONFIRM
"""Share of confirmed verdicts that may be wrong: what the threshold says at its start."""
_STEP: Final = 0.02
_EVEN: Final = 0.5
"""Added to every count (Jeffreys), so that nothing unseen is impossible."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fused verdict, as it was told; feedback names its id.

    Attributes:
        id: Names it.
        label: The regime told.
        confirmed: Whether it was.
        probabilities: `(label,)` fused; None where no branch could say: too little data, or a
            record outside every known regime.
        statistical, physics: `(label,)` what each branch said.
        state: Number of the statistical branch's state.
        weight: Of the physics branch, then.
    """

    id: str
    label: RegimeLabel
    confirmed: bool
    probabilities: Shares | None
    statistical: Shares
    physics: Shares | None
    state: int
    weight: float


@dataclass(frozen=True, slots=True)
class Change:
    """One number that an outcome moved.

    Attributes:
        what: Its name.
        before, after: Its values.
    """

    what: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Learned:
    """Everything that outcomes move, for one tenant, source and domain.

    Attributes:
        weights: Of the two branches.
        counts: `(state, label)` Outcomes by state of the statistical branch, in units of one
            outcome; those that it started from came from simulated systems.
        confirm: Belief that confirms a regime, within `LEAST_CONFIRM` and `MOST_CONFIRM`.
        confirmed, wrong: Outcomes of confirmed verdicts, and how many of these were wrong.
    """

    weights: Weights
    counts: Counts
    confirm: float = CONFIRM
    confirmed: int = 0
    wrong: int = 0

    @classmethod
    def start(cls, counts: Counts) -> "Learned":
        """Return what is known before any outcome.

        Raises:
            ContractError: The table has other columns than the labels, or a count below 0.
        """
        if counts.ndim != 2 or counts.shape[1] != len(LABELS) or not (counts >= 0).all():  # noqa: PLR2004
            raise ContractError(
                f"A table of counts has the shape {counts.shape}; it needs {len(LABELS)} columns "
                "and no count below 0."
            )
        return cls(Weights.start(), np.array(counts, float))

    def told_by(self, state: int) -> Shares:
        """Return the statistical branch's probabilities: how often each regime was the outcome.

        Raises:
            ContractError: There is no such state.
        """
        if not 0 <= state < len(self.counts):
            raise ContractError(
                f"There is no state {state}; they are numbered 0 to {len(self.counts) - 1}."
            )
        row = self.counts[state] + _EVEN
        return row / row.sum()

    def fuse(self, physics: Shares, state: int) -> Shares:
        """Return the pooled probabilities at the weights in use."""
        return self.weights.fuse(self.told_by(state), physics)

    def learn(self, verdict: Verdict, outcome: str) -> "Learned":
        """Return what is known after an outcome.

        The weights move by AdaHedge; the count of the verdict's state and outcome grows by one.
        After an outcome of a confirmed verdict the threshold falls by a little where it was right
        and rises by nine times as much where it was wrong, so that while it stays within its
        bounds one confirmed verdict in ten is wrong in the long run, whatever the outcomes are.

        Args:
            verdict: The one that the outcome is of; what its branches said then is what is scored.
            outcome: The true regime: one of the model's labels.

        Raises:
            ContractError: The outcome is not one of the four labels.
            ConflictError: The verdict gave no probabilities that could be scored.

        References:
            Gibbs & Candès (2021), Adaptive conformal inference under distribution shift, eq. 2.
        """
        truth = outcome_number(outcome)
        if verdict.physics is None:
            raise ConflictError(
                f"The verdict {verdict.id} was {verdict.label}; it gave no probabilities to score.",
                hint="Give outcomes of verdicts that name a known regime.",
            )
        losses = pool_losses(verdict.statistical, verdict.physics, truth)
        now = self.weights.fuse(verdict.statistical, verdict.physics)
        counts = self.counts.copy()
        counts[verdict.state, truth] += 1
        taught = replace(
            self, weights=self.weights.learn(losses, -float(np.log(now[truth]))), counts=counts
        )
        return taught._judged(verdict.label == outcome) if verdict.confirmed else taught

    def _judged(self, right: bool) -> "Learned":
        moved = self.confirm + _STEP * ((not right) - _WRONG)
        return replace(
            self,
            confirm=min(max(moved, LEAST_CONFIRM), MOST_CONFIRM),
            confirmed=self.confirmed + 1,
            wrong=self.wrong + (not right),
        )

    def changes(self, after: "Learned") -> tuple[Change, ...]:
        """Return the numbers in use that differ from those of a later state."""
        named = [
            ("physics_weight", self.weights.physics, after.weights.physics),
            ("sharpness", self.weights.sharpness, after.weights.sharpness),
            ("confirm_threshold", self.confirm, after.confirm),
        ]
        for state, label in np.argwhere(self.counts != after.counts).tolist():
            place = (state, label)
            name = f"count[{state},{LABELS[label]}]"
            named.append((name, float(self.counts[place]), float(after.counts[place])))
        return tuple(Change(*one) for one in named if one[1] != one[2])

    def to_json(self) -> str:
        """Return the state as JSON, from which `from_json` makes the same to the last bit."""
        return json.dumps(
            {**asdict(self), "counts": self.counts.tolist()}
            | {"weights": {**asdict(self.weights), "losses": self.weights.losses.tolist()}},
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "Learned":
        """Return the state of a JSON text that `to_json` gave."""
        flat: dict[str, Any] = json.loads(text)
        weights: dict[str, Any] = flat.pop("weights")
        losses = np.array(weights.pop("losses"), float)
        counts = np.array(flat.pop("counts"), float)
        return cls(weights=Weights(losses=losses, **weights), counts=counts, **flat)


def outcome_number(outcome: str) -> int:
    """Return the number of a label.

    Raises:
        ContractError: It is not one of the labels that can be true of a record.
    """
    names = [str(label) for label in LABELS]
    if outcome not in names:
        raise ContractError(
            f"{outcome!r} is not an outcome.", hint=f"Give one of {', '.join(names)}."
        )
    return names.index(outcome)
