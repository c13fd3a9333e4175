"""Energy, entropy and temperature of successive maps."""

import numpy as np

from industriverse import physics
from industriverse.kernel.fields import EnergyMap
from industriverse.kernel.results import Annotation


def read_maps(
    maps: tuple[EnergyMap, ...], *, domain: str, unit: str, confidence: float = 1.0
) -> Annotation:
    """Return the reading of maps that share one grid, oldest first.

    Args:
        maps: At least one.
        domain: Whose formula made them.
        unit: Unit of density × cell volume.
        confidence: In [0, 1].
    """
    grid = maps[-1].grid
    density = np.stack([m.density for m in maps])
    return Annotation(
        maps=maps,
        energy=physics.total_energy(density, grid),
        entropy=physics.map_entropy(density, grid),
        temperature=physics.effective_temperature(density, grid),
        gamma_distance=float(physics.gamma_distance(density[-1], grid)),
        unit=unit,
        domain=domain,
        domain_confidence=confidence,
    )
