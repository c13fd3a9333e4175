"""Maps of the atlas: what is known of each, and how they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from .canonical import Json, canonical_bytes
from .fields import Boundary, Grid
from .ids import sha256_hex

Pyramid = Mapping[int, Float[np.ndarray, "..."]]
"""A map at each of its levels, by cells averaged along each axis: 1, 2, 4 …"""
MapOrder = Literal["number", "energy", "entropy", "time_s"]
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)
_FIGURES = ("energy", "mean", "variance", "entropy", "evenness")


@dataclass(frozen=True, slots=True)
class MapRecord:
    """One map: a frame of a sequence, in one version.

    It carries plain numbers, not a `Grid`, so that an audit can find one that is broken.

    Attributes:
        id: `SEQUENCE/FRAME`, the same for every version.
        sequence: The run or file that it is a frame of.
        frame: Its place there, from 0.
        time_s: Seconds since the start, or since the Unix epoch where the file has dates.
        domain: Which domain's formula made it.
        origin: The solver's id, or the file's name.
        shape, spacing, axes, axis_units, boundary: Of the finest level, one entry an axis.
        levels: Cells averaged along each axis, by level: 1 first.
        unit: Of the energy density.
        energy: Σ e ΔV.
        mean, variance: Of the finest level's cells.
        entropy: Map entropy in nats.
        evenness: Map entropy over ln N, in [0, 1].
        regime: Its regime where that is known from a control parameter, else "".
        parameters: Physical constants and control parameters, in SI.
        provenance: Where it came from, in words and hashes.
        licence: Under which it may be used.
        content: SHA-256 of the finest level, whatever it is called.
        checksum: SHA-256 of everything above, all levels and `parent`.
        version: From 1; a patch makes the next.
        parent: Checksum of the version before, "" for the first.
        created: When it was made.
        number: Position in the catalogue, from 1; set by the catalogue.
    """

    id: str
    sequence: str
    frame: int
    time_s: float
    domain: str
    origin: str
    shape: tuple[int, ...]
    spacing: tuple[float, ...]
    axes: tuple[str, ...]
    axis_units: tuple[str, ...]
    boundary: tuple[Boundary, ...]
    levels: tuple[int, ...]
    unit: str
    energy: float
    mean: float
    variance: float
    entropy: float
    evenness: float
    regime: str = ""
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    provenance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    licence: str = ""
    content: str = ""
    checksum: str = ""
    version: int = 1
    parent: str = ""
    created: datetime = _FIRST_DAY
    number: int = 0

    @property
    def grid(self) -> Grid:
        """The finest level's grid.

        Raises:
            ContractError: The record's numbers make no grid.
        """
        return Grid(self.shape, self.spacing, self.axes, self.axis_units, self.boundary)


@dataclass(frozen=True, slots=True)
class Between:
    """A range, both ends included."""

    low: float = -np.inf
    high: float = np.inf

    def holds(self, value: float) -> bool:
        """Say whether a value lies inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class MapQuery:
    """What maps are wanted; what is left out does not matter.

    Attributes:
        domain, regime, sequence: Exactly these.
        energy, entropy, time_s: Ranges.
        parameters: Range by name of a parameter; a map without it is not meant.
    """

    domain: str = ""
    regime: str = ""
    sequence: str = ""
    energy: Between | None = None
    entropy: Between | None = None
    time_s: Between | None = None
    parameters: Mapping[str, Between] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def order(self) -> MapOrder:
        """What answers are sorted by: the first range asked for, else the catalogue's order."""
        if self.energy is not None:
            return "energy"
        if self.entropy is not None:
            return "entropy"
        return "number" if self.time_s is None else "time_s"


@dataclass(frozen=True, slots=True)
class MapPage:
    """Some of the maps asked for.

    Attributes:
        records: In the query's order.
        following: What `after` takes to go on; "" at the end.
    """

    records: tuple[MapRecord, ...]
    following: str


@dataclass(frozen=True, slots=True)
class DomainStatistics:
    """One domain's maps in numbers.

    Attributes:
        domain: Id.
        maps, sequences: How many.
        energy_mean, energy_spread: Mean and standard deviation of the maps' total energies.
        entropy_mean, entropy_spread: The same of their entropies, in nats.
    """

    domain: str
    maps: int
    sequences: int
    energy_mean: float
    energy_spread: float
    entropy_mean: float
    entropy_spread: float


def map_id(sequence: str, frame: int) -> str:
    """Return the id of a sequence's frame."""
    return f"{sequence}/{frame:04d}"


def map_checksum(record: MapRecord, levels: Mapping[int, str]) -> str:
    """Return the SHA-256 of what a map is: its place, units, levels and parent.

    Args:
        record: Figures, catalogue number, dates and names of files do not count.
        levels: SHA-256 of the array at each level.
    """
    stated: dict[str, Json] = {
        "id": record.id,
        "version": record.version,
        "parent": record.parent,
        "domain": record.domain,
        "time_s": float(record.time_s),
        "unit": record.unit,
        "grid": [
            [size, float(step), axis, unit, ends]
            for size, step, axis, unit, ends in zip(
                record.shape,
                record.spacing,
                record.axes,
                record.axis_units,
                record.boundary,
                strict=True,
            )
        ],
        "licence": record.licence,
        "parameters": {name: float(value) for name, value in record.parameters.items()},
        "levels": {str(factor): digest for factor, digest in levels.items()},
    }
    return sha256_hex(canonical_bytes(stated))


def record_document(record: MapRecord) -> dict[str, Any]:
    """Return a record as plain JSON values."""
    plain: dict[str, Any] = {name: getattr(record, name) for name in record.__slots__}
    for name in ("shape", "spacing", "axes", "axis_units", "boundary", "levels"):
        plain[name] = list(plain[name])
    plain["parameters"], plain["provenance"] = dict(record.parameters), dict(record.provenance)
    plain["created"] = record.created.isoformat()
    return plain


def read_record(document: Mapping[str, Any]) -> MapRecord:
    """Return the record that `record_document` wrote."""
    plain = dict(document)
    for name in ("shape", "spacing", "axes", "axis_units", "boundary", "levels"):
        plain[name] = tuple(plain[name])
    for name in ("time_s", *_FIGURES):
        plain[name] = float(plain[name])
    plain["spacing"] = tuple(float(step) for step in plain["spacing"])
    for name in ("parameters", "provenance"):
        plain[name] = MappingProxyType(dict(plain[name]))
    plain["created"] = datetime.fromisoformat(plain["created"])
    return MapRecord(**plain)


def same_map(one: MapRecord, other: MapRecord) -> tuple[str, ...]:
    """Return the members in which two records differ, the catalogue's number aside."""
    a, b = (record_document(replace(record, number=0)) for record in (one, other))
    return tuple(name for name, value in a.items() if value != b[name])
