"""What training is given from the outside world."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from industriverse.kernel.ports import ArrayCache, Clock, EnergyMeter


@dataclass(frozen=True, slots=True)
class Tools:
    """The outside world.

    Attributes:
        cache: Keeps solved runs.
        meter: Joules.
        clock: The date in a card.
        read: Returns a file's bytes.
        write: Puts a file in its place, the old one or the new, never a piece.
        progress: Called with a sentence and the share done.
    """

    cache: ArrayCache
    meter: EnergyMeter
    clock: Clock
    read: Callable[[Path], bytes]
    write: Callable[[Path, bytes], None]
    progress: Callable[[str, float], None]
