"""Cycles solved by other libraries: TESPy's networks, IAPWS's and Cantera's own properties.

Each function makes a solver that stays warm: a call with a changed parameter returns the
efficiency, or the coefficient of performance. Nothing of CoolProp is in IAPWS or Cantera.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from scipy.optimize import brentq

from industriverse.engines.simulation.cycles import (
    Brayton,
    Diesel,
    Otto,
    Rankine,
    VapourCompression,
)

Solve = Callable[[float], float]
_AIR = "N2:0.7812, O2:0.2096, AR:0.0092"  # as in Lemmon et al. (2000)
_COLDEST, _HOTTEST = 150.0, 2000.0  # [K]


def _network() -> Any:  # noqa: ANN401 (TESPy is no dependency)
    network = import_module("tespy.networks").Network(iterinfo=False)
    network.units.set_defaults(
        temperature="K", pressure="Pa", pressure_difference="Pa", enthalpy="J/kg"
    )
    return network


def _ring(network: Any, parts: Sequence[Any]) -> list[Any]:  # noqa: ANN401
    """Connect parts into a ring; connection i leads out of part i, 0 out of the closer.

    A part that is met twice is cold at first: TESPy's second side is the cold one.
    """
    make = import_module("tespy.connections").Connection
    around = [import_module("tespy.components").CycleCloser("closer"), *parts]
    sides = [2 if part in around[i + 1 :] else 1 for i, part in enumerate(around)]
    lines = [
        make(a, f"out{sides[i - 1]}", b, f"in{sides[i]}", label=str(i))
        for i, (a, b) in enumerate(zip([around[-1], *around[:-1]], around, strict=True))
    ]
    lines = [*lines[1:], lines[0]]
    network.add_conns(*lines)
    return lines


def _solved(network: Any, lines: Sequence[Any]) -> list[float]:  # noqa: ANN401
    network.solve("design")
    return [float(line.h.val_SI) for line in lines]


def tespy_rankine(cycle: Rankine) -> Solve:
    """Return TESPy's efficiency by the steam's temperature [K]."""
    parts = import_module("tespy.components")
    network, reheat = _network(), bool(cycle.reheat_pressure)
    turbine = parts.Turbine("turbine", eta_s=cycle.turbine_efficiency)
    second = parts.Turbine("second", eta_s=cycle.turbine_efficiency)
    heater = parts.SimpleHeatExchanger("reheater", pr=1)
    condenser = parts.SimpleHeatExchanger("condenser", pr=1)
    pump = parts.Pump("pump", eta_s=cycle.pump_efficiency)
    boiler = parts.SimpleHeatExchanger("boiler", pr=1)
    middle = [turbine, heater, second] if reheat else [turbine]
    lines = _ring(network, [*middle, condenser, pump, boiler])
    steam, exhaust, condensed, pumped = lines[0], lines[-4], lines[-3], lines[-2]
    steam.set_attr(m=1, p=cycle.boiler_pressure, T=cycle.steam_temperature, fluid={"Water": 1})
    exhaust.set_attr(p=cycle.condenser_pressure)
    condensed.set_attr(x=0)
    watched = [steam, exhaust, condensed, pumped]
    if reheat:
        lines[1].set_attr(p=cycle.reheat_pressure)
        lines[2].set_attr(T=cycle.steam_temperature)
        watched += [lines[1], lines[2]]

    def solve(temperature: float) -> float:
        steam.set_attr(T=temperature)
        if reheat:
            lines[2].set_attr(T=temperature)
        h = _solved(network, watched)
        between = h[5] - h[4] if reheat else 0.0
        heat = h[0] - h[3] + between
        return 1 - (h[1] - h[2]) / heat

    return solve


def tespy_brayton(cycle: Brayton) -> Solve:
    """Return TESPy's efficiency by the turbine's temperature [K]."""
    parts = import_module("tespy.components")
    network = _network()
    compressor = parts.Compressor("compressor", eta_s=cycle.compressor_efficiency)
    heater = parts.SimpleHeatExchanger("heater", pr=1)
    turbine = parts.Turbine("turbine", eta_s=cycle.turbine_efficiency)
    cooler = parts.SimpleHeatExchanger("cooler", pr=1)
    if cycle.regeneration:
        between = parts.HeatExchanger("between", pr1=1, pr2=1, eff_max=cycle.regeneration)
        lines = _ring(network, [compressor, between, heater, turbine, between, cooler])
        inlet, pressed, warm, hot, _, left, _ = lines
    else:
        lines = _ring(network, [compressor, heater, turbine, cooler])
        inlet, pressed, hot, left, _ = lines
        warm = pressed
    inlet.set_attr(m=1, p=cycle.inlet_pressure, T=cycle.inlet_temperature, fluid={"Air": 1})
    pressed.set_attr(p=cycle.inlet_pressure * cycle.pressure_ratio)

    def solve(temperature: float) -> float:
        hot.set_attr(T=temperature)
        h = _solved(network, [inlet, warm, hot, left])
        return 1 - (h[3] - h[0]) / (h[2] - h[1])

    return solve


def tespy_vapour_compression(cycle: VapourCompression) -> Solve:
    """Return TESPy's coefficient of performance by the evaporator's temperature [K]."""
    parts = import_module("tespy.components")
    network = _network()
    compressor = parts.Compressor("compressor", eta_s=cycle.compressor_efficiency)
    condenser = parts.SimpleHeatExchanger("condenser", pr=1)
    valve = parts.Valve("valve")
    evaporator = parts.SimpleHeatExchanger("evaporator", pr=1)
    lines = _ring(network, [compressor, condenser, valve, evaporator])
    dry, pressed, liquid = lines[:3]
    dry.set_attr(
        m=1,
        fluid={cycle.fluid: 1},
        T=cycle.evaporator_temperature + cycle.superheat,
        td_dew=cycle.superheat,
    )
    liquid.set_attr(T=cycle.condenser_temperature - cycle.subcooling, td_bubble=cycle.subcooling)

    def solve(temperature: float) -> float:
        dry.set_attr(T=temperature + cycle.superheat)
        h = _solved(network, [dry, pressed, liquid])
        return (h[0] - h[2]) / (h[1] - h[0])

    return solve


def iapws_rankine(cycle: Rankine) -> Solve:
    """Return the efficiency by the steam's temperature [K] with the industrial formulation."""
    water: Any = import_module("iapws").IAPWS97
    high, middle, low = (
        p / 1e6 for p in (cycle.boiler_pressure, cycle.reheat_pressure, cycle.condenser_pressure)
    )

    def expanded(steam: Any, pressure: float) -> float:  # noqa: ANN401
        ideal = water(P=pressure, s=steam.s)
        return steam.h - cycle.turbine_efficiency * (steam.h - ideal.h)

    def solve(temperature: float) -> float:
        steam, condensed = water(P=high, T=temperature), water(P=low, x=0)
        pumped = water(P=high, s=condensed.s)
        fed = condensed.h + (pumped.h - condensed.h) / cycle.pump_efficiency
        heat = steam.h - fed
        if middle:
            leaving = expanded(steam, middle)
            steam = water(P=middle, T=temperature)
            heat += steam.h - leaving
        return float(1 - (expanded(steam, low) - condensed.h) / heat)

    return solve


class _Lemmon:
    """Real air by the package `iapws`, kJ and MPa inside."""

    def __init__(self) -> None:
        self.air: Any = import_module("iapws.humidAir").Air

    def at(self, kelvin: float, pascal: float) -> Any:  # noqa: ANN401
        return self.air(T=kelvin, P=pascal / 1e6)

    def packed(self, kelvin: float, density: float) -> Any:  # noqa: ANN401
        return self.air(T=kelvin, rho=density)


class _Thin:
    """Air as a mixture of ideal gases by Cantera, its composition frozen."""

    def __init__(self) -> None:
        self.gas: Any = import_module("cantera").Solution("gri30.yaml", transport_model=None)

    def at(self, kelvin: float, pascal: float) -> "_Found":
        self.gas.TPX = kelvin, pascal, _AIR
        return _Found(self.gas)

    def packed(self, kelvin: float, density: float) -> "_Found":
        self.gas.TDX = kelvin, density, _AIR
        return _Found(self.gas)


class _Found:
    """A state of Cantera's in the units of the package `iapws`."""

    def __init__(self, gas: Any) -> None:  # noqa: ANN401
        self.T, self.P, self.rho = gas.T, gas.P / 1e6, gas.density
        self.h, self.s, self.u = gas.h / 1e3, gas.s / 1e3, gas.u / 1e3


def _hot_enough(make: Callable[[float], Any], name: str, value: float) -> Any:  # noqa: ANN401
    """Return the state whose property has a value, by bisection in temperature."""

    def miss(kelvin: float) -> float:
        return float(getattr(make(kelvin), name) - value)

    found: Any = brentq(miss, _COLDEST, _HOTTEST, xtol=1e-10)
    return make(float(found))


def _air(library: str) -> Any:  # noqa: ANN401
    return _Lemmon() if library == "iapws" else _Thin()


def air_brayton(cycle: Brayton, library: str) -> Solve:
    """Return the efficiency by the turbine's temperature [K] with another library's air."""
    air = _air(library)
    low, high = cycle.inlet_pressure, cycle.inlet_pressure * cycle.pressure_ratio

    def solve(temperature: float) -> float:
        inlet, hot = air.at(cycle.inlet_temperature, low), air.at(temperature, high)
        ideal = _hot_enough(lambda kelvin: air.at(kelvin, high), "s", inlet.s)
        pressed = inlet.h + (ideal.h - inlet.h) / cycle.compressor_efficiency
        ideal = _hot_enough(lambda kelvin: air.at(kelvin, low), "s", hot.s)
        exhaust = hot.h - cycle.turbine_efficiency * (hot.h - ideal.h)
        work = hot.h - exhaust - (pressed - inlet.h)
        saved = 0.0
        if cycle.regeneration:
            cold = _hot_enough(lambda kelvin: air.at(kelvin, high), "h", pressed)
            warm = _hot_enough(lambda kelvin: air.at(kelvin, low), "h", exhaust)
            most = min(air.at(warm.T, high).h - pressed, exhaust - air.at(cold.T, low).h)
            saved = cycle.regeneration * most
        return float(work / (hot.h - pressed - saved))

    return solve


def air_otto(cycle: Otto, library: str) -> Solve:
    """Return the efficiency by the heat [J/kg] with another library's air."""
    air = _air(library)

    def solve(heat: float) -> float:
        start = air.at(cycle.inlet_temperature, cycle.inlet_pressure)
        dense = start.rho * cycle.compression_ratio
        pressed = _hot_enough(lambda kelvin: air.packed(kelvin, dense), "s", start.s)
        hot = _hot_enough(lambda kelvin: air.packed(kelvin, dense), "u", pressed.u + heat / 1e3)
        cold = _hot_enough(lambda kelvin: air.packed(kelvin, start.rho), "s", hot.s)
        return float(1 - (cold.u - start.u) / (hot.u - pressed.u))

    return solve


def air_diesel(cycle: Diesel, library: str) -> Solve:
    """Return the efficiency by the cutoff ratio with another library's air."""
    air = _air(library)

    def solve(cutoff: float) -> float:
        start = air.at(cycle.inlet_temperature, cycle.inlet_pressure)
        dense = start.rho * cycle.compression_ratio
        pressed = _hot_enough(lambda kelvin: air.packed(kelvin, dense), "s", start.s)
        hot = _hot_enough(lambda kelvin: air.at(kelvin, pressed.P * 1e6), "rho", dense / cutoff)
        cold = _hot_enough(lambda kelvin: air.packed(kelvin, start.rho), "s", hot.s)
        return float(1 - (cold.u - start.u) / (hot.h - pressed.h))

    return solve


def cantera_vapour_compression(cycle: VapourCompression) -> Solve:
    """Return the coefficient of performance of R134a by the evaporator's temperature [K]."""
    fluid: Any = import_module("cantera").Hfc134a()

    def solve(temperature: float) -> float:
        fluid.TQ = cycle.condenser_temperature, 0
        high, liquid = fluid.P, fluid.h
        if cycle.subcooling:
            fluid.TP = cycle.condenser_temperature - cycle.subcooling, high
            liquid = fluid.h
        fluid.TQ = temperature, 1
        if cycle.superheat:
            fluid.TP = temperature + cycle.superheat, fluid.P
        dry = fluid.h
        fluid.SP = fluid.s, high
        return float((dry - liquid) * cycle.compressor_efficiency / (fluid.h - dry))

    return solve
