"""The truth about chaos: the largest Lyapunov exponent with its standard error."""

import numpy as np
from jaxtyping import Float

SURE = 3.0
"""Standard errors that an exponent must be from zero."""


def label_by_exponent(growth: Float[np.ndarray, "record block"]) -> list[str | None]:
    """Return `chaotic`, `stable` or None (ambiguous) from block means of log growth.

    physics.md §5: chaotic where λ₁ > 3 s.e., stable where λ₁ < −3 s.e.
    """
    mean = growth.mean(axis=1)
    error = growth.std(axis=1, ddof=1) / np.sqrt(growth.shape[1])
    return [
        "chaotic" if m > SURE * e else "stable" if m < -SURE * e else None
        for m, e in zip(mean, error, strict=True)
    ]
