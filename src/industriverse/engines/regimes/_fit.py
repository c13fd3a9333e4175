"""Fitting the classifier: seeded, deterministic, in seconds."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import OptimizeResult, minimize, minimize_scalar

from industriverse.kernel.errors import ContractError

from ._model import LABELS, RegimeModel

Features = Float[np.ndarray, "record feature"]
Labels = Int[np.ndarray, "record"]

_UNITS, _MEMBERS, _ROUNDS = 24, 5, 250
_DECAY = 1e-3
_CALIBRATION_SHARE = 0.2
_EDGE_QUANTILE = 0.995
_SHRINK = 0.1
_FEWEST = 2
"""Records of a regime from which a spread can be told."""


def _loss(
    flat: Float[np.ndarray, "weight"],
    x: Features,
    wanted: Float[np.ndarray, "record label"],
) -> tuple[float, Float[np.ndarray, "weight"]]:
    """Return the mean log loss with weight decay, and its gradient."""
    w1, b1, w2, b2 = _split(flat, x.shape[1])
    units = np.tanh(x @ w1 + b1)
    scores = units @ w2 + b2
    scores -= scores.max(axis=1, keepdims=True)
    log_share = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    decay = (w1 * w1).sum() + (w2 * w2).sum()
    value = -(wanted * log_share).sum() / len(x) + _DECAY * decay / 2
    back = (np.exp(log_share) - wanted) / len(x)
    inner = (back @ w2.T) * (1 - units * units)
    parts = [x.T @ inner + _DECAY * w1, inner.sum(0), units.T @ back + _DECAY * w2, back.sum(0)]
    return float(value), np.concatenate([part.ravel() for part in parts])


def _split(flat: Float[np.ndarray, "weight"], features: int) -> tuple[np.ndarray, ...]:
    sizes = np.cumsum([features * _UNITS, _UNITS, _UNITS * len(LABELS)])
    w1, b1, w2, b2 = np.split(flat, sizes)
    return w1.reshape(features, _UNITS), b1, w2.reshape(_UNITS, len(LABELS)), b2


def _member(x: Features, y: Labels, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    wanted = np.eye(len(LABELS))[y]
    count = x.shape[1] * _UNITS + _UNITS + _UNITS * len(LABELS) + len(LABELS)
    start = random.standard_normal(count) / np.sqrt(x.shape[1])
    found = minimize(_loss, start, (x, wanted), "L-BFGS-B", jac=True, options={"maxiter": _ROUNDS})
    return _split(found.x, x.shape[1])


def _spreads(scaled: Features, y: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Return each regime's whitening matrix, and its centre after whitening."""
    matrices, centres = [], []
    for k in range(len(LABELS)):
        own = scaled[y == k]
        scatter = np.cov(own.T)
        shrunk = (1 - _SHRINK) * scatter + _SHRINK * np.diag(np.diag(scatter) + _SHRINK)
        values, vectors = np.linalg.eigh(shrunk)
        matrices.append(vectors / np.sqrt(values))
        centres.append(own.mean(axis=0) @ matrices[-1])
    return np.stack(matrices), np.stack(centres)


def _edges(raw: RegimeModel, features: Features, labels: Labels) -> Float[np.ndarray, "label"]:
    """Return the distance that all but one in two hundred of a regime's records stay within."""
    away = raw.distances(features)
    own = [away[labels == k, k] for k in range(len(LABELS))]
    return np.array([np.quantile(distances, _EDGE_QUANTILE) for distances in own])


def fit(features: Features, labels: Labels, *, seed: int) -> RegimeModel:
    """Return a classifier fitted to features with known labels (indices into `LABELS`).

    Four fifths train five small networks on the log loss; the last fifth sets the
    temperature of their mean and, per regime, the distance beyond which a window counts as unknown.

    Raises:
        ContractError: A regime has fewer than two records to learn from, or none in the last fifth.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    held = order[: round(_CALIBRATION_SHARE * len(order))]
    used = order[len(held) :]
    _require_all(*(np.bincount(labels[part], minlength=len(LABELS)) for part in (used, held)))
    mean, scale = features[used].mean(axis=0), features[used].std(axis=0) + 1e-6
    scaled = np.clip((features - mean) / scale, -6, 6)
    members = [_member(scaled[used], labels[used], random) for _ in range(_MEMBERS)]
    w1, b1, w2, b2 = (np.stack(parts) for parts in zip(*members, strict=True))
    whiten, centres = _spreads((features[used] - mean) / scale, labels[used])
    raw = RegimeModel(mean, scale, w1, b1, w2, b2, 1.0, whiten, centres, np.ones(len(LABELS)))
    sharp = _temperature(raw, features[held], labels[held])
    return replace(raw, sharpness=sharp, edges=_edges(raw, features[held], labels[held]))


def _require_all(learned: Int[np.ndarray, "label"], held: Int[np.ndarray, "label"]) -> None:
    if scarce := [LABELS[k] for k in np.flatnonzero((learned < _FEWEST) | (held == 0))]:
        raise ContractError(
            f"Too few records are {' or '.join(scarce)} to learn from and to hold out.",
            hint="Give more records of each regime.",
        )


def _temperature(raw: RegimeModel, features: Features, labels: Labels) -> float:
    """Return the inverse temperature with the least log loss."""
    rows = np.arange(len(labels))

    def loss(log_sharp: float) -> float:
        tried = replace(raw, sharpness=float(np.exp(log_sharp)))
        chosen = tried.probabilities(features)[rows, labels]
        return float(-np.log(chosen + 1e-12).mean())

    found: OptimizeResult = minimize_scalar(loss, bounds=(-3.0, 2.0), method="bounded")
    return float(np.exp(found.x))
