"""How much of a map its embedding keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap

from ._embedding import embed
from ._features import LEVELS, features

_FEWEST = 20
_RIDGES = 10.0 ** np.arange(-12.0, 1.0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class EncodingFidelity:
    """1 − VRMSE of what a ridge regression reads back from vectors of maps it never saw.

    VRMSE is the root mean square error over the held-out standard deviation: 1 is perfect, 0 is
    no better than the mean. Quantities that span decades are compared as logarithms.

    Attributes:
        energy: Of ln E.
        entropy: Of S in nats.
        spectrum: Mean over octaves, of log₁₀ of the power relative to ⟨e⟩².
        quantiles: Mean over quantiles, of ln(1 + e/⟨e⟩).
        total: Mean of the four.
    """

    energy: float
    entropy: float
    spectrum: float
    quantiles: float
    total: float


def encoding_fidelity(
    known: Sequence[EnergyMap], held_out: Sequence[EnergyMap]
) -> EncodingFidelity:
    """Return how well energy, entropy, spectrum and quantiles are read back from vectors.

    Args:
        known: Maps that the regression is fitted on, at least 20; its penalty is chosen on
            them alone, by leave-one-out error.
        held_out: Maps that it is scored on, at least 20.

    Raises:
        ContractError: Too few maps, or maps that are all alike.

    Notes:
        An octave that fewer than 20 maps of either set resolve is not scored.
    """
    for name, maps in (("known", known), ("held-out", held_out)):
        if len(maps) < _FEWEST:
            raise ContractError(f"{len(maps)} {name} maps; fidelity needs {_FEWEST}.")
    x, y = _vectors(known), _vectors(held_out)
    aim, truth = _targets(known), _targets(held_out)
    means = {name: _mean_score(x, aim[name], y, truth[name]) for name in aim}
    return EncodingFidelity(**means, total=float(np.mean(list(means.values()))))


def _vectors(maps: Sequence[EnergyMap]) -> Float[np.ndarray, "map 512"]:
    return np.stack([embed(m.density, m.grid) for m in maps]).astype(np.float64)


def _targets(maps: Sequence[EnergyMap]) -> dict[str, Float[np.ndarray, "map target"]]:
    found = [features(m.density, m.grid) for m in maps]
    names = {
        "energy": ["energy"],
        "entropy": ["entropy"],
        "spectrum": [f"power {j}" for j in range(9)],
        "quantiles": [f"quantile {q}" for q in LEVELS],
    }
    return {
        group: np.array([[row.get(n, np.nan) for n in wanted] for row in found], np.float64)
        for group, wanted in names.items()
    }


def _mean_score(
    x: Float[np.ndarray, "known 512"],
    aim: Float[np.ndarray, "known target"],
    y: Float[np.ndarray, "held 512"],
    truth: Float[np.ndarray, "held target"],
) -> float:
    """Return the mean of 1 − VRMSE over targets that vary and are seen often enough."""
    seen, asked = np.isfinite(aim), np.isfinite(truth)
    scores: list[float] = []
    for pattern in np.unique(seen, axis=1).T:
        columns = np.flatnonzero((seen == pattern[:, None]).all(axis=0))
        if pattern.sum() < _FEWEST:
            continue
        read = _ridge(x[pattern], aim[np.ix_(pattern, columns)], y)
        for guess, column in zip(read.T, columns.tolist(), strict=True):
            scores += _one_minus_vrmse(guess, truth[:, column], asked[:, column])
    if not scores:
        raise ContractError(
            "The held-out maps are all alike, so nothing can be read back from them.",
            hint="Send maps that differ.",
        )
    return float(np.mean(scores))


def _one_minus_vrmse(
    guess: Float[np.ndarray, "held"],
    truth: Float[np.ndarray, "held"],
    asked: Bool[np.ndarray, "held"],
) -> list[float]:
    if asked.sum() < _FEWEST or (spread := float(np.std(truth[asked]))) <= _RIDGES[0]:
        return []
    error = float(np.sqrt(np.mean((guess[asked] - truth[asked]) ** 2)))
    return [1.0 - error / spread]


def _ridge(
    x: Float[np.ndarray, "known 512"],
    aim: Float[np.ndarray, "known target"],
    y: Float[np.ndarray, "held 512"],
) -> Float[np.ndarray, "held target"]:
    """Predict with ridge regression, each target's penalty by exact leave-one-out error."""
    centre, level = x.mean(axis=0), aim.mean(axis=0)
    left, values, right = np.linalg.svd(x - centre, full_matrices=False)
    turned = left.T @ (aim - level)
    best = np.full(aim.shape[1], np.inf, np.float64)
    weights = np.zeros((x.shape[1], aim.shape[1]), np.float64)
    for penalty in _RIDGES * values[0] ** 2:
        shrink = values**2 / (values**2 + penalty)
        leverage = (left**2) @ shrink + 1.0 / len(x)
        missed = (aim - level - left @ (shrink[:, None] * turned)) / (1.0 - leverage)[:, None]
        error = np.mean(missed**2, axis=0)
        better = error < best
        best = np.where(better, error, best)
        found = right.T @ ((shrink / values)[:, None] * turned)
        weights[:, better] = found[:, better]
    return level + (y - centre) @ weights
