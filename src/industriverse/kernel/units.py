"""The few units that the domains read, and their way to SI.

A wide unit library serves the edges; this table serves the rooms where a wrong unit must be
refused at once and an import must cost nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from .errors import ContractError


@dataclass(frozen=True, slots=True)
class Unit:
    """How a spelled unit reaches its SI unit: `si = factor * value + offset`."""

    si: str
    factor: float = 1.0
    offset: float = 0.0


_KELVIN = 273.15
_SPELLINGS: tuple[tuple[str, Unit], ...] = (
    ("k kelvin kelvins degk deg_k degree_kelvin degrees_kelvin", Unit("K")),
    (
        "c °c degc deg_c celsius degree_celsius degrees_celsius degree_c degrees_c",
        Unit("K", 1.0, _KELVIN),
    ),
    (
        "f °f degf deg_f fahrenheit degree_fahrenheit degrees_fahrenheit",
        Unit("K", 5 / 9, _KELVIN - 32 * 5 / 9),
    ),
    ("m/s m·s-1 ms-1 metre/s meter/second meters/second metres/second", Unit("m/s")),
    ("cm/s cm·s-1", Unit("m/s", 0.01)),
    ("mm/s mm·s-1", Unit("m/s", 0.001)),
    ("km/h km·h-1 kmh kph", Unit("m/s", 1 / 3.6)),
    ("kn kt knot knots", Unit("m/s", 1852 / 3600)),
    ("pa pascal n/m2 n·m-2", Unit("Pa")),
    ("hpa mbar mb millibar millibars", Unit("Pa", 100.0)),
    ("kpa", Unit("Pa", 1e3)),
    ("bar", Unit("Pa", 1e5)),
    ("kg/kg kg·kg-1 1 g/g dimensionless", Unit("1")),
    ("g/kg g·kg-1", Unit("1", 1e-3)),
    ("m metre meter metres meters gpm", Unit("m")),
    ("km kilometre kilometer", Unit("m", 1e3)),
    ("cm centimetre centimeter", Unit("m", 0.01)),
    ("mm millimetre millimeter", Unit("m", 1e-3)),
    ("m2/s2 m2·s-2 m**2/s**2", Unit("m2/s2")),
    ("kg/m3 kg·m-3", Unit("kg/m3")),
    ("j/m3 j·m-3", Unit("J/m3")),
    ("j/m2 j·m-2", Unit("J/m2")),
    ("1/m2 m-2", Unit("1/m2")),
    ("m2", Unit("m2")),
    ("1/s s-1", Unit("1/s")),
    ("rad/s rad·s-1", Unit("rad/s")),
    ("rad radian radians", Unit("rad")),
    ("1/s2 s-2", Unit("1/s2")),
    ("t tesla", Unit("T")),
    ("v/m v·m-1 volt/m", Unit("V/m")),
    ("a/m a·m-1 ampere/m", Unit("A/m")),
)
UNITS: Mapping[str, Unit] = MappingProxyType(
    {name: unit for names, unit in _SPELLINGS for name in names.split()}
)


def spelled(unit: str) -> str:
    """Return one spelling for the many of a unit: `m s**-1` and `m s^-1` become `m·s-1`."""
    plain = unit.strip().replace("**", "").replace("^", "").replace("{", "").replace("}", "")
    return "·".join(plain.replace("*", " ").replace(".", " ").split()).lower()


def measures(unit: str, si: str) -> bool:
    """Return whether a spelled unit measures what an SI unit does."""
    return UNITS.get(spelled(unit), Unit("")).si == si


def to_si(
    values: Float[np.ndarray, "..."], unit: str, si: str, *, name: str
) -> Float[np.ndarray, "..."]:
    """Convert values to an SI unit.

    Args:
        values: Any shape, in `unit`.
        unit: As the file spells it.
        si: `K`, `m/s`, `Pa`, `m`, `1` …
        name: The variable, for the sentence.

    Raises:
        ContractError: The unit measures something else, or is unknown.
    """
    found = UNITS.get(spelled(unit))
    if found is None or found.si != si:
        raise ContractError(
            f"{name!r} is in {unit!r}, which is no unit that converts to {si}.",
            hint=f"State the unit of {name!r}, e.g. {si}.",
        )
    return np.asarray(values, np.float64) * found.factor + found.offset
