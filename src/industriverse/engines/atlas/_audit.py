"""What can be wrong with a map, each as a function of its record and cells."""

import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import sha256_array
from industriverse.kernel.maps import MapRecord, Pyramid, map_checksum

from ._pyramid import levels_of, pyramid_error
from ._record import figures

CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "readable": "What is stored decodes, with its own check sums.",
        "stored": "A record has a store.",
        "catalogued": "A stored map has a record.",
        "agreement": "Record and store say the same.",
        "finite": "No cell is NaN or infinite.",
        "non_negative": "No cell is below zero.",
        "unit": "The unit measures an energy density.",
        "licence": "A licence is stated.",
        "spacing": "Cells have a size.",
        "levels": "Every level is there, in its shape.",
        "pyramid": "Each coarse cell is the mean of its block.",
        "energy": "The cells sum to the recorded energy.",
        "statistics": "Mean and variance are those of the cells.",
        "entropy": "The entropy is that of the cells, between 0 and ln N.",
        "checksum": "The content has the recorded check sum.",
        "duplicate": "No two maps have the same cells.",
        "order": "Frames follow each other in time.",
        "gap": "Frames are evenly apart, none is missing.",
        "chain": "Each version names the one before by its check sum.",
    }
)
_ROUNDING = 1e-12
_FIGURES = 1e-9
_DENSITIES = frozenset(
    {"J/m^3", "J/m^2", "J/m", "Pa", "m^2/s^2", "m^3/s^2", "K", "1", "1/s", "1/s^2", "1·s"}
)
_SQUARED = re.compile(r"(\(.+\)|[^\W\d_]+)\^2(·s)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong.

    Attributes:
        check: Its name among `CHECKS`.
        where: Id of the map or sequence.
        sentence: What is wrong, with the numbers.
    """

    check: str
    where: str
    sentence: str


def audit_record(record: MapRecord) -> tuple[Finding, ...]:
    """Return what is wrong with a record, whatever its cells are."""
    return tuple(Finding(name, record.id, said) for name, said in _of_record(record))


def _of_record(record: MapRecord) -> Iterator[tuple[str, str]]:
    if record.unit not in _DENSITIES and not _SQUARED.fullmatch(record.unit):
        yield "unit", f"{record.unit!r} measures no energy density."
    if not record.licence.strip():
        yield "licence", "No licence is stated."
    if not all(math.isfinite(step) and step > 0 for step in record.spacing):
        yield "spacing", f"Spacing {record.spacing} is not above zero."
    if record.levels != levels_of(record.shape):
        yield "levels", f"Levels {record.levels} are not those of a map of {record.shape}."
    most = math.log(max(math.prod(record.shape), 1))
    if not -_FIGURES <= record.entropy <= most + _FIGURES:
        yield "entropy", f"Entropy {record.entropy:.6g} lies outside 0 to ln N = {most:.6g}."


def audit_cells(record: MapRecord, pyramid: Pyramid) -> tuple[Finding, ...]:
    """Return where a map's cells contradict physics or its record.

    Args:
        record: What is known of it.
        pyramid: The levels that could be read.
    """
    return tuple(Finding(name, record.id, said) for name, said in _of_cells(record, pyramid))


def _of_cells(record: MapRecord, pyramid: Pyramid) -> Iterator[tuple[str, str]]:
    if missing := [factor for factor in record.levels if factor not in pyramid]:
        yield "levels", f"Levels {missing} are missing."
    broken = False
    for factor, cells in pyramid.items():
        if bad := int(cells.size - np.isfinite(cells).sum()):
            broken = True
            yield "finite", f"{bad} cells of level {factor} are NaN or infinite."
        elif (lowest := float(cells.min())) < 0:
            broken = True
            yield "non_negative", f"The lowest cell of level {factor} holds {lowest:.4g}."
    if not _is_what_was_hashed(record, pyramid):
        yield "checksum", f"The content is not that of check sum {record.checksum[:12]}…"
    if not broken and 1 in pyramid:
        yield from _against_figures(record, pyramid)


def _is_what_was_hashed(record: MapRecord, pyramid: Pyramid) -> bool:
    digests = {factor: sha256_array(cells) for factor, cells in pyramid.items()}
    try:
        checksum = map_checksum(record, digests)
    except ContractError:  # a number of the record is NaN
        return False
    return checksum == record.checksum and digests.get(1) == record.content


def _against_figures(record: MapRecord, pyramid: Pyramid) -> Iterator[tuple[str, str]]:
    try:
        grid = record.grid
    except ContractError:
        return
    if pyramid[1].shape != grid.shape:
        yield "levels", f"The map has shape {pyramid[1].shape}, the record {grid.shape}."
        return
    if (off := pyramid_error(pyramid, grid)) > _ROUNDING:
        yield "pyramid", f"A coarse cell is {off:.2g} of the largest away from its block's mean."
    known = figures(pyramid[1], grid)
    if not _close(record.energy, known.energy):
        yield "energy", f"The cells sum to {known.energy:.9g}, recorded is {record.energy:.9g}."
    if not (_close(record.mean, known.mean) and _close(record.variance, known.variance)):
        yield "statistics", f"Mean and variance are {known.mean:.9g} and {known.variance:.9g}."
    if not _close(record.entropy, known.entropy) or not _close(record.evenness, known.evenness):
        yield "entropy", f"The entropy is {known.entropy:.9g}, recorded is {record.entropy:.9g}."


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_FIGURES, abs_tol=sys.float_info.min)


def audit_sequence(records: Sequence[MapRecord]) -> tuple[Finding, ...]:
    """Return what is wrong with the times of a sequence's frames.

    Args:
        records: One of each frame, in order of frame.
    """
    if len(records) < 2:  # noqa: PLR2004 (one frame has no neighbour)
        return ()
    where = records[0].sequence
    frames = np.array([record.frame for record in records])
    times = np.array([record.time_s for record in records])
    steps = np.diff(times)
    found: list[Finding] = []
    if (steps <= 0).any():
        at = int(np.argmax(steps <= 0))
        said = f"Frame {frames[at + 1]} is not later than frame {frames[at]}."
        found.append(Finding("order", where, said))
    usual = float(np.median(steps))
    if not np.array_equal(frames, np.arange(len(frames))):
        found.append(Finding("gap", where, f"Frames {_missing(frames)} are missing."))
    elif (np.abs(steps - usual) > 1e-6 * abs(usual)).any():
        worst = int(np.argmax(np.abs(steps - usual)))
        said = f"Frame {frames[worst + 1]} comes {steps[worst]:g} s after the one before, "
        found.append(Finding("gap", where, f"{said}others {usual:g} s."))
    return tuple(found)


def _missing(frames: np.ndarray) -> list[int]:
    return sorted(set(range(int(frames.max()) + 1)) - {int(frame) for frame in frames})


def audit_chain(versions: Sequence[MapRecord]) -> tuple[Finding, ...]:
    """Return where a map's versions do not follow from each other.

    Args:
        versions: Every version, the first first.
    """
    parent = ""
    for number, record in enumerate(versions, start=1):
        if (record.version, record.parent) != (number, parent):
            said = f"Version {record.version} does not name version {number - 1} as its parent."
            return (Finding("chain", record.id, said),)
        parent = record.checksum
    return ()
