"""A `MapStore` and an `AtlasCatalog` in memory."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np

from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.maps import DomainStatistics, MapPage


class MemoryMapStore:
    """Keeps copies of arrays in dictionaries."""

    def __init__(self) -> None:
        self.cells = {}
        self.kept = {}

    def write(self, sequence, frames):
        if sequence in self.kept:
            raise ConflictError(f"The atlas has a sequence {sequence!r}.")
        cells, records, form = {}, [], None
        for at, (record, pyramid) in enumerate(frames):
            shapes = {factor: level.shape for factor, level in pyramid.items()}
            if form not in (None, shapes) or record.frame != at:
                raise ContractError("The frames of a sequence have one shape, in order.")
            form = shapes
            records.append(record)
            for factor, level in pyramid.items():
                cells[sequence, at, factor, 1] = np.array(level)
        if not records:
            raise ContractError("A sequence has at least one frame.")
        self.cells |= cells
        self.kept[sequence] = records
        return tuple(records)

    def add_version(self, record, pyramid):
        known = self.records(record.sequence)
        if any((r.frame, r.version) == (record.frame, record.version) for r in known):
            raise ConflictError("There is that version.")
        self.kept[record.sequence].append(record)
        self.kept[record.sequence].sort(key=lambda r: (r.version > 1, r.frame, r.version))
        for factor, level in pyramid.items():
            self.cells[record.sequence, record.frame, factor, record.version] = np.array(level)

    def records(self, sequence):
        if sequence not in self.kept:
            raise NotFoundError(f"The atlas holds no sequence {sequence!r}.")
        return tuple(self.kept[sequence])

    def read(self, sequence, frame, *, level=1, version=1):
        found = self.cells.get((sequence, frame, level, version))
        if found is None:
            raise NotFoundError("No such frame, level or version.")
        return found.copy()

    def sequences(self):
        return tuple(sorted(self.kept))

    def delete(self, sequence):
        self.kept.pop(sequence, None)
        self.cells = {k: v for k, v in self.cells.items() if k[0] != sequence}


class MemoryAtlasCatalog:
    """Keeps records in a list."""

    def __init__(self) -> None:
        self.rows = []

    def add(self, records):
        rows = list(self.rows)
        for record in records:
            if record.version != sum(r.id == record.id for r in rows) + 1:
                raise ConflictError(f"Version {record.version} of {record.id!r} follows none.")
            rows.append(replace(record, number=len(rows) + 1))
        added, self.rows = rows[len(self.rows) :], rows
        return tuple(added)

    def get(self, map_id):
        versions = self.history(map_id)
        if not versions:
            raise NotFoundError(f"The atlas has no map {map_id!r}.")
        return versions[-1]

    def history(self, map_id):
        return tuple(r for r in self.rows if r.id == map_id)

    def query(self, asked, *, limit, after=""):
        def key(record):
            return getattr(record, asked.order), record.number

        found = sorted((r for r in self._newest() if _is_wanted(asked, r)), key=key)
        if after:
            try:
                value, number = json.loads(after)
            except ValueError as error:
                raise ContractError(f"{after!r} is not where a page ended.") from error
            found = [r for r in found if key(r) > (value, number)]
        shown = tuple(found[:limit])
        more = json.dumps(list(key(shown[-1]))) if shown and len(found) > limit else ""
        return MapPage(shown, more)

    def after(self, number, *, limit):
        return tuple(r for r in self.rows if r.number > number)[:limit]

    def sequences(self, domain=""):
        wanted = sorted(r.sequence for r in self._newest() if domain in ("", r.domain))
        return dict(Counter(wanted))

    def statistics(self):
        rows = self._newest()
        return tuple(_numbers([r for r in rows if r.domain == d], d) for d in _domains(rows))

    def _newest(self):
        return list({r.id: r for r in self.rows}.values())


def _domains(rows):
    return sorted({r.domain for r in rows})


def _numbers(rows, domain):
    energies, entropies = ([getattr(r, name) for r in rows] for name in ("energy", "entropy"))
    return DomainStatistics(
        domain,
        len(rows),
        len({r.sequence for r in rows}),
        float(np.mean(energies)),
        float(np.std(energies)),
        float(np.mean(entropies)),
        float(np.std(entropies)),
    )


def _is_wanted(asked, record):
    same = all(
        getattr(asked, name) in ("", getattr(record, name))
        for name in ("domain", "regime", "sequence")
    )
    ranges = {name: getattr(asked, name) for name in ("energy", "entropy", "time_s")}
    inside = all(b is None or b.holds(getattr(record, name)) for name, b in ranges.items())
    return (
        same
        and inside
        and all(
            name in record.parameters and between.holds(record.parameters[name])
            for name, between in asked.parameters.items()
        )
    )
