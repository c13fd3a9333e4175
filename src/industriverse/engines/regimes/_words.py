"""One plain sentence for why."""

from collections.abc import Mapping

import numpy as np

_SAYINGS: dict[str, str] = {
    "stable": "readings keep to one pattern",
    "transitional": "readings are settling or recover slowly from disturbances",
    "chaotic": "readings follow a rule, but small differences grow",
    "phase_change": "the pattern changed",
    "anomalous": "readings behave unlike every known regime",
}


def share_of(p: float) -> str:
    """Return a probability as a percentage that never claims certainty."""
    return "over 99 %" if p > 0.99 else f"{p:.0%}".replace("%", " %")  # noqa: PLR2004


def _memory(features: Mapping[str, float]) -> str:
    lag1 = float(np.tanh(features["lag1_autocorrelation"]))
    side = "repeats" if lag1 >= 0 else "reverses"
    return f"a reading {side} {abs(lag1):.0%} of the departure just before it".replace("%", " %")


def _swing(features: Mapping[str, float]) -> str:
    ratio = float(np.exp(features["variance_trend"] / 2))
    return f"swings in the newer half are {ratio:.2f} times those in the older half"


def _shift(features: Mapping[str, float]) -> str:
    shift = float(np.expm1(features["largest_mean_shift"]))
    return f"the level that moved most moved by {shift:.1f} times its usual spread"


def _parting(features: Mapping[str, float]) -> str:
    fold = float(np.exp(features["divergence_rate"]))
    return f"moments that look alike are {fold:.1f} times as far apart a step later"


def sentence(label: str, p: float, samples: int, features: Mapping[str, float]) -> str:
    """Return what the label rests on, with its numbers, in one sentence."""
    facts = {
        "stable": (_swing, _shift),
        "transitional": (_memory, _swing),
        "chaotic": (_parting, _swing),
        "phase_change": (_shift, _swing),
        "anomalous": (_shift, _swing),
    }[label]
    first, second = (fact(features) for fact in facts)
    return (
        f"In the last {samples} samples {_SAYINGS[label]} ({share_of(p)} sure): {first}, "
        f"and {second}."
    )
