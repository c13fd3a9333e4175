"""What was done to the data, beside the data: an extent, a truth, and several in a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.kernel.errors import ContractError

Values = Float[np.ndarray, "time *place"]
Mask = Bool[np.ndarray, "time *place"]
Part = Float[np.ndarray, "time column"]
Where = tuple[int, ...] | Bool[np.ndarray, "*place"] | None


@dataclass(frozen=True, slots=True)
class Extent:
    """Where and when something is done.

    Attributes:
        where: Channels of telemetry by number, or a mask of a field's cells; None is everywhere.
        start: The first sample.
        stop: The sample after the last; None is the end.
    """

    where: Where = None
    start: int = 0
    stop: int | None = None


EVERYWHERE = Extent()


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that was done.

    Attributes:
        what: Its name, such as `stuck`.
        size: How large, in the unit that `means` tells.
        means: What the size is, in words.
        where: `(place,)` numbers of the channels, or of the cells counted along the last axis
            first.
        start: The first sample at which it acts.
        stop: The sample after the last.
        mask: `(time, *place)`. True at each sample that it changed or took away. A sample that it
            acts on but leaves as it was, such as a stuck sensor's first, is not in it.
    """

    what: str
    size: float
    means: str
    where: tuple[int, ...]
    start: int
    stop: int
    mask: Mask

    @property
    def acting(self) -> Mask:
        """`(time, *place)`. True wherever and whenever it acts, changed or not."""
        acts = np.zeros(self.mask.shape, bool)
        acts.reshape(len(acts), -1)[self.start : self.stop, list(self.where)] = True
        return acts


@dataclass(frozen=True, slots=True)
class Perturbed:
    """Data after what was done to them.

    Attributes:
        values: `(time, *place)`. NaN marks a missing reading.
        truths: One for each thing that was done, in order.
    """

    values: Values
    truths: tuple[Truth, ...] = field(default=())

    @property
    def mask(self) -> Mask:
        """`(time, *place)`. True at each sample that any of them changed."""
        touched = np.zeros(self.values.shape, bool)
        for truth in self.truths:
            touched |= truth.mask
        return touched


@runtime_checkable
class Perturbation(Protocol):
    """Something that can be done to data."""

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data after it, and the truth; the values given stay as they are."""
        ...


def perturb(values: Values, perturbations: Sequence[Perturbation], *, seed: int) -> Perturbed:
    """Return the data after several perturbations, each done to what the one before left.

    The order is the list's, and matters: noise before a stuck sensor is frozen with it, noise
    after it shows on top; a truth names the places of its own turn, so put what moves readings
    (`Swapped`, `Delayed`) first. Each draws from its own stream of the seed and its turn, so what
    an earlier one draws does not change a later one's numbers.

    Args:
        values: `(time, *place)`: telemetry `(time, channel)` or a field `(time, y, x)`. Finite, or
            NaN where a reading is missing.
        perturbations: Any number.
        seed: At least 0.

    Raises:
        ContractError: A perturbation does not fit the data; the sentence says how.
    """
    truths: tuple[Truth, ...] = ()
    values = np.array(values, np.float64)
    for turn, perturbation in enumerate(perturbations):
        done = perturbation.apply(values, np.random.default_rng([seed, turn]))
        values, truths = done.values, (*truths, *done.truths)
    return Perturbed(values, truths)


@dataclass(frozen=True, slots=True)
class Named:
    """A truth's words: what, how large, and what that means."""

    what: str
    size: float
    means: str


def changed(
    values: Values, extent: Extent, named: Named, change: Callable[[Part], Part]
) -> Perturbed:
    """Return the data with a change made to the extent's part of them, and its truth.

    Args:
        values: `(time, *place)`.
        extent: Which part.
        named: For the truth.
        change: From `(time, column)` to the same shape; columns are the extent's places.

    Raises:
        ContractError: The extent does not lie in the data, or the values are infinite.
    """
    start, stop = span(values, extent)
    columns = places(values, extent)
    flat = np.array(values, np.float64).reshape(len(values), -1)
    before = flat[start:stop][:, columns]
    after = change(before.copy())
    flat[start:stop, columns] = after
    mask = np.zeros(flat.shape, bool)
    mask[start:stop, columns] = differing(before, after)
    where = tuple(int(c) for c in columns)
    truth = Truth(
        named.what, named.size, named.means, where, start, stop, mask.reshape(values.shape)
    )
    return Perturbed(flat.reshape(values.shape), (truth,))


def differing(before: Values, after: Values) -> Mask:
    """Return where two tables differ; a missing reading equals a missing reading."""
    return np.asarray((before != after) & ~(np.isnan(before) & np.isnan(after)))


def span(values: Values, extent: Extent) -> tuple[int, int]:
    """Return the first sample and the one after the last.

    Raises:
        ContractError: They do not lie in order within the data.
    """
    stop = len(values) if extent.stop is None else extent.stop
    if not 0 <= extent.start < stop <= len(values):
        raise ContractError(
            f"Samples {extent.start} to {stop} do not lie within {len(values)}.",
            hint="Give 0 ≤ start < stop ≤ the number of samples.",
        )
    return extent.start, stop


def places(values: Values, extent: Extent) -> Int[np.ndarray, "column"]:
    """Return the extent's columns of the flattened data.

    Raises:
        ContractError: A channel or a mask that the data do not have, or none at all; or data that
            are infinite.
    """
    if values.ndim < 2:  # noqa: PLR2004 (time and at least one axis of places)
        raise ContractError(
            f"The data have {values.ndim} axis.", hint="Give (time, channel) or (time, y, x)."
        )
    if np.isinf(values).any():
        raise ContractError("The data hold infinity.", hint="Mark a missing reading as NaN.")
    cells = int(np.prod(values.shape[1:]))
    where = extent.where
    if where is None:
        return np.arange(cells)
    if isinstance(where, np.ndarray):
        if where.shape != values.shape[1:]:
            raise ContractError(f"A mask of {where.shape} does not fit {values.shape[1:]} places.")
        columns = np.flatnonzero(where)
    else:
        columns = np.array(where, int)
    unfit = columns[(columns < 0) | (columns >= cells)]
    if len(unfit) or len(set(columns.tolist())) != len(columns) or not len(columns):
        raise ContractError(
            f"Places {columns.tolist()} are not distinct ones of 0 to {cells - 1}.",
            hint="Name each channel once, or give a mask with at least one cell.",
        )
    return columns


def at_least(value: float, least: float, name: str) -> None:
    """Refuse a number that is not finite or lies below its least.

    Raises:
        ContractError: It is.
    """
    if not (np.isfinite(value) and value >= least):
        raise ContractError(f"The {name} is {value}.", hint=f"Give a number from {least:g} on.")


def above_zero(value: float, name: str) -> None:
    """Refuse a number that is not finite and above zero.

    Raises:
        ContractError: It is not.
    """
    if not (np.isfinite(value) and value > 0):
        raise ContractError(f"The {name} is {value}.", hint="Give a number above 0.")


def finite(value: float, name: str) -> None:
    """Refuse NaN and infinity.

    Raises:
        ContractError: It is one of them.
    """
    if not np.isfinite(value):
        raise ContractError(f"The {name} is {value}.", hint="Give a finite number.")


def share(value: float, name: str, *, whole: bool = False) -> None:
    """Refuse a share that is not above 0 and below 1; 1 itself only where `whole`.

    Raises:
        ContractError: It is not.
    """
    if not (0 < value < 1 or (whole and value == 1)):
        most = "up to 1" if whole else "below 1"
        raise ContractError(f"The {name} is {value}.", hint=f"Give a share above 0 and {most}.")
