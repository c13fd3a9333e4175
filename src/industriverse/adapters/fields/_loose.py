"""Arrays by name without labelled axes, as NPZ, plain HDF5 and unlabelled Zarr hold them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Shaped

from industriverse.kernel.errors import InputError

LARGEST_ARRAY = 1 << 50
"""Bytes; no header of an honest file states more, and no product of sizes may overflow."""


@dataclass(frozen=True, slots=True)
class LooseArray:
    """One stored array, not yet read.

    Attributes:
        name: As stored.
        shape: As its header states, checked against what the file can hold.
        dtype: Never an object type.
        load: Reads those entries along the first axis; all for None.
        unit: Where the file states one.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    load: Callable[[slice | None], Shaped[np.ndarray, "..."]]
    unit: str = ""
    attributes: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def numeric(self) -> bool:
        """Whether it holds real numbers."""
        return self.dtype.kind in "fiub"

    @property
    def size(self) -> int:
        """Number of entries."""
        return count(self.shape)


def count(shape: tuple[int, ...]) -> int:
    """Return the product of sizes, exactly."""
    total = 1
    for length in shape:
        total *= int(length)
    return total


def check_header(
    name: str, source: str, shape: tuple[int, ...], dtype: np.dtype, held: int
) -> None:
    """Refuse an array whose header cannot be true, before anything is allocated.

    Args:
        name: The array.
        source: The file.
        shape: As the header states.
        dtype: As the header states.
        held: Bytes that the file holds for it.

    Raises:
        InputError: An object type, an impossible size, or fewer bytes than stated.
    """
    if dtype.hasobject:
        raise InputError(
            f"{name} in {source} holds Python objects ({dtype}), which are never unpickled.",
            hint="Save plain numbers: np.savez(..., name=np.asarray(values, float)).",
            file=source,
            variable=name,
        )
    needed = count(shape) * dtype.itemsize
    if any(length < 0 for length in shape) or needed > LARGEST_ARRAY:
        raise InputError(
            f"The header of {name} in {source} states the impossible shape {shape}.",
            hint="The file is damaged; save it again.",
            file=source,
            variable=name,
        )
    if needed > held:
        raise InputError(
            f"{name} in {source} states shape {shape} ({needed} bytes) but holds {held} bytes.",
            hint="The file is cut short; save or download it again.",
            file=source,
            variable=name,
        )
