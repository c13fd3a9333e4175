"""A real fluid: its states from two properties, by CoolProp's equations of state.

The low-level interface of CoolProp is used, one object a fluid and thread, made once: a state by
pressure and temperature then takes some ten microseconds.
"""

import math
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

from industriverse.kernel.errors import ContractError

_QUALITY_ROUNDING = 1e-9
_CORRECTION = 1e-5


@dataclass(frozen=True, slots=True)
class State:
    """A fluid in equilibrium.

    Attributes:
        pressure: p [Pa].
        temperature: T [K].
        enthalpy: h [J/kg], from the reference of CoolProp.
        entropy: s [J/(kg K)], from the reference of CoolProp.
        density: ρ [kg/m³].
        quality: Share of vapour by mass; 0 for a liquid, 1 for a gas and above the critical point.
    """

    pressure: float
    temperature: float
    enthalpy: float
    entropy: float
    density: float
    quality: float

    @property
    def volume(self) -> float:
        """Specific volume `v = 1/ρ` [m³/kg]."""
        return 1 / self.density

    @property
    def energy(self) -> float:
        """Internal energy `u = h − p v` [J/kg]."""
        return self.enthalpy - self.pressure / self.density

    @property
    def mixed(self) -> bool:
        """Whether liquid and vapour are both there."""
        return _QUALITY_ROUNDING < self.quality < 1 - _QUALITY_ROUNDING


@dataclass(frozen=True, slots=True)
class Range:
    """Where a fluid's equation of state holds, and its critical point.

    Attributes:
        coldest, hottest: [K].
        densest: Largest pressure [Pa].
        critical_temperature: [K].
        critical_pressure: [Pa].
    """

    coldest: float
    hottest: float
    densest: float
    critical_temperature: float
    critical_pressure: float


class _Warm(threading.local):
    """CoolProp's objects of one thread: they are changed by every state asked of them."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}


_WARM = _Warm()


@cache
def _coolprop() -> Any:  # noqa: ANN401 (a module without types)
    # Loading takes seconds, and most runs have no cycle.
    from CoolProp import CoolProp  # noqa: PLC0415

    return CoolProp


def _warm(name: str) -> Any:  # noqa: ANN401
    found = _WARM.made.get(name)
    if found is None:
        try:
            found = _coolprop().AbstractState("HEOS", name)
        except ValueError as error:
            raise ContractError(
                f"CoolProp knows no fluid {name!r}.",
                hint="Give a name such as Water, Air, R134a or R290.",
            ) from error
        _WARM.made[name] = found
    return found


@cache
def _range(name: str) -> Range:
    fluid = _warm(name)
    return Range(
        float(fluid.Tmin()),
        float(fluid.Tmax()),
        float(fluid.pmax()),
        float(fluid.T_critical()),
        float(fluid.p_critical()),
    )


@dataclass(frozen=True, slots=True)
class Fluid:
    """A pure fluid or air by its name in CoolProp: `Water`, `Air`, `R134a`, `R290`.

    Every method raises a ContractError where the name is unknown, a number is not finite, or the
    state lies outside the range of the equation of state.
    """

    name: str

    @property
    def range(self) -> Range:
        """Where the equation of state holds."""
        return _range(self.name)

    def at_temperature(self, pressure: float, temperature: float) -> State:
        """Return the state at a pressure [Pa] and a temperature [K], off the boiling line."""
        return self._state("PT_INPUTS", pressure, temperature)

    def vapour(self, pressure: float, temperature: float) -> State:
        """Return the gas at a pressure [Pa] and a temperature [K], however near to boiling."""
        return self._side("iphase_gas", pressure, temperature)

    def liquid(self, pressure: float, temperature: float) -> State:
        """Return the liquid at a pressure [Pa] and a temperature [K], however near to boiling."""
        return self._side("iphase_liquid", pressure, temperature)

    def _side(self, phase: str, pressure: float, temperature: float) -> State:
        if not pressure < self.range.critical_pressure:
            return self.at_temperature(pressure, temperature)
        fluid = _warm(self.name)
        fluid.specify_phase(getattr(_coolprop(), phase))
        try:
            return self.at_temperature(pressure, temperature)
        finally:
            fluid.unspecify_phase()

    def at_enthalpy(self, pressure: float, enthalpy: float) -> State:
        """Return the state at a pressure [Pa] and an enthalpy [J/kg]."""
        return self._state("HmassP_INPUTS", enthalpy, pressure)

    def at_entropy(self, pressure: float, entropy: float) -> State:
        """Return the state at a pressure [Pa] and an entropy [J/(kg K)]."""
        return self._state("PSmass_INPUTS", pressure, entropy)

    def at_density(self, pressure: float, density: float) -> State:
        """Return the state at a pressure [Pa] and a density [kg/m³]."""
        hottest = self.range.hottest
        if density < self.at_temperature(pressure, hottest).density:
            raise ContractError(
                f"{self.name} of {density:.6g} kg/m³ at {pressure:.6g} Pa is hotter than "
                f"{hottest:.6g} K, the end of its range.",
                hint="Expand it less, or start colder.",
            )
        return self._state("DmassP_INPUTS", density, pressure)

    def packed_with_entropy(self, density: float, entropy: float) -> State:
        """Return the state at a density [kg/m³] and an entropy [J/(kg K)]."""
        return self._state("DmassSmass_INPUTS", density, entropy)

    def packed_with_energy(self, density: float, energy: float) -> State:
        """Return the state at a density [kg/m³] and an internal energy [J/kg]."""
        return self._state("DmassUmass_INPUTS", density, energy)

    def boiling_at_pressure(self, pressure: float, quality: float) -> State:
        """Return the state on the boiling line at a pressure [Pa] below the critical one."""
        limit = self.range.critical_pressure
        if not pressure < limit:
            raise ContractError(
                f"{self.name} does not boil at {pressure:.6g} Pa: above {limit:.6g} Pa liquid and "
                "vapour are one.",
                hint="Lower the pressure, or give the temperature.",
            )
        return self._state("PQ_INPUTS", pressure, quality)

    def boiling_at_temperature(self, temperature: float, quality: float) -> State:
        """Return the state on the boiling line at a temperature [K] below the critical one."""
        limit = self.range.critical_temperature
        if not temperature < limit:
            raise ContractError(
                f"{self.name} does not boil or condense at {temperature:.6g} K: above "
                f"{limit:.6g} K liquid and vapour are one.",
                hint=f"Stay below {limit:.6g} K, or choose another fluid.",
            )
        return self._state("QT_INPUTS", quality, temperature)

    def _state(self, pair: str, first: float, second: float) -> State:
        fluid, coolprop = _warm(self.name), _coolprop()
        self._check_given(pair, first, second)
        try:
            fluid.update(getattr(coolprop, pair), first, second)
        except ValueError as error:
            hottest = self.range.hottest
            hot = _too_hot(fluid, pair, (first, second), hottest)
            why = f"it would be hotter than {hottest:.6g} K, where its range ends" if hot else error
            raise ContractError(
                f"{self.name} has no state at {_words(pair, first, second)}: {why}.",
                hint="Move the cycle's pressures, temperatures and efficiencies into its range.",
            ) from error
        state = _read(fluid)
        self._check_found(state)
        slot = _SHARPENED.get(pair)
        if slot is None or fluid.phase() == coolprop.iphase_twophase:
            return state
        pressure, other = (first, second) if slot[1] else (second, first)
        return _sharper(fluid, state, pressure, (slot[0], other))

    def _check_given(self, pair: str, first: float, second: float) -> None:
        if not (math.isfinite(first) and math.isfinite(second)):
            raise ContractError(f"{_words(pair, first, second)} of {self.name} is not finite.")
        given = dict(zip(_WORDS[pair], (first, second), strict=True))
        if "K" in given:
            self._check_temperature(given["K"])
        if "Pa" in given and not 0 < given["Pa"] <= self.range.densest:
            raise ContractError(
                f"{given['Pa']:.6g} Pa is outside the range of {self.name}, up to "
                f"{self.range.densest:.6g} Pa."
            )

    def _check_found(self, state: State) -> None:
        numbers = (state.temperature, state.enthalpy, state.entropy, state.density)
        if not all(math.isfinite(number) for number in numbers) or state.density <= 0:
            raise ContractError(f"CoolProp found no state of {self.name}.")
        self._check_temperature(state.temperature)

    def _check_temperature(self, temperature: float) -> None:
        low, high = self.range.coldest, self.range.hottest
        if not low * (1 - 1e-9) <= temperature <= high * (1 + 1e-9):
            raise ContractError(
                f"{temperature:.6g} K is outside the range of {self.name}, {low:.6g} to "
                f"{high:.6g} K.",
                hint="Lower the pressure ratio or the heat, or choose another fluid.",
            )


_WORDS = {
    "PT_INPUTS": ("Pa", "K"),
    "HmassP_INPUTS": ("J/kg", "Pa"),
    "PSmass_INPUTS": ("Pa", "J/(kg K)"),
    "DmassP_INPUTS": ("kg/m³", "Pa"),
    "DmassSmass_INPUTS": ("kg/m³", "J/(kg K)"),
    "DmassUmass_INPUTS": ("kg/m³", "J/kg"),
    "PQ_INPUTS": ("Pa", "of its mass vapour"),
    "QT_INPUTS": ("of its mass vapour", "K"),
}


# What is given beside the pressure, and whether the pressure comes first.
_SHARPENED = {
    "HmassP_INPUTS": ("iHmass", False),
    "PSmass_INPUTS": ("iSmass", True),
    "DmassP_INPUTS": ("iDmass", False),
}


def _read(fluid: Any) -> State:  # noqa: ANN401
    return State(
        fluid.p(), fluid.T(), fluid.hmass(), fluid.smass(), fluid.rhomass(), _quality(fluid)
    )


def _sharper(fluid: Any, state: State, pressure: float, given: tuple[str, float]) -> State:  # noqa: ANN401
    """Take one more step of Newton's method in density and temperature.

    CoolProp stops within some 1e-9 of what was asked, and an energy balance would show it. A
    correction that is larger, or that crosses the boiling line, is none.
    """
    coolprop, slope = _coolprop(), fluid.first_partial_deriv
    key = getattr(coolprop, given[0])
    rho, kelvin = coolprop.iDmass, coolprop.iT
    fluid.update(coolprop.DmassT_INPUTS, state.density, state.temperature)
    short, missing = pressure - fluid.p(), given[1] - fluid.keyed_output(key)
    a, b = slope(coolprop.iP, rho, kelvin), slope(coolprop.iP, kelvin, rho)
    c, d = slope(key, rho, kelvin), slope(key, kelvin, rho)
    whole = a * d - b * c
    if not whole:
        return state
    denser = (d * short - b * missing) / whole / state.density
    hotter = (a * missing - c * short) / whole / state.temperature
    if not max(abs(denser), abs(hotter)) < _CORRECTION:
        return state
    fluid.update(
        coolprop.DmassT_INPUTS, state.density * (1 + denser), state.temperature * (1 + hotter)
    )
    better = _read(fluid)
    return better if better.quality == state.quality else state


def _too_hot(fluid: Any, pair: str, given: tuple[float, float], hottest: float) -> bool:  # noqa: ANN401
    """Return whether the energy asked for is more than the fluid has at the end of its range."""
    coolprop = _coolprop()
    if pair == "HmassP_INPUTS":
        fluid.update(coolprop.PT_INPUTS, given[1], hottest)
        return given[0] > float(fluid.hmass())
    if pair == "DmassUmass_INPUTS":
        fluid.update(coolprop.DmassT_INPUTS, given[0], hottest)
        return given[1] > float(fluid.umass())
    return False


def _words(pair: str, first: float, second: float) -> str:
    units = _WORDS[pair]
    return f"{first:.6g} {units[0]} and {second:.6g} {units[1]}"


def _quality(fluid: Any) -> float:  # noqa: ANN401
    coolprop = _coolprop()
    phase = fluid.phase()
    if phase == coolprop.iphase_twophase:
        return min(1.0, max(0.0, float(fluid.Q())))
    liquids = (coolprop.iphase_liquid, coolprop.iphase_supercritical_liquid)
    return 0.0 if phase in liquids else 1.0
