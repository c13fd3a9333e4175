"""The aggregate of a set of forecasts, and how far they lie apart."""

import hashlib

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

Values = Float[np.ndarray, "*space"]
Stack = Float[np.ndarray, "replica *space"]


def median(forecasts: Stack) -> Values:
    """Return the coordinate-wise median, to the bit the same wherever it is computed.

    Two of three forecasts being honest, each coordinate of it lies between honest ones; so it is
    nowhere further from the truth than the honest forecast that is furthest from it there. The
    median bounds a lie; it does not make the answer right, and it keeps no sum.

    Args:
        forecasts: `(replica, *space)`. Finite, in order of replicas, at least one.

    Returns:
        `(*space)`. Of an even number the mean of the middle two, never outside them.

    Examples:
        >>> median(np.array([[1.0, 2.0], [9.0, 2.5], [1.5, -7.0]])).tolist()
        [1.5, 2.0]
    """
    ordered = np.sort(forecasts, axis=0)
    lower, upper = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    # Halved first, so that nothing overflows; clipped, so that no rounding leaves the range.
    return np.clip(0.5 * lower + 0.5 * upper, lower, upper)


def spread(forecasts: Stack) -> Values:
    """Return the sample standard deviation between replicas.

    Args:
        forecasts: `(replica, *space)`. At least two.

    Returns:
        `(*space)`. In the forecasts' unit.
    """
    return np.std(forecasts, axis=0, ddof=1)


def error_correlation(
    forecasts: Float[np.ndarray, "replica *space"], truth: Float[np.ndarray, "*space"]
) -> Float[np.ndarray, "replica replica"]:
    """Return how much the replicas err together: what they share, no vote removes.

    Args:
        forecasts: `(replica, *space)`.
        truth: `(*space)`. What came.

    Returns:
        `(replica, replica)`. Correlation of errors about zero, in [−1, 1]; NaN where a replica
        has no error at all.
    """
    errors = (forecasts - truth).reshape(len(forecasts), -1)
    products = errors @ errors.T
    sizes = np.sqrt(np.diag(products))
    with np.errstate(invalid="ignore", divide="ignore"):
        return products / np.outer(sizes, sizes)


def to_payload(values: Values) -> bytes:
    """Return values as little-endian float64 in C order."""
    return np.ascontiguousarray(values, "<f8").tobytes()


def from_payload(payload: bytes, shape: tuple[int, ...]) -> Values:
    """Return the values of a payload.

    Raises:
        ContractError: It is not of that shape, or holds NaN or infinity.
    """
    wanted = 8 * int(np.prod(shape))
    if len(payload) != wanted:
        raise ContractError(f"{len(payload)} bytes are not the {wanted} of shape {shape}.")
    values = np.frombuffer(payload, "<f8").reshape(shape)
    if not np.isfinite(values).all():
        raise ContractError("A forecast holds NaN or infinite values.")
    return values.astype(np.float64, copy=False)


def digest_of(values: Values) -> str:
    """Return the SHA-256 of values as they travel, in hex."""
    return hashlib.sha256(to_payload(values)).hexdigest()
