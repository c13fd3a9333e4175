"""What a cycle is made of: machines, heat exchangers, a valve and a cylinder's strokes.

Every step goes from one state to another and says what heat went into the fluid and what work
came out, each by the component's own law; the balance with the states is a check, not a habit.
"""

from dataclasses import dataclass
from typing import Literal

from industriverse.kernel.errors import ContractError

from ._fluid import Fluid, State

Kind = Literal["machine", "constant pressure", "constant volume", "valve", "piston"]


@dataclass(frozen=True, slots=True)
class Step:
    """One pass of the fluid through a component.

    Attributes:
        component: Its name; the two sides of a regenerator share one.
        kind: How the fluid gets from start to end.
        start, end: States.
        heat: q [J/kg], into the fluid.
        work: w [J/kg], out of the fluid.
        efficiency: Isentropic, of machines and pistons; 1 for the rest.
        reservoir: [K]. Where the heat comes from or goes to; None where there is none outside.
    """

    component: str
    kind: Kind
    start: State
    end: State
    heat: float
    work: float
    efficiency: float = 1.0
    reservoir: float | None = None

    @property
    def outside(self) -> bool:
        """Whether heat crosses the cycle's boundary here."""
        return self.heat != 0 and self.component != REGENERATOR

    @property
    def entropy_produced(self) -> float:
        """s₂ − s₁ − q/T_reservoir [J/(kg K)]; of one side alone in a regenerator."""
        given = 0.0 if self.reservoir is None else self.heat / self.reservoir
        return self.end.entropy - self.start.entropy - given


REGENERATOR = "regenerator"


def turbine(fluid: Fluid, start: State, pressure: float, efficiency: float) -> Step:
    """Expand to a pressure [Pa]: `w = η (h₁ − h(p₂, s₁))`.

    Raises:
        ContractError: The pressure does not fall, or the efficiency is not in (0, 1].
    """
    _check_efficiency("turbine", efficiency)
    if not pressure < start.pressure:
        raise ContractError(
            f"A turbine cannot expand from {start.pressure:.6g} to {pressure:.6g} Pa.",
            hint="Its outlet must lie below its inlet.",
        )
    ideal = fluid.at_entropy(pressure, start.entropy)
    work = efficiency * (start.enthalpy - ideal.enthalpy)
    end = ideal if efficiency == 1 else fluid.at_enthalpy(pressure, start.enthalpy - work)
    return Step("turbine", "machine", start, end, 0.0, work, efficiency)


def compressor(fluid: Fluid, start: State, pressure: float, efficiency: float) -> Step:
    """Compress a gas to a pressure [Pa]: `−w = (h(p₂, s₁) − h₁)/η`.

    Raises:
        ContractError: Liquid at the inlet, no rise in pressure, or an efficiency not in (0, 1].
    """
    if start.quality < 1 - 1e-9:
        raise ContractError(
            f"The compressor's inlet holds {1 - start.quality:.3g} of its mass as liquid.",
            hint="A compressor takes gas alone: superheat it, or lower the pressure.",
        )
    return _squeeze("compressor", fluid, start, pressure, efficiency)


def pump(fluid: Fluid, start: State, pressure: float, efficiency: float) -> Step:
    """Raise a liquid to a pressure [Pa]: `−w = (h(p₂, s₁) − h₁)/η`.

    Raises:
        ContractError: Vapour at the inlet, no rise in pressure, or an efficiency not in (0, 1].
    """
    if start.quality > 1e-9:  # noqa: PLR2004 (rounding)
        raise ContractError(
            f"The pump's inlet holds {start.quality:.3g} of its mass as vapour.",
            hint="A pump takes liquid alone: condense all of it.",
        )
    return _squeeze("pump", fluid, start, pressure, efficiency)


def _squeeze(name: str, fluid: Fluid, start: State, pressure: float, efficiency: float) -> Step:
    _check_efficiency(name, efficiency)
    if not pressure > start.pressure:
        raise ContractError(
            f"A {name} cannot press from {start.pressure:.6g} to {pressure:.6g} Pa.",
            hint="Its outlet must lie above its inlet.",
        )
    ideal = fluid.at_entropy(pressure, start.entropy)
    taken = (ideal.enthalpy - start.enthalpy) / efficiency
    end = ideal if efficiency == 1 else fluid.at_enthalpy(pressure, start.enthalpy + taken)
    return Step(name, "machine", start, end, 0.0, -taken, efficiency)


def exchange(name: str, start: State, end: State) -> Step:
    """Heat or cool a stream at constant pressure: `q = h₂ − h₁`."""
    return Step(name, "constant pressure", start, end, end.enthalpy - start.enthalpy, 0.0)


def valve(fluid: Fluid, start: State, pressure: float) -> Step:
    """Throttle to a pressure [Pa] at constant enthalpy.

    Raises:
        ContractError: The pressure does not fall.
    """
    if not pressure < start.pressure:
        raise ContractError(
            f"A valve cannot throttle from {start.pressure:.6g} to {pressure:.6g} Pa."
        )
    end = fluid.at_enthalpy(pressure, start.enthalpy)
    return Step("valve", "valve", start, end, 0.0, 0.0)


def regenerator(fluid: Fluid, cold: State, hot: State, effectiveness: float) -> tuple[Step, Step]:
    """Pass heat from a hot stream to a cold one of equal flow: `q = ε q_max`.

    `q_max` is the lesser of what heats the cold stream to the hot one's inlet temperature and
    what cools the hot one to the cold one's: more would need heat to flow from cold to hot.

    Raises:
        ContractError: The hot stream is not the hotter, or ε is not in (0, 1].
    """
    _check_efficiency("regenerator", effectiveness)
    if not hot.temperature > cold.temperature:
        raise ContractError(
            f"The regenerator would heat a stream of {cold.temperature:.5g} K by one of "
            f"{hot.temperature:.5g} K.",
            hint="Leave it out (0), lower the pressure ratio or raise the turbine's inlet.",
        )
    heated = fluid.at_temperature(cold.pressure, hot.temperature).enthalpy - cold.enthalpy
    cooled = hot.enthalpy - fluid.at_temperature(hot.pressure, cold.temperature).enthalpy
    heat = effectiveness * min(heated, cooled)
    warm = fluid.at_enthalpy(cold.pressure, cold.enthalpy + heat)
    left = fluid.at_enthalpy(hot.pressure, hot.enthalpy - heat)
    kind: Kind = "constant pressure"
    return (
        Step(REGENERATOR, kind, cold, warm, heat, 0.0),
        Step(REGENERATOR, kind, hot, left, -heat, 0.0),
    )


def compression(fluid: Fluid, start: State, density: float, efficiency: float) -> Step:
    """Press a closed gas to a density [kg/m³]: `−w = (u(ρ₂, s₁) − u₁)/η`.

    Raises:
        ContractError: The density does not rise, or the efficiency is not in (0, 1].
    """
    _check_efficiency("compression", efficiency)
    if not density > start.density:
        raise ContractError("A compression must raise the density.")
    ideal = fluid.packed_with_entropy(density, start.entropy)
    taken = (ideal.energy - start.energy) / efficiency
    end = ideal if efficiency == 1 else fluid.packed_with_energy(density, start.energy + taken)
    return Step("compression", "piston", start, end, 0.0, -taken, efficiency)


def expansion(fluid: Fluid, start: State, density: float, efficiency: float) -> Step:
    """Let a closed gas expand to a density [kg/m³]: `w = η (u₁ − u(ρ₂, s₁))`.

    Raises:
        ContractError: The density does not fall, or the efficiency is not in (0, 1].
    """
    _check_efficiency("expansion", efficiency)
    if not density < start.density:
        raise ContractError("An expansion must lower the density.")
    ideal = fluid.packed_with_entropy(density, start.entropy)
    work = efficiency * (start.energy - ideal.energy)
    end = ideal if efficiency == 1 else fluid.packed_with_energy(density, start.energy - work)
    return Step("expansion", "piston", start, end, 0.0, work, efficiency)


def locked(name: str, start: State, end: State) -> Step:
    """Heat or cool a closed gas at constant volume: `q = u₂ − u₁`."""
    return Step(name, "constant volume", start, end, end.energy - start.energy, 0.0)


def pushed(name: str, start: State, end: State) -> Step:
    """Heat a closed gas at constant pressure: `q = h₂ − h₁`, `w = p (v₂ − v₁)`."""
    work = start.pressure * (end.volume - start.volume)
    return Step(name, "constant pressure", start, end, end.enthalpy - start.enthalpy, work)


def _check_efficiency(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise ContractError(
            f"The {name}'s efficiency is {value:.6g}.", hint="Give a share above 0 and up to 1."
        )
