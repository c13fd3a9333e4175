"""Maps of a field larger than memory: one pass finds its reference, the next makes its maps."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from industriverse.kernel.domains import DomainAdapter
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ports import LongRead

Frames = Iterator[tuple[float, Float[np.ndarray, "..."]]]


def witnesses_of(long: LongRead) -> Trajectory:
    """Return the frames that decide a domain's reference: the first, and where each value is least.

    With them in front, any window has the reference that all frames together have.
    """
    first: Trajectory | None = None
    least: dict[str, tuple[float, Trajectory]] = {}
    for window in long.windows():
        first = first or _frame(window, 0)
        for name, values in window.variables.items():
            flat = values if window.valid is None else values[:, window.valid]
            lowest = flat.reshape(len(flat), -1).min(axis=1)
            at = int(lowest.argmin())
            if name not in least or lowest[at] < least[name][0]:
                least[name] = (float(lowest[at]), _frame(window, at))
    if first is None:
        raise ContractError("The field holds no frame.")
    return _joined(first, *(frame for _, frame in least.values()))


def maps_of_long(long: LongRead, adapter: DomainAdapter, witnesses: Trajectory) -> Frames:
    """Yield time and energy density of each frame, a window at a time.

    Args:
        long: The field.
        adapter: The domain whose formula is used.
        witnesses: What `witnesses_of` found.

    Raises:
        ContractError: The reference depends on more than its witnesses.
    """
    energy, unit, zero = adapter.energy(witnesses)
    count = 0
    for window in long.windows():
        made, unit_now, zero_now = adapter.energy(_joined(witnesses, window))
        same = np.array_equal(made[: len(energy)], energy)
        if not same or (unit_now, zero_now) != (unit, zero):
            raise ContractError(
                f"The reference of {adapter.law.domain!r} changes along the file, which does not "
                "fit into memory.",
                hint="State the reference in the file, or import it in parts.",
            )
        for cells in made[len(energy) :]:
            yield witnesses.start_s + witnesses.step_s * count, cells
            count += 1


def _frame(window: Trajectory, at: int) -> Trajectory:
    values = {name: field[at : at + 1].copy() for name, field in window.variables.items()}
    return replace(window, variables=values)


def _joined(*parts: Trajectory) -> Trajectory:
    """Return frames behind each other, whatever their times."""
    values = {
        name: np.concatenate([part.variables[name] for part in parts]) for name in parts[0].names
    }
    return replace(parts[0], variables=values)
