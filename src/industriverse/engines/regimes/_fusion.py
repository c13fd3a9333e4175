"""Two opinions on the regime as one: a weighted log-opinion pool whose weights learn."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._model import LABELS

Shares = Float[np.ndarray, "label"]
Grid = Float[np.ndarray, "choice"]

FLOOR: Final = 1e-3
"""No branch may give a regime less, so that no outcome costs more than `LOSS_BOUND` nats."""
START: Final = 0.6
"""Weight of the physics branch before any outcome; the statistical branch has the rest."""
_LEVELS = np.linspace(0.05, 0.95, 19)
_SHARPNESS = np.linspace(1.0, 2.0, 5)
"""From one, for branches that say the same, to two, for branches that err independently."""
LOSS_BOUND: Final = float(-np.log(FLOOR) * _SHARPNESS[-1])
GRID: Final[Float[np.ndarray, "choice 2"]] = np.array(
    [(weight, sharpness) for sharpness in _SHARPNESS for weight in _LEVELS]
)
"""Fixed weights of the physics branch, each with a sharpness, that learning is held against."""
_POWERS: Final = np.column_stack([(1 - GRID[:, 0]) * GRID[:, 1], GRID[:, 0] * GRID[:, 1]])
"""`(choice, branch)` What each branch's logarithm is multiplied by: statistical, physics."""
_FASTEST = 1.0
"""Highest rate of learning: Bayes' rule on the grid."""


def floored(shares: Shares) -> Shares:
    """Return the shares mixed with as much of the uniform ones as keeps each at `FLOOR` or more.

    Raises:
        ContractError: They are not one probability a label.
    """
    given = np.asarray(shares, float)
    fine = given.shape == (len(LABELS),) and np.isfinite(given).all() and (given >= 0).all()
    if not fine or abs(given.sum() - 1) > 1e-6:  # noqa: PLR2004 (rounding)
        raise ContractError(
            f"A branch gave {given.tolist()}; one probability for each of {', '.join(LABELS)} "
            "is needed, none below 0, with the sum 1."
        )
    return FLOOR + (1 - len(LABELS) * FLOOR) * given


def pool(statistical: Shares, physics: Shares, weight: float, sharpness: float = 1.0) -> Shares:
    r"""Return the weighted log-opinion pool of two branches.

    $$p_k \propto (s_k^{1-w} f_k^{w})^\tau$$

    Args:
        statistical: `(label,)` The statistical branch's s.
        physics: `(label,)` The physics branch's f.
        weight: w, of the physics branch, in (0, 1).
        sharpness: τ, 1 or more. With 1 the pool of two calibrated branches that know different
            things is less sure than it may be.

    Notes:
        Both are floored first. The sum before normalisation is at most 1 (Hölder), so each pooled
        share is at least `FLOOR` to the power of the sharpness.

    References:
        Genest & Zidek (1986), Statistical Science 1, 114–135; Ranjan & Gneiting (2010), Journal of
        the Royal Statistical Society B 72, 71–91, for what pooling does to calibration.

    Examples:
        >>> even = np.full(4, 0.25)
        >>> pool(even, np.array([0.97, 0.01, 0.01, 0.01]), 0.5).round(2).tolist()
        [0.76, 0.08, 0.08, 0.08]
    """
    if not 0 < weight < 1:
        raise ContractError(f"The physics branch was given the weight {weight:g}, not in (0, 1).")
    if not sharpness >= 1:
        raise ContractError(f"The pool was given the sharpness {sharpness:g}, below 1.")
    mean = (1 - weight) * np.log(floored(statistical)) + weight * np.log(floored(physics))
    score = sharpness * mean
    shares = np.exp(score - score.max())
    return shares / shares.sum()


def pool_losses(statistical: Shares, physics: Shares, outcome: int) -> Grid:
    """Return `(choice,)` [nat]: the log loss of the pool at each choice of the grid."""
    scores = _POWERS @ np.log(np.stack([floored(statistical), floored(physics)]))
    return np.log(np.exp(scores).sum(axis=1)) - scores[:, outcome]


def _prior() -> Grid:
    """Return the grid's shares of greatest entropy whose mean weight is `START`."""

    def tilted(tilt: float) -> Grid:
        shares = np.exp(tilt * (GRID[:, 0] - START))
        return shares / shares.sum()

    low, high = -50.0, 50.0
    for _ in range(100):
        tilt = (low + high) / 2
        low, high = (tilt, high) if tilted(tilt) @ GRID[:, 0] < START else (low, tilt)
    return tilted((low + high) / 2)


_PRIOR: Final = _prior()
_WORTH: Final = float(-np.log(_PRIOR.min()))
"""Nats that the prior can cost at most."""


@dataclass(frozen=True, slots=True)
class Weights:
    r"""The weights of the two branches, learned by AdaHedge over the grid of fixed choices.

    A choice is a weight and a sharpness. Each has the share `q ∝ prior · exp(−η L)` of its
    cumulated loss L; the branches' powers in use are their mean. The pool's log loss is convex in
    the powers, so their mean costs no more than the shares' mean loss, and AdaHedge's bound holds.

    Attributes:
        losses: `(choice,)` [nat]. Cumulated loss of each fixed choice.
        told: [nat]. Cumulated loss of the pool with the powers in use when the outcome arrived.
        gap: [nat]. Cumulated mixability gap, from which the rate follows.
        squares: [nat²]. Sum of the squared spreads of the grid's losses.
        widest: [nat]. The widest of these spreads.
        outcomes: How many were learned from.

    Notes:
        With the rate `η = K / (D₀ + Δ)`, Δ the gap, K the nats that the prior can cost and
        `D₀ = K / η₁` for the highest rate η₁, the regret against the best fixed choice is at
        most `2 √(D₀² + K Σs²/4) + (4/3 K + 2) max s − D₀`, s the spread of a round's losses
        (at most `LOSS_BOUND`), whatever the outcomes are. It holds in the order in which
        outcomes arrive; loss by outcomes that were still out when a verdict was told is beyond it.

    References:
        de Rooij, van Erven, Grünwald & Koolen (2014), JMLR 15, Theorem 6 and its Lemmas 2–3;
        a prior on the grid and a start above 0 go through them unchanged.
    """

    losses: Grid
    told: float = 0.0
    gap: float = 0.0
    squares: float = 0.0
    widest: float = 0.0
    outcomes: int = 0

    @classmethod
    def start(cls) -> "Weights":
        """Return 0.4 for the statistical branch and 0.6 for the physics branch, sharpness 1.5."""
        return cls(np.zeros(len(GRID)))

    @property
    def rate(self) -> float:
        """How fast the next outcome is learned from."""
        return _WORTH / (_WORTH / _FASTEST + self.gap)

    @property
    def shares(self) -> Grid:
        """`(choice,)` The share of each fixed choice."""
        raw = _PRIOR * np.exp(-self.rate * (self.losses - self.losses.min()))
        return raw / raw.sum()

    @property
    def physics(self) -> float:
        """Weight of the physics branch, within the grid."""
        powers = self.shares @ _POWERS
        return float(np.clip(powers[1] / powers.sum(), _LEVELS[0], _LEVELS[-1]))

    @property
    def sharpness(self) -> float:
        """Sharpness of the pool, within the grid."""
        powers = self.shares @ _POWERS
        return float(np.clip(powers.sum(), _SHARPNESS[0], _SHARPNESS[-1]))

    @property
    def statistical(self) -> float:
        """Weight of the statistical branch."""
        return 1 - self.physics

    @property
    def best(self) -> tuple[float, float]:
        """The fixed physics weight and sharpness that would have cost least so far."""
        if not self.outcomes:
            return START, float(_SHARPNESS.mean())
        weight, sharpness = GRID[self.losses.argmin()].tolist()
        return weight, sharpness

    @property
    def regret(self) -> float:
        """[nat] Loss beyond that of the best fixed choice of the grid; it may be below 0."""
        return self.told - float(self.losses.min())

    @property
    def bound(self) -> float:
        """[nat] What the regret cannot exceed, for the outcomes so far."""
        if not self.outcomes:
            return 0.0
        first = _WORTH / _FASTEST
        rest = (4 / 3 * _WORTH + 2) * self.widest
        return 2 * float(np.sqrt(first**2 + _WORTH * self.squares / 4)) + rest - first

    def fuse(self, statistical: Shares, physics: Shares) -> Shares:
        """Return the pool with the weights in use."""
        return pool(statistical, physics, self.physics, self.sharpness)

    def learn(self, losses: Grid, told: float) -> "Weights":
        """Return the weights after an outcome.

        Args:
            losses: `(choice,)` [nat]. What each fixed choice lost, within 0 and `LOSS_BOUND`.
            told: [nat]. What the pool in use lost.

        Raises:
            ContractError: A loss is outside these bounds.
        """
        every = np.append(losses, told)
        slack = 1e-9
        if not (np.isfinite(every) & (every >= -slack) & (every <= LOSS_BOUND + slack)).all():
            raise ContractError(
                f"Losses from {every.min():g} to {every.max():g} nats were given; they must lie "
                f"within 0 and {LOSS_BOUND:.2f}."
            )
        shares, rate = self.shares, self.rate
        mixed = losses.min() - np.log(shares @ np.exp(-rate * (losses - losses.min()))) / rate
        spread = float(losses.max() - losses.min())
        return replace(
            self,
            losses=self.losses + losses,
            told=self.told + told,
            gap=self.gap + max(float(shares @ losses - mixed), 0.0),
            squares=self.squares + spread**2,
            widest=max(self.widest, spread),
            outcomes=self.outcomes + 1,
        )
