"""Numbers that can be computed with: neither so large nor so small that their products vanish."""

import numpy as np

from industriverse.kernel.errors import InputError
from industriverse.kernel.observations import Observation
from industriverse.kernel.signals import Signals

LARGEST = 1e60
"""Fourth powers (of a spectrum's power, of a kurtosis) and sums of them stay below 1e308."""
SMALLEST = 1e-60


def refuse_extremes(observed: Observation) -> None:
    """Refuse a channel whose numbers leave double precision once they are squared twice.

    Raises:
        InputError: A channel's largest magnitude is above 1e60, or below 1e-60 but not zero.
    """
    for name in observed.names:
        values = _values(observed, name)
        largest = float(np.nan_to_num(max(_reduced(np.fmax, values), -_reduced(np.fmin, values))))
        if largest > LARGEST or 0 < largest < SMALLEST:
            raise InputError(
                f"Channel {name!r} holds magnitudes of {largest:.3g}; its powers cannot be "
                "computed in double precision.",
                hint=f"Give it in a unit in which its largest magnitude lies between "
                f"{SMALLEST:g} and {LARGEST:g}.",
                channel=name,
            )


def _values(observed: Observation, name: str) -> np.ndarray:
    if isinstance(observed, Signals):
        return observed.values[:, observed.names.index(name)]
    return observed.variables[name]


def _reduced(extreme: np.ufunc, values: np.ndarray) -> float:
    """Return the largest or smallest value, NaN passed over; NaN where there is nothing else."""
    return float(extreme.reduce(values, axis=None))
