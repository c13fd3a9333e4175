"""The classifier: a small committee of networks, calibrated, with the edge of what it knows."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.results import RegimeLabel

from ._features import FEATURE_NAMES

LABELS: tuple[RegimeLabel, ...] = ("stable", "transitional", "chaotic", "phase_change")
Layer = tuple[Float[np.ndarray, "in out"], Float[np.ndarray, "out"]]
_CLIP = 6.0


@dataclass(frozen=True, slots=True)
class RegimeModel:
    """Weights with their scales; built only by `fit` or from weights whose hash was checked.

    Attributes:
        mean, scale: `(feature,)` that standardise the features.
        hidden: `(member, feature, unit)` and its bias `(member, unit)`.
        output: `(member, unit, label)` and its bias `(member, label)`.
        sharpness: Inverse temperature of the calibration, above zero.
        whiten: `(label, feature, white)`; a regime's standardised features times its matrix have
            unit covariance.
        centres: `(label, white)` the regimes' means after that.
        edges: `(label,)` distance from each centre beyond which that regime was never seen.
        sha256: Of the weights' bytes; empty for a model that was never saved.
    """

    mean: Float[np.ndarray, "feature"]
    scale: Float[np.ndarray, "feature"]
    hidden_weight: Float[np.ndarray, "member feature unit"]
    hidden_bias: Float[np.ndarray, "member unit"]
    output_weight: Float[np.ndarray, "member unit label"]
    output_bias: Float[np.ndarray, "member label"]
    sharpness: float
    whiten: Float[np.ndarray, "label feature white"]
    centres: Float[np.ndarray, "label white"]
    edges: Float[np.ndarray, "label"]
    sha256: str = ""

    def probabilities(
        self, features: Float[np.ndarray, "*batch feature"]
    ) -> Float[np.ndarray, "*batch label"]:
        """Return the probability of each of `LABELS`."""
        scaled = np.clip((features - self.mean) / self.scale, -_CLIP, _CLIP)
        units = np.tanh(np.einsum("...f,mfu->...mu", scaled, self.hidden_weight) + self.hidden_bias)
        scores = np.einsum("...mu,mul->...ml", units, self.output_weight) + self.output_bias
        return _softmax(self.sharpness * scores.mean(axis=-2))

    def distances(
        self, features: Float[np.ndarray, "*batch feature"]
    ) -> Float[np.ndarray, "*batch label"]:
        """Return the Mahalanobis distance to each regime's centre, by that regime's own spread."""
        scaled = (features - self.mean) / self.scale
        white = np.einsum("...f,lfw->...lw", scaled, self.whiten)
        return np.sqrt(((white - self.centres) ** 2).sum(axis=-1))

    def strangeness(
        self, features: Float[np.ndarray, "*batch feature"]
    ) -> Float[np.ndarray, "*batch"]:
        """Return how far out the features are; above 1 they lie beyond every regime's edge."""
        return np.asarray((self.distances(features) / self.edges).min(axis=-1))


def _softmax(scores: Float[np.ndarray, "*batch label"]) -> Float[np.ndarray, "*batch label"]:
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


_ARRAYS = (
    "mean",
    "scale",
    "hidden_weight",
    "hidden_bias",
    "output_weight",
    "output_bias",
    "whiten",
    "centres",
    "edges",
)


def pack(model: RegimeModel) -> bytes:
    """Return the weights in the safetensors layout: a JSON header, then raw numbers."""
    arrays = {name: np.asarray(getattr(model, name), "<f8") for name in _ARRAYS}
    arrays["sharpness"] = np.array([model.sharpness], "<f8")
    header: dict[str, object] = {}
    place = 0
    for name, array in arrays.items():
        stop = place + array.nbytes
        header[name] = {"dtype": "F64", "shape": array.shape, "data_offsets": [place, stop]}
        place = stop
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    body = b"".join(array.tobytes() for array in arrays.values())
    return len(head).to_bytes(8, "little") + head + body


def unpack(weights: bytes, card: Mapping[str, object]) -> RegimeModel:
    """Return the model of a weights file, if it is the one its card speaks of.

    Raises:
        UnavailableError: The hash or the feature list is not the card's.
    """
    digest = hashlib.sha256(weights).hexdigest()
    if digest != card.get("sha256"):
        raise UnavailableError(
            f"The regime weights have hash {digest[:12]}…, their card says {card.get('sha256')}.",
            hint="Restore models/regimes from the release, or train again.",
        )
    if tuple(_strings(card.get("features"))) != FEATURE_NAMES:
        raise UnavailableError(
            "The regime weights were trained on other features than this version measures.",
            hint="Train again: python -m industriverse.services.train_regimes.",
        )
    arrays = _arrays(weights)
    (sharpness,) = arrays.pop("sharpness").tolist()
    return RegimeModel(**arrays, sharpness=sharpness, sha256=digest)


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _arrays(weights: bytes) -> dict[str, Float[np.ndarray, "..."]]:
    size = int.from_bytes(weights[:8], "little")
    header = json.loads(weights[8 : 8 + size])
    body = weights[8 + size :]
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], "<f8").reshape(entry["shape"])
        for name, entry in header.items()
    }
