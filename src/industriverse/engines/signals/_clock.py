"""Time stamps that miss a step or repeat one."""

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.errors import ContractError

_HALF_A_STEP, _JITTERS = 0.5, 5.0
_MAD_TO_DEVIATION = 1.482602218505602
_FEWEST = 3


def clock_jumps(
    times: Float[np.ndarray, "time"],
) -> tuple[Int[np.ndarray, "jump"], Float[np.ndarray, "jump"]]:
    """Return the samples that come too early or too late after the one before.

    Args:
        times: `(time,)` [s]. The stamp of each sample.

    Returns:
        Row of each such sample, and by how many steps it is late; negative where it is early. The
        step is the median one. More than half a step is too much, and more than five deviations of
        the steps where the clock is that unsteady; a clock that stands still or runs back always.

    Raises:
        ContractError: A time is not finite, or most of them do not advance.
    """
    if not np.isfinite(times).all():
        row = int(np.flatnonzero(~np.isfinite(times))[0])
        raise ContractError(
            f"The time of row {row} is {times[row]}.", hint="Leave out rows without a time."
        )
    steps = np.diff(times)
    if len(times) < _FEWEST or not (step := float(np.median(steps))) > 0:
        raise ContractError(
            f"The times of {len(times)} rows do not advance.",
            hint="Send rows in order of time, one time stamp a row.",
        )
    late = steps / step - 1.0
    jitter = _MAD_TO_DEVIATION * float(np.median(np.abs(late)))
    wrong = (np.abs(late) > max(_HALF_A_STEP, _JITTERS * jitter)) | (steps <= 0)
    rows = np.flatnonzero(wrong)
    return rows + 1, late[rows]
