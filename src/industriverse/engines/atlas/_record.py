"""What is written down of a map: its figures, hashes and gradients."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from jaxtyping import Float

from industriverse.kernel.fields import Grid
from industriverse.kernel.ids import sha256_array
from industriverse.kernel.maps import MapRecord, Pyramid, map_checksum, map_id
from industriverse.physics import gradient, map_entropy, total_energy


@dataclass(frozen=True, slots=True)
class Figures:
    """A map in five numbers.

    Attributes:
        energy: Σ e ΔV.
        mean, variance: Of its cells.
        entropy: Map entropy in nats.
        evenness: Map entropy over ln N; 1 for a single cell.
    """

    energy: float
    mean: float
    variance: float
    entropy: float
    evenness: float


@dataclass(frozen=True, slots=True)
class SequenceFacts:
    """What all maps of a sequence have in common; see `MapRecord`."""

    sequence: str
    domain: str
    origin: str
    grid: Grid
    unit: str
    licence: str
    created: datetime
    regime: str
    parameters: Mapping[str, float]
    provenance: Mapping[str, str]


def figures(density: Float[np.ndarray, "..."], grid: Grid) -> Figures:
    """Return a map's figures.

    Args:
        density: `(*space)`. At least zero, finite.
        grid: Where the cells are.
    """
    entropy = float(map_entropy(density, grid))
    return Figures(
        energy=float(total_energy(density, grid)),
        mean=float(density.mean(dtype=np.float64)),
        variance=float(density.var(dtype=np.float64)),
        entropy=entropy,
        evenness=entropy / math.log(grid.cells) if grid.cells > 1 else 1.0,
    )


def gradients(density: Float[np.ndarray, "..."], grid: Grid) -> dict[str, Float[np.ndarray, "..."]]:
    """Return the derivative along each axis by the axis' name, in density per its unit."""
    return dict(zip(grid.axes, gradient(density, grid), strict=True))


def record_of(
    facts: SequenceFacts,
    frame: int,
    time_s: float,
    pyramid: Pyramid,
    *,
    before: MapRecord | None = None,
) -> MapRecord:
    """Return the record of one map.

    Args:
        facts: What its sequence says.
        frame: Its place there.
        time_s: [s]. Its time.
        pyramid: Its cells, level by level.
        before: The version that this one replaces.
    """
    known = figures(pyramid[1], facts.grid)
    digests = {factor: sha256_array(cells) for factor, cells in pyramid.items()}
    record = MapRecord(
        id=map_id(facts.sequence, frame),
        sequence=facts.sequence,
        frame=frame,
        time_s=float(time_s),
        domain=facts.domain,
        origin=facts.origin,
        shape=facts.grid.shape,
        spacing=facts.grid.spacing,
        axes=facts.grid.axes,
        axis_units=facts.grid.units,
        boundary=facts.grid.boundary,
        levels=tuple(pyramid),
        unit=facts.unit,
        energy=known.energy,
        mean=known.mean,
        variance=known.variance,
        entropy=known.entropy,
        evenness=known.evenness,
        regime=facts.regime,
        parameters=facts.parameters,
        provenance=facts.provenance,
        licence=facts.licence,
        content=digests[1],
        version=before.version + 1 if before else 1,
        parent=before.checksum if before else "",
        created=facts.created,
    )
    return replace(record, checksum=map_checksum(record, digests))
