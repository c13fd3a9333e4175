"""Fields that a domain adapter has turned into energy densities."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap, Grid
from industriverse.kernel.results import Annotation

from ._readings import read_maps


def annotate_fields(  # noqa: PLR0913, PLR0917 (what a map must declare)
    densities: Float[np.ndarray, "time *space"],
    unit: str,
    grid: Grid,
    domain: str,
    reference: str,
    times: Float[np.ndarray, "stamp"],
    confidence: float = 1.0,
    *,
    maps: int = 8,
    closed: bool = False,
    provenance: Mapping[str, str] = MappingProxyType({}),
) -> Annotation:
    """Return the energy reading of the newest frames.

    Args:
        densities: `(time, *space)` [unit]. Energy density above its reference, oldest first.
        unit: Unit of the density, e.g. `J/m^3`.
        grid: Where the cells are.
        domain: Whose formula made it.
        reference: What was subtracted, in words and value.
        times: `(stamp,)` [s]. Time of each frame, one a frame.
        confidence: In [0, 1]: how surely the domain is the right one.
        maps: Frames to keep, at most.
        closed: Whether nothing crosses the boundary.
        provenance: Where the field came from.

    Returns:
        One map a frame, oldest first.

    Raises:
        ContractError: No frame, a frame below its reference or not finite, or a time missing.
    """
    if maps < 1 or len(densities) == 0 or len(times) != len(densities):
        raise ContractError(
            f"{len(densities)} frames with {len(times)} times cannot give {maps} maps.",
            hint="Send at least one frame, and one time a frame.",
        )
    kept = tuple(
        EnergyMap(
            density=np.asarray(density, np.float64),
            unit=unit,
            grid=grid,
            domain=domain,
            time_s=float(time),
            reference=reference,
            closed=closed,
            provenance=provenance,
        )
        for density, time in zip(densities[-maps:], times[-maps:], strict=True)
    )
    total = total_unit(unit, grid.units)
    return read_maps(kept, domain=domain, unit=total, confidence=confidence)


def total_unit(unit: str, axes: tuple[str, ...]) -> str:
    """Return the unit of a density summed over cells; unknown stays unknown.

    Examples:
        >>> total_unit("J/m^3", ("m", "m", "m")), total_unit("J/m^3", ("m", "m"))
        ('J', 'J/m^3·m^2')
        >>> total_unit("", ("m",))
        ''
    """
    if not unit or not all(axes):
        return ""
    counted = {axis: axes.count(axis) for axis in axes if axis != "1"}
    volume = "·".join(f"{axis}^{n}" if n > 1 else axis for axis, n in counted.items())
    if volume and unit.endswith(f"/{volume}"):
        return unit.removesuffix(f"/{volume}")
    return f"{unit}·{volume}" if volume else unit
