"""The regime of a table of readings."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.results import REGIME_LABELS, Annotation, Regime, RegimeLabel

from ._features import FEATURE_NAMES, measure
from ._model import LABELS, RegimeModel
from ._window import LEAST, WINDOW, Table, checked, to_window
from ._words import sentence

SURE = 0.8
"""Probability that a single window needs before its regime may be called confirmed."""
_HELD_BACK = 8
"""The verdict must also hold without the newest eighth of the window."""
_LEAST_MAPS = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What one window says, before anything is confirmed.

    Attributes:
        label: The most probable regime, or `anomalous`, or `initializing`.
        probabilities: `(label,)` in the order of the model's labels; None when initializing.
        features: `(feature,)`; None when initializing.
        samples: Samples in the recent window.
        distance: To the nearest known regime, over the edge of what is known.
    """

    label: RegimeLabel
    probabilities: Float[np.ndarray, "label"] | None
    features: Float[np.ndarray, "feature"] | None
    samples: int
    distance: float


def read(values: Table, model: RegimeModel) -> Reading:
    """Return what the newest window of a table says."""
    window = to_window(values)
    if window is None:
        return Reading("initializing", None, None, len(values), 0.0)
    features = measure(window)
    shares = model.probabilities(features)
    distance = float(model.strangeness(features))
    label: RegimeLabel = "anomalous" if distance > 1 else LABELS[int(shares.argmax())]
    return Reading(label, shares, features, len(window.recent), distance)


def _thermal(annotation: Annotation | None) -> dict[str, float]:
    """Return effective temperature and its relative rate per map, where there is a reading."""
    if annotation is None or len(annotation.temperature) < 1:
        return {}
    series = annotation.temperature
    found = {
        "effective_temperature": float(series[-1]),
        "map_entropy": float(annotation.entropy[-1]),
    }
    if len(series) >= _LEAST_MAPS and series.mean() > 0:
        slope = float(np.polyfit(np.arange(len(series)), series, 1)[0])
        found["effective_temperature_rate"] = slope / float(series.mean())
    return found


def _shares(reading: Reading) -> dict[str, float]:
    """Return a probability for each label of the kernel; they sum to one.

    `initializing` and `anomalous` are verdicts about the data, not outcomes of the classifier:
    when one applies it takes all, since the classifier's shares mean nothing there.
    """
    shares = dict.fromkeys(map(str, REGIME_LABELS), 0.0)
    if reading.probabilities is None or reading.label == "anomalous":
        shares[reading.label] = 1.0
        return shares
    shares.update(zip(LABELS, reading.probabilities.tolist(), strict=True))
    return shares


def named_features(reading: Reading) -> dict[str, float]:
    """Return the features by name; none while initializing."""
    if reading.features is None:
        return {}
    named = dict(zip(FEATURE_NAMES, reading.features.tolist(), strict=True))
    return {**named, "distance_from_known": reading.distance}


def to_regime(reading: Reading, *, confirmed: bool, annotation: Annotation | None) -> Regime:
    """Return the kernel's regime of a reading."""
    features = named_features(reading)
    shares = _shares(reading)
    if reading.label == "initializing":
        evidence = (
            f"{reading.samples} samples are too few, or nothing in them moves: at least {LEAST} "
            "with under 30 % missing, in a channel that changes, are needed to name a regime."
        )
    elif reading.label == "anomalous":
        evidence = (
            f"The last {reading.samples} samples behave unlike every known regime: they lie "
            f"{reading.distance:.1f} times as far out as nearly all that was ever seen."
        )
    else:
        evidence = sentence(reading.label, shares[reading.label], reading.samples, features)
    return Regime(
        label=reading.label,
        confirmed=confirmed,
        probabilities=shares,
        features={**features, **_thermal(annotation)},
        evidence=evidence,
    )


def detect_regime(
    values: Float[np.ndarray, "time channel"],
    step_s: float,
    *,
    model: RegimeModel,
    annotation: Annotation | None = None,
) -> Regime:
    """Return the regime of the newest readings.

    The last 384 samples are judged, against the 384 before them where they exist. Confirmed
    when the window without its newest eighth gives the same label and the label has 80 %.

    Args:
        values: `(time, channel)`. NaN marks a missing reading; any units, for each channel is
            standardised.
        step_s: [s]. Above zero. Only ratios of times enter, so its size does not matter.
        model: From `unpack`; its weights' hash was checked there.
        annotation: Adds effective temperature and its rate to the features shown.

    Raises:
        ContractError: A value is infinite or the step is not above zero.
    """
    table = checked(values, step_s)
    reading = read(table, model)
    confirmed = False
    if reading.probabilities is not None and reading.label != "anomalous":
        sure = float(reading.probabilities.max()) >= SURE
        earlier = table[: len(table) - min(len(table), WINDOW) // _HELD_BACK]
        confirmed = sure and read(earlier, model).label == reading.label
    return to_regime(reading, confirmed=confirmed, annotation=annotation)
