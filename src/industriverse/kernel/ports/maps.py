"""Energy maps: their cells, and what is known of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from industriverse.kernel.maps import DomainStatistics, MapPage, MapQuery, MapRecord, Pyramid


@runtime_checkable
class MapStore(Protocol):
    """Keeps the cells of maps, level by level. Contract suite: `tests/contracts/map_store.py`."""

    def write(
        self, sequence: str, frames: Iterable[tuple[MapRecord, Pyramid]]
    ) -> tuple[MapRecord, ...]:
        """Write a sequence frame by frame, durably before returning; return its records.

        The whole sequence appears at once or, after any failure or kill, not at all.

        Raises:
            ConflictError: The sequence is there, or another process writes.
            ContractError: There is no frame, or frames differ in shape or levels.
        """
        ...

    def add_version(self, record: MapRecord, pyramid: Pyramid) -> None:
        """Write the next version of one map, durably before returning.

        Raises:
            ConflictError: That version is there, or another process writes.
            NotFoundError: No such map.
        """
        ...

    def records(self, sequence: str) -> tuple[MapRecord, ...]:
        """Return the records of a sequence as they were written: frames, then later versions.

        Raises:
            NotFoundError: No such sequence.
        """
        ...

    def read(
        self, sequence: str, frame: int, *, level: int = 1, version: int = 1
    ) -> Float[np.ndarray, "..."]:
        """Return one map at one level; nothing else is loaded.

        Raises:
            NotFoundError: No such sequence, frame, level or version.
            UnavailableError: What is kept is damaged.
        """
        ...

    def sequences(self) -> tuple[str, ...]:
        """Return every whole sequence, in order of name."""
        ...

    def delete(self, sequence: str) -> None:
        """Forget a sequence and all its versions, if it is there."""
        ...


@runtime_checkable
class AtlasCatalog(Protocol):
    """Finds maps by what is known of them. Contract suite: `tests/contracts/atlas_catalog.py`."""

    def add(self, records: Sequence[MapRecord]) -> tuple[MapRecord, ...]:
        """Write records, all or none, and return them with their numbers.

        Raises:
            ConflictError: A record's version is not the next of its map.
        """
        ...

    def get(self, map_id: str) -> MapRecord:
        """Return the newest version of one map.

        Raises:
            NotFoundError: No such map.
        """
        ...

    def history(self, map_id: str) -> tuple[MapRecord, ...]:
        """Return every version of one map, the first first; none where there is no such map."""
        ...

    def query(self, asked: MapQuery, *, limit: int, after: str = "") -> MapPage:
        """Return newest versions in the query's order, from where another page ended.

        Raises:
            ContractError: `after` is not what a page ended with.
        """
        ...

    def after(self, number: int, *, limit: int) -> tuple[MapRecord, ...]:
        """Return records of any version with a number above that, in order."""
        ...

    def sequences(self, domain: str = "") -> Mapping[str, int]:
        """Return the number of maps by sequence."""
        ...

    def statistics(self) -> tuple[DomainStatistics, ...]:
        """Return each domain's numbers, in order of name."""
        ...
