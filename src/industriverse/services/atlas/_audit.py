"""Auditing the atlas: every map read again and held against its record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import (
    Finding,
    audit_cells,
    audit_chain,
    audit_record,
    audit_sequence,
)
from industriverse.kernel.errors import IndustriverseError, NotFoundError
from industriverse.kernel.maps import MapRecord, same_map

from ._maps import Maps


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found.

    Attributes:
        maps, sequences: How many were looked at, every version counted.
        findings: Everything that is wrong.
    """

    maps: int
    sequences: int
    findings: tuple[Finding, ...]


def audit(
    maps: Maps,
    *,
    domain: str = "",
    progress: Callable[[str, float], None] = lambda text, share: None,
) -> AuditReport:
    """Read every map again and hold it against physics, its record and its neighbours.

    Args:
        maps: The atlas.
        domain: Only this one, or all.
        progress: Called before each sequence with its name and the share done.
    """
    listed = maps.catalogue.sequences(domain)
    stored = set(maps.store.sequences())
    work = _Audit(maps)
    for number, sequence in enumerate(listed):
        progress(sequence, number / len(listed))
        work.sequence(sequence, stored=sequence in stored)
    if not domain:
        for sequence in sorted(stored - set(listed)):
            work.say("catalogued", sequence, "It is stored, but the catalogue does not list it.")
    progress("done", 1.0)
    return AuditReport(work.maps_seen, len(listed), tuple(work.findings))


@dataclass(slots=True)
class _Audit:
    """An audit in progress."""

    maps: Maps
    findings: list[Finding] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    maps_seen: int = 0

    def say(self, check: str, where: str, sentence: str) -> None:
        """Write a finding down."""
        self.findings.append(Finding(check, where, sentence))

    def sequence(self, sequence: str, *, stored: bool) -> None:
        """Look at one sequence."""
        newest = self.maps.newest(sequence)
        self.findings += audit_sequence(newest)
        kept = self._kept(sequence) if stored else None
        if kept is None:
            self.say("stored", sequence, f"{len(newest)} maps are listed, none can be read.")
        for record in newest:
            versions = self.maps.catalogue.history(record.id)
            self.findings += audit_chain(versions)
            for version in versions:
                self._map(version, kept)
        if kept:
            for unlisted in sorted(kept):
                self.say("catalogued", unlisted[0], f"Version {unlisted[1]} is not listed.")

    def _kept(self, sequence: str) -> dict[tuple[str, int], MapRecord] | None:
        try:
            records = self.maps.store.records(sequence)
        except IndustriverseError as error:
            self.say("readable", sequence, error.message)
            return None
        return {(record.id, record.version): record for record in records}

    def _map(self, record: MapRecord, kept: dict[tuple[str, int], MapRecord] | None) -> None:
        self.maps_seen += 1
        self.findings += audit_record(record)
        first = self.seen.setdefault(record.content, record.id)
        if first != record.id:
            self.say("duplicate", record.id, f"Its cells are those of {first}.")
        if kept is None:
            return
        twin = kept.pop((record.id, record.version), None)
        if twin is None:
            self.say("stored", record.id, f"Version {record.version} is listed but not stored.")
            return
        if different := same_map(record, twin):
            said = f"The catalogue and the store differ in {', '.join(different)}."
            self.say("agreement", record.id, said)
        self.findings += audit_cells(record, dict(self._levels(record)))

    def _levels(self, record: MapRecord) -> Iterator[tuple[int, Float[np.ndarray, "..."]]]:
        for level in record.levels:
            try:
                yield (
                    level,
                    self.maps.store.read(
                        record.sequence, record.frame, level=level, version=record.version
                    ),
                )
            except NotFoundError:
                continue  # `audit_cells` misses it
            except IndustriverseError as error:
                self.say("readable", record.id, error.message)
