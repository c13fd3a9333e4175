"""Cycles of a fluid that streams through machines: Rankine, Brayton, vapour compression."""

from dataclasses import dataclass, replace

from industriverse.kernel.errors import ContractError

from ._cycle import Cycle, Surroundings, assemble
from ._fluid import Fluid, State
from ._steps import Step, compressor, exchange, pump, regenerator, turbine, valve


@dataclass(frozen=True, slots=True)
class Rankine:
    """Pump, boiler, turbine, condenser; steam may be heated again between two turbines.

    Attributes:
        boiler_pressure: [Pa]; may lie above the critical one.
        condenser_pressure: [Pa]; boiling liquid leaves the condenser.
        steam_temperature: [K] at the turbine; 0 for saturated steam.
        reheat_pressure: [Pa] between the turbines; 0 for one turbine.
        reheat_temperature: [K] at the second turbine; 0 for that of the first.
        turbine_efficiency, pump_efficiency: Isentropic, in (0, 1].
        fluid: Its name in CoolProp.
    """

    boiler_pressure: float
    condenser_pressure: float
    steam_temperature: float = 0.0
    reheat_pressure: float = 0.0
    reheat_temperature: float = 0.0
    turbine_efficiency: float = 1.0
    pump_efficiency: float = 1.0
    fluid: str = "Water"

    def solve(self, surroundings: Surroundings | None = None) -> Cycle:
        """Return the cycle.

        Raises:
            ContractError: Pressures out of order, steam that is liquid, a state out of range.
        """
        if not self.boiler_pressure > self.condenser_pressure > 0:
            raise ContractError(
                f"The condenser's {self.condenser_pressure:.6g} Pa are not below the boiler's "
                f"{self.boiler_pressure:.6g} Pa.",
                hint="Lower the condenser's pressure or raise the boiler's.",
            )
        fluid = Fluid(self.fluid)
        condensed = fluid.boiling_at_pressure(self.condenser_pressure, 0.0)
        steam = _steam(fluid, self.boiler_pressure, self.steam_temperature)
        pumped = pump(fluid, condensed, self.boiler_pressure, self.pump_efficiency)
        steps = [pumped, exchange("boiler", pumped.end, steam)]
        names = ["pump inlet", "boiler inlet", "turbine inlet"]
        if self.reheat_pressure:
            steps += self._reheat(fluid, steam)
            names += ["reheater inlet", "second turbine inlet"]
        last = turbine(fluid, steps[-1].end, self.condenser_pressure, self.turbine_efficiency)
        if self.reheat_pressure:
            last = replace(last, component="second turbine")
        steps += [last, exchange("condenser", last.end, condensed)]
        return assemble(fluid, [*names, "condenser inlet"], steps, surroundings or Surroundings())

    def _reheat(self, fluid: Fluid, steam: State) -> list[Step]:
        if not self.boiler_pressure > self.reheat_pressure > self.condenser_pressure:
            raise ContractError(
                f"The reheater's {self.reheat_pressure:.6g} Pa are not between the condenser's "
                f"{self.condenser_pressure:.6g} and the boiler's {self.boiler_pressure:.6g} Pa.",
                hint="Choose a pressure between them, or 0 for no reheat.",
            )
        first = turbine(fluid, steam, self.reheat_pressure, self.turbine_efficiency)
        hot = _steam(fluid, self.reheat_pressure, self.reheat_temperature or steam.temperature)
        if not hot.enthalpy > first.end.enthalpy:
            raise ContractError(
                f"The reheater would cool steam of {first.end.temperature:.5g} K to "
                f"{hot.temperature:.5g} K.",
                hint="Raise the reheat temperature or lower the reheat pressure.",
            )
        return [first, exchange("reheater", first.end, hot)]


def _steam(fluid: Fluid, pressure: float, temperature: float) -> State:
    """Return saturated vapour for a temperature of 0, else vapour at the temperature."""
    if not temperature:
        return fluid.boiling_at_pressure(pressure, 1.0)
    if pressure < fluid.range.critical_pressure:
        boiling = fluid.boiling_at_pressure(pressure, 1.0)
        if not temperature > boiling.temperature:
            raise ContractError(
                f"{fluid.name} at {temperature:.6g} K and {pressure:.6g} Pa is no vapour: it "
                f"boils at {boiling.temperature:.6g} K.",
                hint="Raise the temperature or lower the pressure; 0 K means saturated vapour.",
            )
    return fluid.vapour(pressure, temperature)


@dataclass(frozen=True, slots=True)
class Brayton:
    """Compressor, heater, gas turbine, cooler; a regenerator may carry the exhaust's heat back.

    Attributes:
        pressure_ratio: Above 1.
        inlet_temperature: [K] at the compressor.
        turbine_temperature: [K] at the turbine.
        inlet_pressure: [Pa] at the compressor.
        compressor_efficiency, turbine_efficiency: Isentropic, in (0, 1].
        regeneration: Effectiveness of the regenerator; 0 for none.
        fluid: Its name in CoolProp.
    """

    pressure_ratio: float
    inlet_temperature: float
    turbine_temperature: float
    inlet_pressure: float = 100_000.0
    compressor_efficiency: float = 1.0
    turbine_efficiency: float = 1.0
    regeneration: float = 0.0
    fluid: str = "Air"

    def solve(self, surroundings: Surroundings | None = None) -> Cycle:
        """Return the cycle.

        Raises:
            ContractError: No rise in pressure, a turbine colder than the compressor's outlet, a
                regenerator with nothing to give, no net work, a state out of range.
        """
        fluid = Fluid(self.fluid)
        high = self.inlet_pressure * self.pressure_ratio
        inlet = gas(fluid, self.inlet_pressure, self.inlet_temperature)
        pressed = compressor(fluid, inlet, high, self.compressor_efficiency)
        hot = fluid.at_temperature(high, self.turbine_temperature)
        if not hot.temperature > pressed.end.temperature:
            raise ContractError(
                f"The compressor's outlet, {pressed.end.temperature:.5g} K, is no colder than the "
                f"turbine's inlet, {hot.temperature:.5g} K.",
                hint="Lower the pressure ratio or raise the turbine's temperature.",
            )
        expanded = turbine(fluid, hot, self.inlet_pressure, self.turbine_efficiency)
        names = ["compressor inlet", "heater inlet", "turbine inlet", "cooler inlet"]
        steps = [
            pressed,
            exchange("heater", pressed.end, hot),
            expanded,
            exchange("cooler", expanded.end, inlet),
        ]
        if self.regeneration:
            cold_side, hot_side = regenerator(fluid, pressed.end, expanded.end, self.regeneration)
            names = [*names[:1], "regenerator inlet", *names[1:3], "exhaust", names[3]]
            steps = [
                pressed,
                cold_side,
                exchange("heater", cold_side.end, hot),
                expanded,
                hot_side,
                exchange("cooler", hot_side.end, inlet),
            ]
        return assemble(fluid, names, steps, surroundings or Surroundings())


def gas(fluid: Fluid, pressure: float, temperature: float) -> State:
    """Return a gas above its critical temperature, where no path of a cycle meets liquid.

    Raises:
        ContractError: The temperature is not above the critical one.
    """
    critical = fluid.range.critical_temperature
    if not temperature > critical:
        raise ContractError(
            f"{fluid.name} at {temperature:.6g} K may turn liquid: its critical temperature is "
            f"{critical:.6g} K.",
            hint="Start above the critical temperature.",
        )
    return fluid.at_temperature(pressure, temperature)


@dataclass(frozen=True, slots=True)
class VapourCompression:
    """Compressor, condenser, valve, evaporator.

    Attributes:
        evaporator_temperature: [K] at which the refrigerant boils.
        condenser_temperature: [K] at which it condenses, below the critical one.
        superheat: [K] of the vapour that leaves the evaporator; it counts as cooling.
        subcooling: [K] of the liquid that leaves the condenser.
        compressor_efficiency: Isentropic, in (0, 1].
        fluid: Its name in CoolProp.
    """

    evaporator_temperature: float
    condenser_temperature: float
    superheat: float = 0.0
    subcooling: float = 0.0
    compressor_efficiency: float = 1.0
    fluid: str = "R134a"

    def solve(self, surroundings: Surroundings | None = None) -> Cycle:
        """Return the cycle.

        Raises:
            ContractError: Temperatures out of order or range, liquid in the compressor.
        """
        if not self.condenser_temperature > self.evaporator_temperature:
            raise ContractError(
                f"The condenser's {self.condenser_temperature:.6g} K are not above the "
                f"evaporator's {self.evaporator_temperature:.6g} K.",
                hint="A refrigerator lifts heat from cold to warm.",
            )
        if not (self.superheat >= 0 and self.subcooling >= 0):
            raise ContractError(
                "Superheat and subcooling are 0 K or more.",
                hint="Less would leave liquid before the compressor or vapour before the valve.",
            )
        fluid = Fluid(self.fluid)
        dry = fluid.boiling_at_temperature(self.evaporator_temperature, 1.0)
        liquid = fluid.boiling_at_temperature(self.condenser_temperature, 0.0)
        if self.superheat:
            dry = fluid.vapour(dry.pressure, dry.temperature + self.superheat)
        high = liquid.pressure
        if self.subcooling:
            liquid = fluid.liquid(high, liquid.temperature - self.subcooling)
        pressed = compressor(fluid, dry, high, self.compressor_efficiency)
        throttled = valve(fluid, liquid, dry.pressure)
        if not throttled.end.enthalpy < dry.enthalpy:
            raise ContractError(
                "Nothing is left to evaporate behind the valve.",
                hint="Lower the condenser's temperature.",
            )
        return assemble(
            fluid,
            ["compressor inlet", "condenser inlet", "valve inlet", "evaporator inlet"],
            [
                pressed,
                exchange("condenser", pressed.end, liquid),
                throttled,
                exchange("evaporator", throttled.end, dry),
            ],
            surroundings or Surroundings(),
            purpose="cooling",
        )
