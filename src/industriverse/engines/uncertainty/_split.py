"""Split conformal intervals and the finite-sample rule they rest on."""

import numpy as np
from jaxtyping import Float
from scipy.stats import t as student_t


def conformal_radius(
    scores: Float[np.ndarray, "score *batch"], coverage: float
) -> Float[np.ndarray, "*batch"]:
    """Return the radius that covers the next exchangeable score with at least this probability.

    The `⌈(n + 1)·coverage⌉`-th smallest of `n` absolute scores. Where `n` is too small for that
    rank to exist, Student's t takes over: `t_n · s · √(1 + 1/n)` about zero, at least the largest
    score; it assumes a normal shape.

    Args:
        scores: `(score, *batch)`. Absolute errors, at least one.
        coverage: In (0, 1).

    References:
        Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World, ch. 2.

    Examples:
        >>> float(conformal_radius(np.arange(1.0, 20.0), 0.9))
        18.0
    """
    count = len(scores)
    rank = int(np.ceil((count + 1) * coverage - 1e-9))
    if rank <= count:
        return np.asarray(np.partition(scores, rank - 1, axis=0)[rank - 1])
    return np.asarray(np.maximum(student_radius(scores, coverage), scores.max(axis=0)))


def student_radius(
    scores: Float[np.ndarray, "score *batch"], coverage: float
) -> Float[np.ndarray, "*batch"]:
    """Return Student's radius for the next error, the errors being normal about zero."""
    count = len(scores)
    size = np.sqrt(np.mean(scores**2, axis=0))
    factor = student_t.ppf(0.5 + coverage / 2, max(count, 1)) * np.sqrt(1 + 1 / count)
    return np.asarray(size * factor)


def enough_for(count: int, coverage: float) -> bool:
    """Tell whether the rank rule reaches a level with this many scores.

    Examples:
        >>> enough_for(8, 0.9), enough_for(9, 0.9)
        (False, True)
    """
    return int(np.ceil((count + 1) * coverage - 1e-9)) <= count
