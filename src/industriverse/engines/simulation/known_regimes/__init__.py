"""Short records of systems whose regime is known in closed form or by Lyapunov exponent."""

from ._catalogue import FAMILIES, Known, known_records
from ._drawn import Part

__all__ = ["FAMILIES", "Known", "Part", "known_records"]
