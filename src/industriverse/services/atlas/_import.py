"""Importing a file's own maps, with where they come from and under which licence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import SequenceFacts
from industriverse.engines.signals import signal_map
from industriverse.kernel.domains import DomainAdapter
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap, Trajectory
from industriverse.kernel.maps import MapRecord
from industriverse.kernel.plugins import Catalog, choose
from industriverse.kernel.ports import LongFieldReader, LongRead, ReadOptions, ReadResult

from ._long import maps_of_long, witnesses_of
from ._maps import Maps

_SIGNAL = "signal"
_DIGEST, _LONGEST_NAME = 10, 60
_Frames = Iterable[tuple[float, Float[np.ndarray, "..."]]]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is imported.

    Attributes:
        name: The file's name.
        licence: Under which its maps may be used, e.g. `CC-BY-4.0`.
        source: Where it comes from: an address, a citation, a plant.
        domain: Whose formula makes its maps; found out when not given.
        regime: Its regime, where the user knows it.
    """

    name: str
    licence: str
    source: str
    domain: str = ""
    regime: str = ""


def import_maps(
    maps: Maps, catalog: Catalog, read: ReadResult, request: ImportRequest
) -> tuple[MapRecord, ...]:
    """Keep every frame of a field as a map, or a record of sensors as one.

    Raises:
        ContractError: Licence or source are not stated, the unit is not known, or the file does
            not fit the domain.
        ConflictError: The file is in the atlas already.
    """
    _require_stated(request)
    observation = read.observation
    if isinstance(observation, Trajectory):
        facts, frames = _of_field(maps, catalog, read, observation, request)
    else:
        whole = signal_map(observation)
        facts, frames = _of_signals(maps, read, whole, request)
    _require_unit(facts, request)
    return maps.keep(facts, frames)


def import_long(
    maps: Maps, catalog: Catalog, long: LongRead, request: ImportRequest
) -> tuple[MapRecord, ...]:
    """Keep every frame of a field that does not fit into memory, a window of frames at a time.

    Raises:
        ContractError, ConflictError: As `import_maps`.
    """
    _require_stated(request)
    witnesses = witnesses_of(long)
    chosen = choose(witnesses, catalog.domains(), declared=request.domain)
    _, unit, zero = chosen.adapter.energy(witnesses)
    facts = _facts_of_field(maps, chosen.adapter, (unit, zero), long, witnesses, request)
    _require_unit(facts, request)
    return maps.keep(facts, maps_of_long(long, chosen.adapter, witnesses))


def import_file(
    maps: Maps,
    catalog: Catalog,
    reader: LongFieldReader,
    path: Path,
    options: ReadOptions,
    request: ImportRequest,
) -> tuple[tuple[MapRecord, ...], tuple[str, ...]]:
    """Keep every frame of a file as a map, however many there are.

    Returns:
        The records, and a sentence for each thing that the reader had to decide.

    Raises:
        ContractError, ConflictError: As `import_maps`.
        InputError, NotFoundError: What the reader refuses.
    """
    _require_stated(request)
    options = replace(options, fewest_frames=1)
    with reader.open_long(path, options) as long:
        if long is not None:
            return import_long(maps, catalog, long, request), long.warnings
    read = reader.read(path, options)
    return import_maps(maps, catalog, read, request), read.warnings


def _require_stated(request: ImportRequest) -> None:
    for word, stated in (("licence", request.licence), ("source", request.source)):
        if not stated.strip():
            raise ContractError(
                f"The {word} of {request.name!r} is not stated.", hint=f"Say --{word} TEXT."
            )


def _require_unit(facts: SequenceFacts, request: ImportRequest) -> None:
    if not facts.unit:
        raise ContractError(
            f"The unit of the energy in {request.name!r} is not known.",
            hint="State the variables' units: --unit NAME=UNIT.",
        )


def _of_field(
    maps: Maps, catalog: Catalog, read: ReadResult, field: Trajectory, request: ImportRequest
) -> tuple[SequenceFacts, _Frames]:
    chosen = choose(field, catalog.domains(), declared=request.domain)
    energy, unit, zero = chosen.adapter.energy(field)
    facts = _facts_of_field(maps, chosen.adapter, (unit, zero), read, field, request)
    return facts, zip(map(float, field.times), energy, strict=True)


def _facts_of_field(
    maps: Maps,
    adapter: DomainAdapter,
    known: tuple[str, str],
    read: ReadResult | LongRead,
    field: Trajectory,
    request: ImportRequest,
) -> SequenceFacts:
    unit, zero = known
    domain = adapter.law.domain
    stated = {"zero": zero, "formula": adapter.law.reference}
    if field.valid is not None:
        stated["cells without data"] = str(int((~field.valid).sum()))
    return SequenceFacts(
        sequence=_name(domain, read, request),
        domain=domain,
        origin=request.name,
        grid=adapter.map_grid(field),
        unit=unit,
        licence=request.licence.strip(),
        created=maps.clock.now(),
        regime=request.regime,
        parameters=MappingProxyType(dict(field.parameters)),
        provenance=MappingProxyType(_provenance(read, request) | stated),
    )


def _of_signals(
    maps: Maps, read: ReadResult, whole: EnergyMap, request: ImportRequest
) -> tuple[SequenceFacts, _Frames]:
    if request.domain not in {"", _SIGNAL}:
        raise ContractError(
            f"{request.name!r} holds readings of sensors, which have no {request.domain!r} map.",
            hint=f"Leave the domain out, or say {_SIGNAL}.",
        )
    facts = SequenceFacts(
        sequence=_name(_SIGNAL, read, request),
        domain=_SIGNAL,
        origin=request.name,
        grid=whole.grid,
        unit=whole.unit,
        licence=request.licence.strip(),
        created=maps.clock.now(),
        regime=request.regime,
        parameters=MappingProxyType({}),
        provenance=MappingProxyType(
            _provenance(read, request) | dict(whole.provenance) | {"zero": whole.reference}
        ),
    )
    return facts, [(whole.time_s, whole.density)]


def _name(domain: str, read: ReadResult | LongRead, request: ImportRequest) -> str:
    """Return a sequence's name, the same for the same file and domain."""
    stem = re.sub(r"[^a-z0-9]+", "-", request.name.lower()).strip("-")[:_LONGEST_NAME]
    return f"{domain}-{stem}-{read.sha256[:_DIGEST]}"


def _provenance(read: ReadResult | LongRead, request: ImportRequest) -> dict[str, str]:
    return {
        "kind": "imported",
        "source": request.source.strip(),
        "file": request.name,
        "sha256": read.sha256,
        "notes": " ".join(read.warnings),
    }
