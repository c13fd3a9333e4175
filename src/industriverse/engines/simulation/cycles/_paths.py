"""What a cycle looks like: its points and the way between them, as arrays."""

import numpy as np
from jaxtyping import Float

from ._closed import mean_effective_pressure
from ._cycle import Cycle
from ._fluid import Fluid, State
from ._steps import Step

Array = Float[np.ndarray, "..."]
_PLACES = 41
_DIGITS = 12
_POINT = ("pressure", "temperature", "enthalpy", "entropy", "density", "quality")
_PATH = ("pressure", "temperature", "enthalpy", "entropy", "density")


def way(fluid: Fluid, step: Step, places: int = _PLACES) -> list[State]:
    """Return states along a step, both ends included.

    Streams that are heated or cooled go in equal steps of enthalpy, a valve in equal ratios of
    pressure, a shut gas in equal steps of internal energy. A machine and a piston pass through
    the states where they would end with the same isentropic efficiency, in equal ratios of
    pressure or of density.

    Args:
        fluid: Of the step.
        step: Of a cycle.
        places: At least 2.
    """
    shares = np.linspace(0.0, 1.0, places)[1:-1].tolist()
    return [step.start, *(_between(fluid, step, share) for share in shares), step.end]


def _between(fluid: Fluid, step: Step, share: float) -> State:
    start, end = step.start, step.end
    match step.kind:
        case "constant pressure":
            enthalpy = start.enthalpy + share * (end.enthalpy - start.enthalpy)
            return fluid.at_enthalpy(start.pressure, enthalpy)
        case "constant volume":
            energy = start.energy + share * (end.energy - start.energy)
            return fluid.packed_with_energy(start.density, energy)
        case "valve":
            pressure = start.pressure * (end.pressure / start.pressure) ** share
            return fluid.at_enthalpy(pressure, start.enthalpy)
        case "machine":
            pressure = start.pressure * (end.pressure / start.pressure) ** share
            ideal = fluid.at_entropy(pressure, start.entropy)
            change = _real(ideal.enthalpy - start.enthalpy, step.efficiency)
            return fluid.at_enthalpy(pressure, start.enthalpy + change)
        case "piston":
            density = start.density * (end.density / start.density) ** share
            ideal = fluid.packed_with_entropy(density, start.entropy)
            change = _real(ideal.energy - start.energy, step.efficiency)
            return fluid.packed_with_energy(density, start.energy + change)


def _real(ideal: float, efficiency: float) -> float:
    """Return the change of content where the ideal one is known: more when pressed, else less."""
    return ideal / efficiency if ideal > 0 else ideal * efficiency


def tabulate(cycle: Cycle, places: int = _PLACES) -> dict[str, Array]:
    """Return a cycle as arrays and numbers.

    Args:
        cycle: As solved.
        places: Along each step, both ends included.

    Returns:
        `(point,)` pressure [Pa], temperature [K], enthalpy [J/kg], entropy [J/(kg K)], density
        [kg/m³] and quality [1]; `(step, place)` the same but quality, as `path_…`; `(step,)`
        `step_heat` and `step_work` [J/kg]; `(component,)` `entropy_produced` [J/(kg K)] and
        `exergy_destroyed` [J/kg]; and numbers for the whole.
    """
    states = list(cycle.points.values())
    ways = [way(cycle.fluid, step, places) for step in cycle.steps]
    points = {name: np.array([getattr(state, name) for state in states]) for name in _POINT}
    paths = {
        f"path_{name}": np.array([[getattr(state, name) for state in row] for row in ways])
        for name in _PATH
    }
    rows = {
        "step_heat": [step.heat for step in cycle.steps],
        "step_work": [step.work for step in cycle.steps],
        "entropy_produced": list(cycle.entropy_produced.values()),
        "exergy_destroyed": list(cycle.exergy_destroyed.values()),
    }
    return points | paths | {name: np.array(row) for name, row in (rows | _numbers(cycle)).items()}


def _numbers(cycle: Cycle) -> dict[str, float]:
    cooling = cycle.purpose == "cooling"
    numbers = {
        "heat_in": cycle.heat_in,
        "heat_out": cycle.heat_out,
        "work": cycle.work,
        "coefficient_of_performance" if cooling else "efficiency": cycle.efficiency,
        "carnot": cycle.carnot,
        "source_temperature": cycle.source,
        "sink_temperature": cycle.sink,
        "total_entropy_produced": sum(cycle.entropy_produced.values()),
        "total_exergy_destroyed": sum(cycle.exergy_destroyed.values()),
        # What is left of it is rounding, which differs from machine to machine.
        "imbalance": round(cycle.imbalance, _DIGITS),
    }
    if cycle.closed:
        numbers["mean_effective_pressure"] = mean_effective_pressure(cycle)
    return numbers
