"""Changing a region of a map: a new version beside the old, chained by check sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import SequenceFacts, patch, record_of
from industriverse.kernel.errors import ContractError
from industriverse.kernel.maps import MapRecord

from ._maps import Maps


@dataclass(frozen=True, slots=True)
class PatchRequest:
    """A change to a rectangle of cells.

    Attributes:
        map_id: Of which map.
        start: First cell along each axis, in cells of `level`.
        values: The new cells.
        source: Where they come from.
        level: Cells averaged along each axis.
        keep_differences: Whether finer cells keep their differences, not their ratios.
    """

    map_id: str
    start: Sequence[int]
    values: Float[np.ndarray, "..."]
    source: str
    level: int = 1
    keep_differences: bool = False


def patch_map(maps: Maps, request: PatchRequest) -> MapRecord:
    """Write the next version of a map and return its record.

    Raises:
        ContractError: No source is stated, or the rectangle or its values cannot be.
        NotFoundError: No such map.
        ConflictError: Another process writes.
    """
    if not request.source.strip():
        raise ContractError("The source of the patch is not stated.", hint="Say --source TEXT.")
    maps.recover(maps.record(request.map_id).sequence)
    before = maps.record(request.map_id)
    old = {
        level: maps.store.read(before.sequence, before.frame, level=level, version=before.version)
        for level in before.levels
    }
    keep = "differences" if request.keep_differences else "shape"
    new = patch(old, before.grid, request.start, request.values, level=request.level, keep=keep)
    record = record_of(
        _facts(maps, before, request), before.frame, before.time_s, new, before=before
    )
    maps.store.add_version(record, new)
    return maps.catalogue.add([record])[0]


def _facts(maps: Maps, before: MapRecord, request: PatchRequest) -> SequenceFacts:
    size = " x ".join(map(str, np.shape(request.values)))
    where = ", ".join(map(str, request.start))
    said = f"{size} cells of level {request.level} from ({where}): {request.source.strip()}"
    return SequenceFacts(
        sequence=before.sequence,
        domain=before.domain,
        origin=before.origin,
        grid=before.grid,
        unit=before.unit,
        licence=before.licence,
        created=maps.clock.now(),
        regime=before.regime,
        parameters=before.parameters,
        provenance=MappingProxyType({**before.provenance, "patch": said}),
    )
