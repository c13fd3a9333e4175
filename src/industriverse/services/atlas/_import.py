"""Importing a file's own maps, with where they come from and under which licence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import SequenceFacts
from industriverse.engines.signals import signal_map
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap, Trajectory
from industriverse.kernel.maps import MapRecord
from industriverse.kernel.plugins import Catalog, choose
from industriverse.kernel.ports import ReadResult

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
    for word, stated in (("licence", request.licence), ("source", request.source)):
        if not stated.strip():
            raise ContractError(
                f"The {word} of {request.name!r} is not stated.", hint=f"Say --{word} TEXT."
            )
    observation = read.observation
    if isinstance(observation, Trajectory):
        facts, frames = _of_field(maps, catalog, read, observation, request)
    else:
        whole = signal_map(observation)
        facts, frames = _of_signals(maps, read, whole, request)
    if not facts.unit:
        raise ContractError(
            f"The unit of the energy in {request.name!r} is not known.",
            hint="State the variables' units: --unit NAME=UNIT.",
        )
    return maps.keep(facts, frames)


def _of_field(
    maps: Maps, catalog: Catalog, read: ReadResult, field: Trajectory, request: ImportRequest
) -> tuple[SequenceFacts, _Frames]:
    chosen = choose(field, catalog.domains(), declared=request.domain)
    energy, unit, zero = chosen.adapter.energy(field)
    domain = chosen.adapter.law.domain
    stated = {"zero": zero, "formula": chosen.adapter.law.reference}
    if field.valid is not None:
        stated["cells without data"] = str(int((~field.valid).sum()))
    facts = SequenceFacts(
        sequence=_name(domain, read, request),
        domain=domain,
        origin=request.name,
        grid=chosen.adapter.map_grid(field),
        unit=unit,
        licence=request.licence.strip(),
        created=maps.clock.now(),
        regime=request.regime,
        parameters=MappingProxyType(dict(field.parameters)),
        provenance=MappingProxyType(_provenance(read, request) | stated),
    )
    return facts, zip(map(float, field.times), energy, strict=True)


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


def _name(domain: str, read: ReadResult, request: ImportRequest) -> str:
    """Return a sequence's name, the same for the same file and domain."""
    stem = re.sub(r"[^a-z0-9]+", "-", request.name.lower()).strip("-")[:_LONGEST_NAME]
    return f"{domain}-{stem}-{read.sha256[:_DIGEST]}"


def _provenance(read: ReadResult, request: ImportRequest) -> dict[str, str]:
    return {
        "kind": "imported",
        "source": request.source.strip(),
        "file": request.name,
        "sha256": read.sha256,
        "notes": " ".join(read.warnings),
    }
