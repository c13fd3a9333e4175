"""Properties of liquid water at the plant's pressure, tabulated from CoolProp."""

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib import resources

from industriverse.kernel.errors import ContractError

ZERO_CELSIUS_K = 273.15
TABLE_PRESSURE_PA = 4e5
"""Between suction and discharge; enthalpy of the liquid moves by under 0.1 % across them."""
_FIRST_C, _LAST_C, _PER_KELVIN = 1, 130, 2
TABLE_FILE = "water.json"


@dataclass(frozen=True, slots=True)
class Water:
    """Columns over temperature at `TABLE_PRESSURE_PA`, every half kelvin from 1 to 130 °C.

    Attributes:
        density: [kg/m³].
        enthalpy: [J/kg], rising, so that temperature can be read back exactly.
        viscosity: Dynamic [Pa·s].
        vapour_pressure: Saturation pressure [Pa].
    """

    density: tuple[float, ...]
    enthalpy: tuple[float, ...]
    viscosity: tuple[float, ...]
    vapour_pressure: tuple[float, ...]

    def _between(self, column: tuple[float, ...], celsius: float) -> float:
        place = (celsius - _FIRST_C) * _PER_KELVIN
        index = int(place)
        if not 0 <= place < len(column) - 1:
            raise ContractError(
                f"Water at {celsius:.1f} °C is outside the plant's table.",
                hint=f"Keep every stream between {_FIRST_C} and {_LAST_C} °C.",
            )
        return column[index] + (place - index) * (column[index + 1] - column[index])

    def rho(self, celsius: float) -> float:
        """Return the density [kg/m³]."""
        return self._between(self.density, celsius)

    def h(self, celsius: float) -> float:
        """Return the specific enthalpy [J/kg]."""
        return self._between(self.enthalpy, celsius)

    def mu(self, celsius: float) -> float:
        """Return the dynamic viscosity [Pa·s]."""
        return self._between(self.viscosity, celsius)

    def p_sat(self, celsius: float) -> float:
        """Return the vapour pressure [Pa]."""
        return self._between(self.vapour_pressure, celsius)

    def celsius(self, enthalpy: float) -> float:
        """Return the temperature [°C] of a specific enthalpy: the exact inverse of `h`."""
        index = bisect_right(self.enthalpy, enthalpy) - 1
        if not 0 <= index < len(self.enthalpy) - 1:
            raise ContractError(f"Water of {enthalpy:.4g} J/kg is outside the plant's table.")
        low, high = self.enthalpy[index], self.enthalpy[index + 1]
        return _FIRST_C + (index + (enthalpy - low) / (high - low)) / _PER_KELVIN


@cache
def water() -> Water:
    """Return the table that ships: CoolProp takes a second or two to load, and this no time."""
    columns = json.loads(
        resources.files("industriverse.engines.simulation.plant")
        .joinpath(TABLE_FILE)
        .read_text("utf-8")
    )
    return Water(**{name: tuple(column) for name, column in columns.items()})


def tabulated() -> Water:
    """Tabulate water by CoolProp (IAPWS-95): what `water` must be, to the last digits.

    `python -m industriverse.apps.water_table` writes the file anew.
    """
    from CoolProp import CoolProp  # noqa: PLC0415 (only to make or check the table)

    fluid = CoolProp.AbstractState("HEOS", "Water")
    rows: list[tuple[float, float, float, float]] = []
    for step in range((_LAST_C - _FIRST_C) * _PER_KELVIN + 1):
        kelvin = ZERO_CELSIUS_K + _FIRST_C + step / _PER_KELVIN
        fluid.update(CoolProp.QT_INPUTS, 0.0, kelvin)
        vapour_pressure = fluid.p()
        fluid.update(CoolProp.PT_INPUTS, TABLE_PRESSURE_PA, kelvin)
        rows.append((fluid.rhomass(), fluid.hmass(), fluid.viscosity(), vapour_pressure))
    return Water(*(tuple(map(float, column)) for column in zip(*rows, strict=True)))
