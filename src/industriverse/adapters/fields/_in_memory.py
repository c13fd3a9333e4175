"""Fields that are already in memory."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Shaped

from industriverse.adapters.intake import Notes
from industriverse.adapters.tables import read_table
from industriverse.kernel.ports import ReadOptions, ReadResult

from ._labelled import as_dataset, as_table, is_telemetry, sorted_kit
from ._loose import LooseArray, check_header
from ._trajectory import from_dataset
from ._types import Dataset

_UNLIMITED = 1 << 60


def read_dataset(data: Dataset, options: ReadOptions, *, source: str, sha256: str) -> ReadResult:
    """Turn an xarray data set into a `ReadResult`, as if it had been a file.

    Raises:
        InputError: No time axis, no variable over it, too few frames, a broken axis.
        NotFoundError: `options` names a variable that is not there.
    """
    return from_dataset(data, options, Notes(), source=source, sha256=sha256, budget=_UNLIMITED)


def read_arrays(
    arrays: Mapping[str, Shaped[np.ndarray, "..."]],
    options: ReadOptions,
    *,
    source: str,
    sha256: str,
) -> ReadResult:
    """Turn NumPy arrays by name, as an NPZ would hold them, into a `ReadResult`.

    Raises:
        InputError: No array of numbers, too few frames or rows.
        NotFoundError: `options` names a variable that is not there.
    """
    notes = Notes()
    kit = sorted_kit([_loose(name, array, source) for name, array in arrays.items()], source)
    if is_telemetry(kit):
        table, units, options = as_table(kit, options, notes, source)
        return read_table(
            table,
            options,
            source=source,
            sha256=sha256,
            notes=notes,
            units=units,
            step_s=kit.steps.get("dt", 0.0),
        )
    data = as_dataset(kit, options, notes, source, _UNLIMITED)
    return from_dataset(data, options, notes, source=source, sha256=sha256, budget=_UNLIMITED)


def _loose(name: str, array: Shaped[np.ndarray, "..."], source: str) -> LooseArray:
    check_header(name, source, array.shape, array.dtype, array.nbytes)

    def load(frames: slice | None) -> Shaped[np.ndarray, "..."]:
        return array if frames is None else array[frames]

    return LooseArray(name, array.shape, array.dtype, load)
