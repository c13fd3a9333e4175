"""Intervals for fields: conformal risk control over whole trajectories."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

_ROUNDING = 1e-9


def interval_radii(
    errors: Float[np.ndarray, "case lead cell"], coverage: float
) -> Float[np.ndarray, "lead"]:
    r"""Return for each lead the radius outside which the next trajectory's cells rarely lie.

    The expected share of cells outside is at most $\alpha = 1 -$ coverage: the smallest radius with
    $\frac{n}{n+1} \bar R_n + \frac{1}{n+1} \le \alpha$, where $\bar R_n$ is the mean share outside
    over the `n` calibration trajectories. These are exchangeable, their cells are not.

    Args:
        errors: `(case, lead, cell)`. Absolute errors, each channel in its own scale.
        coverage: In (0, 1).

    Returns:
        `(lead,)` in the errors' unit.

    Raises:
        ContractError: Too few trajectories for such a coverage.

    References:
        Angelopoulos, Bates, Fisch, Lei, Schuster, Conformal risk control, ICLR 2024.

    Examples:
        >>> errors = np.arange(1.0, 10.0)[:, None, None]
        >>> interval_radii(errors, 0.8).tolist()
        [8.0]
    """
    cases = len(errors)
    outside = ((cases + 1) * (1 - coverage) - 1) / cases
    if outside < -_ROUNDING:
        raise ContractError(
            f"{cases} trajectories vouch for no coverage of {coverage:g}.",
            hint=f"Give {int(np.ceil(1 / (1 - coverage))) - 1} or more.",
        )
    pooled = np.sort(errors.swapaxes(0, 1).reshape(errors.shape[1], -1), axis=1)
    allowed = max(int(np.floor(pooled.shape[1] * outside + _ROUNDING)), 0)
    return pooled[:, pooled.shape[1] - allowed - 1]
