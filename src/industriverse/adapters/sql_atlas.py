"""The catalogue of energy maps in SQL."""

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Row,
    Select,
    Table,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.maps import (
    Between,
    DomainStatistics,
    MapPage,
    MapQuery,
    MapRecord,
)

from .sql_engine import SqlDatabase, microseconds, moment
from .sql_tables import METADATA, WHOLE

_NUMBER = Float(53)
_FEW = 200
_GRID = ("shape", "spacing", "axes", "axis_units", "boundary", "levels")
_PLAIN = (
    "number",
    "id",
    "version",
    "sequence",
    "frame",
    "time_s",
    "domain",
    "origin",
    "regime",
    "unit",
    "energy",
    "mean",
    "variance",
    "entropy",
    "evenness",
    "licence",
    "content",
    "checksum",
    "parent",
)

MAPS = Table(
    "atlas_maps",
    METADATA,
    Column("number", WHOLE, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("newest", Boolean, nullable=False),
    Column("sequence", Text, nullable=False),
    Column("frame", Integer, nullable=False),
    Column("time_s", _NUMBER, nullable=False),
    Column("domain", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("regime", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("energy", _NUMBER, nullable=False),
    Column("mean", _NUMBER, nullable=False),
    Column("variance", _NUMBER, nullable=False),
    Column("entropy", _NUMBER, nullable=False),
    Column("evenness", _NUMBER, nullable=False),
    Column("grid", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("created_us", WHOLE, nullable=False),
)

_NAMES = tuple(column.name for column in MAPS.columns)

PARAMETERS = Table(
    "atlas_parameters",
    METADATA,
    Column("sequence", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", _NUMBER, nullable=False),
)


class SqlAtlasCatalog:
    """Keeps records in SQLite or PostgreSQL."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def add(self, records: Sequence[MapRecord]) -> tuple[MapRecord, ...]:
        """Write records, all or none, and return them with their numbers.

        Raises:
            ConflictError: A record's version is not the next of its map.
        """
        if not records:
            return ()
        with self._database.write() as connection:
            number = (connection.scalar(select(func.max(MAPS.c.number))) or 0) + 1
            _retire(connection, records)
            rows = [_columns(r) | {"number": number + i} for i, r in enumerate(records)]
            connection.execute(insert(MAPS), rows)
            _keep_parameters(connection, records)
            chosen = select(MAPS).where(MAPS.c.number >= number).order_by(MAPS.c.number)
            return tuple(_record(row) for row in connection.execute(chosen))

    def get(self, map_id: str) -> MapRecord:
        """Return the newest version of one map.

        Raises:
            NotFoundError: No such map.
        """
        versions = self.history(map_id)
        if not versions:
            raise NotFoundError(f"The atlas has no map {map_id!r}.", hint="Query for its id.")
        return versions[-1]

    def history(self, map_id: str) -> tuple[MapRecord, ...]:
        """Return every version of one map, the first first; none where there is no such map."""
        query = select(MAPS).where(MAPS.c.id == map_id).order_by(MAPS.c.version)
        return self._all(query)

    def query(self, asked: MapQuery, *, limit: int, after: str = "") -> MapPage:
        """Return newest versions in the query's order, from where another page ended.

        Raises:
            ContractError: `after` is not what a page ended with.
        """
        runs, few = self._with_parameters(asked.parameters)
        clauses = [*_wanted(asked), *runs]
        key = MAPS.c[asked.order]
        # Numbers first: they lie in the indexes, so that only the rows shown are read.
        query = select(MAPS.c.number).where(MAPS.c.newest == true(), *clauses)
        if after:
            value, number = read_place(after)
            beyond = and_(key == value, MAPS.c.number > number)
            further = (or_(key > value, beyond), key >= value)
            query = query.where(*(further if asked.order != "number" else (key > number,)))
        # Adding 0 keeps the order's own index out of the way of the sequences' one.
        ordered = query.order_by(key + 0 if few else key, MAPS.c.number)
        numbers = ordered.limit(limit + 1).subquery()
        rows = select(MAPS).join(numbers, numbers.c.number == MAPS.c.number)
        found = self._all(rows.order_by(key, MAPS.c.number))
        shown = found[:limit]
        following = place(asked, shown[-1]) if len(found) > limit and shown else ""
        return MapPage(shown, following)

    def after(self, number: int, *, limit: int) -> tuple[MapRecord, ...]:
        """Return records of any version with a number above that, in order."""
        query = select(MAPS).where(MAPS.c.number > number).order_by(MAPS.c.number)
        return self._all(query.limit(limit))

    def sequences(self, domain: str = "") -> Mapping[str, int]:
        """Return the number of maps by sequence."""
        query = select(MAPS.c.sequence, func.count()).where(MAPS.c.newest == true())
        if domain:
            query = query.where(MAPS.c.domain == domain)
        query = query.group_by(MAPS.c.sequence).order_by(MAPS.c.sequence)
        with self._database.read() as connection:
            return {name: int(count) for name, count in connection.execute(query)}

    def statistics(self) -> tuple[DomainStatistics, ...]:
        """Return each domain's numbers, in order of name."""
        energy, entropy = MAPS.c.energy, MAPS.c.entropy
        means = (
            select(
                MAPS.c.domain.label("domain"),
                func.avg(energy).label("energy"),
                func.avg(entropy).label("entropy"),
            )
            .where(MAPS.c.newest == true())
            .group_by(MAPS.c.domain)
            .subquery()
        )
        query = (
            select(
                MAPS.c.domain,
                func.count(),
                func.count(MAPS.c.sequence.distinct()),
                means.c.energy,
                means.c.entropy,
                func.avg((energy - means.c.energy) * (energy - means.c.energy)),
                func.avg((entropy - means.c.entropy) * (entropy - means.c.entropy)),
            )
            .join(means, means.c.domain == MAPS.c.domain)
            .where(MAPS.c.newest == true())
            .group_by(MAPS.c.domain, means.c.energy, means.c.entropy)
            .order_by(MAPS.c.domain)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(
            DomainStatistics(name, maps, runs, e, math.sqrt(e2), s, math.sqrt(s2))
            for name, maps, runs, e, s, e2, s2 in rows
        )

    def _with_parameters(
        self, asked: Mapping[str, Between]
    ) -> tuple[list[ColumnElement[bool]], bool]:
        """Return what holds for maps of sequences whose parameters lie in the ranges.

        Few sequences are named, so that their index leads; many are met soon in any order.
        """
        clauses: list[ColumnElement[bool]] = []
        few = False
        for name, between in asked.items():
            of_them = select(PARAMETERS.c.sequence).where(
                PARAMETERS.c.name == name, PARAMETERS.c.value.between(between.low, between.high)
            )
            with self._database.read() as connection:
                named = connection.scalars(of_them.limit(_FEW + 1)).all()
            few = few or len(named) <= _FEW
            clauses.append(MAPS.c.sequence.in_(named if len(named) <= _FEW else of_them))
        return clauses, few

    def _all(self, query: Select[Any]) -> tuple[MapRecord, ...]:
        with self._database.read() as connection:
            return tuple(_record(row) for row in connection.execute(query))


def place(asked: MapQuery, record: MapRecord) -> str:
    """Return where a page ends, as `after` takes it."""
    return json.dumps([getattr(record, asked.order), record.number])


def read_place(text: str) -> tuple[float, int]:
    """Read what `place` wrote.

    Raises:
        ContractError: It is something else.
    """
    try:
        value, number = json.loads(text)
        return float(value), int(number)
    except (ValueError, TypeError) as error:
        raise ContractError(f"{text!r} is not where a page of maps ended.") from error


def _wanted(asked: MapQuery) -> list[ColumnElement[bool]]:
    clauses = [
        MAPS.c[name] == value
        for name in ("domain", "regime", "sequence")
        if (value := getattr(asked, name))
    ]
    for name in ("energy", "entropy", "time_s"):
        between: Between | None = getattr(asked, name)
        if between is not None:
            clauses.append(MAPS.c[name].between(between.low, between.high))
    return clauses


def _retire(connection: Connection, records: Sequence[MapRecord]) -> None:
    """Mark the versions that the new ones follow; refuse a version that follows none."""
    newest: dict[str, int] = {}
    names = sorted({record.sequence for record in records})
    for sequence in names:
        known = select(MAPS.c.id, func.max(MAPS.c.version)).where(MAPS.c.sequence == sequence)
        for name, version in connection.execute(known.group_by(MAPS.c.id)):
            newest[name] = version
    for record in records:
        if record.version != newest.get(record.id, 0) + 1:
            raise ConflictError(
                f"Version {record.version} of map {record.id!r} does not follow version "
                f"{newest.get(record.id, 0)}.",
                hint="Read the newest version and start from it.",
            )
        newest[record.id] = record.version
        if record.version > 1:
            old = update(MAPS).where(MAPS.c.id == record.id, MAPS.c.version == record.version - 1)
            connection.execute(old.values(newest=False))


def _keep_parameters(connection: Connection, records: Sequence[MapRecord]) -> None:
    firsts = {record.sequence: record for record in records if record.version == 1}
    for sequence, record in firsts.items():
        known = select(PARAMETERS.c.name).where(PARAMETERS.c.sequence == sequence)
        have = set(connection.scalars(known))
        rows = [
            {"sequence": sequence, "name": name, "value": float(value)}
            for name, value in record.parameters.items()
            if name not in have
        ]
        if rows:
            connection.execute(insert(PARAMETERS), rows)


def _columns(record: MapRecord) -> dict[str, object]:
    plain: dict[str, object] = {name: getattr(record, name) for name in _PLAIN}
    return plain | {
        "newest": True,
        "grid": json.dumps([getattr(record, name) for name in _GRID]),
        "parameters": json.dumps(dict(record.parameters), sort_keys=True),
        "provenance": json.dumps(dict(record.provenance), sort_keys=True, ensure_ascii=False),
        "created_us": microseconds(record.created),
    }


def _record(row: Row[*tuple[Any, ...]]) -> MapRecord:
    # By place: a page of records is read many times faster than by name.
    known: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    del known["newest"]
    known |= _grid(known.pop("grid"))
    known["parameters"] = _mapping(known["parameters"])
    known["provenance"] = _mapping(known["provenance"])
    known["created"] = moment(known.pop("created_us"))
    return MapRecord(**known)


@lru_cache(maxsize=1024)
def _grid(text: str) -> Mapping[str, tuple[Any, ...]]:
    return {n: tuple(v) for n, v in zip(_GRID, json.loads(text), strict=True)}


@lru_cache(maxsize=1024)
def _mapping(text: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(text))
