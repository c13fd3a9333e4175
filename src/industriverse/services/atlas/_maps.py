"""Where maps lie and where they are listed, kept in step."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import SequenceFacts, build_pyramid, record_of
from industriverse.kernel.errors import ContractError, NotFoundError
from industriverse.kernel.fields import EnergyMap
from industriverse.kernel.maps import MapQuery, MapRecord, Pyramid
from industriverse.kernel.ports import AtlasCatalog, Clock, MapStore
from industriverse.physics import coarse_grid

PAGE = 500


@dataclass(frozen=True, slots=True)
class Maps:
    """The atlas' maps.

    The store is written first and knows all that the catalogue does, so a crash between the two
    is put right by `recover`.

    Attributes:
        store: Cells.
        catalogue: Records.
        clock: Time.
    """

    store: MapStore
    catalogue: AtlasCatalog
    clock: Clock

    def load(self, map_id: str, *, level: int = 1, version: int | None = None) -> EnergyMap:
        """Return one map at one level.

        Args:
            map_id: `SEQUENCE/FRAME`.
            level: Cells averaged along each axis.
            version: The newest when not given.

        Raises:
            NotFoundError: No such map, level or version.
            UnavailableError: What is stored is damaged.
        """
        record = self.record(map_id, version)
        cells = self.store.read(record.sequence, record.frame, level=level, version=record.version)
        return EnergyMap(
            density=cells,
            unit=record.unit,
            grid=coarse_grid(record.grid, level),
            domain=record.domain,
            time_s=record.time_s,
            reference=record.provenance.get("zero", "0"),
            provenance=record.provenance,
        )

    def record(self, map_id: str, version: int | None = None) -> MapRecord:
        """Return a map's record.

        Raises:
            NotFoundError: No such map or version.
        """
        if version is None:
            return self.catalogue.get(map_id)
        for record in self.catalogue.history(map_id):
            if record.version == version:
                return record
        raise NotFoundError(f"Map {map_id!r} has no version {version}.")

    def keep(
        self, facts: SequenceFacts, frames: Iterable[tuple[float, Float[np.ndarray, "..."]]]
    ) -> tuple[MapRecord, ...]:
        """Write a sequence and list its maps.

        Args:
            facts: What its maps have in common.
            frames: Time and energy density of each, in order; drawn one at a time.

        Raises:
            ContractError: A density holds a cell that no energy has.
            ConflictError: The sequence is there, or another process writes.
        """

        def made() -> Iterator[tuple[MapRecord, Pyramid]]:
            for frame, (time_s, density) in enumerate(frames):
                _require_energy(density, facts, frame)
                pyramid = build_pyramid(density, facts.grid)
                yield record_of(facts, frame, time_s, pyramid), pyramid

        return self.catalogue.add(self.store.write(facts.sequence, made()))

    def recover(self, only: str = "") -> int:
        """List what a crash left stored but not listed; return how many maps.

        Args:
            only: This sequence, or all.
        """
        listed = self.catalogue.sequences()
        added = 0
        for sequence in (only,) if only else self.store.sequences():
            records = self.store.records(sequence)
            if len(records) == listed.get(sequence, 0):
                continue
            known = {(record.id, record.version) for record in self.versions(sequence)}
            new = [record for record in records if (record.id, record.version) not in known]
            added += len(self.catalogue.add(new))
        return added

    def newest(self, sequence: str) -> list[MapRecord]:
        """Return the newest record of each frame, in order of frame."""
        return sorted(self.every(MapQuery(sequence=sequence)), key=lambda record: record.frame)

    def versions(self, sequence: str) -> list[MapRecord]:
        """Return every version of every frame."""
        found = self.newest(sequence)
        older = [self.catalogue.history(record.id)[:-1] for record in found if record.version > 1]
        return [*found, *(record for history in older for record in history)]

    def every(self, asked: MapQuery) -> Iterator[MapRecord]:
        """Yield all maps asked for, page by page."""
        after = ""
        while True:
            page = self.catalogue.query(asked, limit=PAGE, after=after)
            yield from page.records
            if not (after := page.following):
                return


def _require_energy(density: Float[np.ndarray, "..."], facts: SequenceFacts, frame: int) -> None:
    where = f"frame {frame} of {facts.sequence}"
    if not np.isfinite(density).all():
        raise ContractError(f"The energy density of {where} holds NaN or infinite cells.")
    if (lowest := float(density.min())) < 0:
        raise ContractError(
            f"The lowest cell of {where} holds {lowest:.4g} {facts.unit}, below the reference.",
            hint="State a reference no higher than the lowest energy.",
        )
