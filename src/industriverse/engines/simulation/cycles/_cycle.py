"""A solved cycle: its points, its energies a kilogram, and what each component wastes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from industriverse.kernel.errors import ContractError

from ._fluid import Fluid, State
from ._steps import Step

Purpose = Literal["power", "cooling"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where heat comes from and goes to, and the dead state of exergy.

    Attributes:
        temperature: T₀ [K] of the dead state.
        pressure: p₀ [Pa] of the dead state.
        above: [K]. How much hotter the source is than the fluid ever is while it takes heat.
        below: [K]. How much colder the sink is than the fluid ever is while it gives heat off.
    """

    temperature: float = 298.15
    pressure: float = 101_325.0
    above: float = 0.0
    below: float = 0.0


@dataclass(frozen=True, slots=True)
class Cycle:
    """A solved cycle; energies are per kilogram of fluid that passes, or is shut in.

    Attributes:
        fluid: What goes round.
        points: States by name, in order.
        steps: In order around the cycle.
        purpose: Work from heat, or cold from work.
        closed: Whether a mass is shut in, so that internal energy is balanced, not enthalpy.
        surroundings: Source, sink and dead state.
        source, sink: [K]. Temperatures that heat is taken from and given to.
    """

    fluid: Fluid
    points: Mapping[str, State]
    steps: tuple[Step, ...]
    purpose: Purpose
    closed: bool
    surroundings: Surroundings
    source: float
    sink: float

    @property
    def heat_in(self) -> float:
        """Heat taken from the source [J/kg]."""
        return sum(step.heat for step in self.steps if step.outside and step.heat > 0)

    @property
    def heat_out(self) -> float:
        """Heat given to the sink [J/kg]."""
        return -sum(step.heat for step in self.steps if step.outside and step.heat < 0)

    @property
    def work(self) -> float:
        """Net work out [J/kg]; below zero where the cycle takes work."""
        return sum(step.work for step in self.steps)

    @property
    def efficiency(self) -> float:
        """Work out over heat in; of a cooling cycle heat in over work in."""
        return self.work / self.heat_in if self.purpose == "power" else -self.heat_in / self.work

    @property
    def carnot(self) -> float:
        """The most that any cycle could reach between the same source and sink."""
        if self.purpose == "power":
            return 1 - self.sink / self.source
        return self.source / (self.sink - self.source)

    @property
    def entropy_produced(self) -> dict[str, float]:
        """Entropy that each component produces [J/(kg K)], the fall to its reservoir included."""
        produced: dict[str, float] = {}
        for step in self.steps:
            produced[step.component] = produced.get(step.component, 0.0) + step.entropy_produced
        return produced

    @property
    def exergy_destroyed(self) -> dict[str, float]:
        """T₀ times the entropy that each component produces [J/kg]."""
        dead = self.surroundings.temperature
        return {name: dead * produced for name, produced in self.entropy_produced.items()}

    @property
    def imbalance(self) -> float:
        """Largest error of the energy balance of a step or of the whole, over the larger heat."""
        errors = [
            abs(self._content(step.end) - self._content(step.start) - step.heat + step.work)
            for step in self.steps
        ]
        whole = abs(self.heat_in - self.heat_out - self.work)
        return max(*errors, whole) / max(self.heat_in, self.heat_out)

    def exergy(self, state: State) -> float:
        """Return the work that a state could give on its way to the dead state [J/kg].

        `h − h₀ − T₀ (s − s₀)` of a stream; `u − u₀ + p₀ (v − v₀) − T₀ (s − s₀)` of a shut mass.
        """
        around = self.surroundings
        dead = self.fluid.at_temperature(around.pressure, around.temperature)
        less = around.temperature * (state.entropy - dead.entropy)
        if self.closed:
            pushed = around.pressure * (state.volume - dead.volume)
            return state.energy - dead.energy + pushed - less
        return state.enthalpy - dead.enthalpy - less

    def _content(self, state: State) -> float:
        return state.energy if self.closed else state.enthalpy


def assemble(
    fluid: Fluid,
    names: Sequence[str],
    steps: Sequence[Step],
    surroundings: Surroundings,
    *,
    purpose: Purpose = "power",
    closed: bool = False,
) -> Cycle:
    """Put steps together: name their starts, and choose source and sink.

    Raises:
        ContractError: A power cycle gives no work, a source or sink is on the wrong side of the
            fluid, or a cooling cycle's sink is no warmer than what it cools.
    """
    _check(surroundings)
    taking = [step for step in steps if step.outside and step.heat > 0]
    giving = [step for step in steps if step.outside and step.heat < 0]
    source = max(_temperature(step, max) for step in taking) + surroundings.above
    sink = min(_temperature(step, min) for step in giving) - surroundings.below
    if sink <= 0:
        raise ContractError(f"A sink of {sink:.6g} K cannot be.", hint="Lower `below`.")
    if purpose == "cooling" and not sink > source:
        raise ContractError(
            f"The sink of {sink:.6g} K is no warmer than the cooled space of {source:.6g} K: heat "
            "would flow there by itself.",
            hint="Raise the condenser's temperature, or lower superheat, subcooling or `above`.",
        )
    placed = tuple(_placed(step, source, sink) for step in steps)
    points = {name: step.start for name, step in zip(names, placed, strict=True)}
    cycle = Cycle(fluid, points, placed, purpose, closed, surroundings, source, sink)
    if purpose == "power" and not cycle.work > 0:
        raise ContractError(
            f"The cycle takes {-cycle.work:.6g} J/kg of work and gives none.",
            hint="Raise the hottest temperature or the efficiencies, or lower the pressure ratio.",
        )
    return cycle


def _placed(step: Step, source: float, sink: float) -> Step:
    if not step.outside:
        return step
    return replace(step, reservoir=source if step.heat > 0 else sink)


def _temperature(step: Step, extreme: Callable[[float, float], float]) -> float:
    return extreme(step.start.temperature, step.end.temperature)


def _check(surroundings: Surroundings) -> None:
    if not (surroundings.temperature > 0 and surroundings.pressure > 0):
        raise ContractError("The dead state needs a temperature and a pressure above zero.")
    if not (surroundings.above >= 0 and surroundings.below >= 0):
        raise ContractError(
            "The source must be no colder and the sink no hotter than the fluid.",
            hint="Give `above` and `below` as 0 K or more.",
        )
