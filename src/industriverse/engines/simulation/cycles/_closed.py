"""Cycles of a gas shut in a cylinder, heated and cooled through its wall: Otto and Diesel."""

from dataclasses import dataclass

from industriverse.kernel.errors import ContractError

from ._cycle import Cycle, Surroundings, assemble
from ._flow import gas
from ._fluid import Fluid, State
from ._steps import Step, compression, expansion, locked, pushed

_NAMES = ("compression start", "heating start", "expansion start", "cooling start")


@dataclass(frozen=True, slots=True)
class Otto:
    """Compression, heat at constant volume, expansion, cooling at constant volume.

    Attributes:
        compression_ratio: v₁/v₂, above 1.
        heat: [J/kg] added at the least volume.
        inlet_temperature: [K] before the compression.
        inlet_pressure: [Pa] before the compression.
        compression_efficiency, expansion_efficiency: Isentropic, by internal energy, in (0, 1].
        fluid: Its name in CoolProp.
    """

    compression_ratio: float
    heat: float
    inlet_temperature: float = 300.0
    inlet_pressure: float = 100_000.0
    compression_efficiency: float = 1.0
    expansion_efficiency: float = 1.0
    fluid: str = "Air"

    def solve(self, surroundings: Surroundings | None = None) -> Cycle:
        """Return the cycle.

        Raises:
            ContractError: A ratio not above 1, no heat, no net work, a state out of range.
        """
        if not self.heat > 0:
            raise ContractError(f"Heat of {self.heat:.6g} J/kg drives no engine.")
        fluid, start, pressed = _pressed(self, self.compression_ratio)
        hot = fluid.packed_with_energy(pressed.end.density, pressed.end.energy + self.heat)
        heated = locked("heating", pressed.end, hot)
        return _closed(fluid, (pressed, heated), start, self.expansion_efficiency, surroundings)


@dataclass(frozen=True, slots=True)
class Diesel:
    """Compression, heat at constant pressure, expansion, cooling at constant volume.

    Attributes:
        compression_ratio: v₁/v₂, above 1.
        cutoff_ratio: v₃/v₂, above 1 and below the compression ratio.
        inlet_temperature: [K] before the compression.
        inlet_pressure: [Pa] before the compression.
        compression_efficiency, expansion_efficiency: Isentropic, by internal energy, in (0, 1].
        fluid: Its name in CoolProp.
    """

    compression_ratio: float
    cutoff_ratio: float
    inlet_temperature: float = 300.0
    inlet_pressure: float = 100_000.0
    compression_efficiency: float = 1.0
    expansion_efficiency: float = 1.0
    fluid: str = "Air"

    def solve(self, surroundings: Surroundings | None = None) -> Cycle:
        """Return the cycle.

        Raises:
            ContractError: Ratios out of order, no net work, a state out of range.
        """
        if not 1 < self.cutoff_ratio < self.compression_ratio:
            raise ContractError(
                f"The cutoff ratio {self.cutoff_ratio:.6g} is not between 1 and the compression "
                f"ratio {self.compression_ratio:.6g}.",
                hint="Heat is added while the piston is on its way out.",
            )
        fluid, start, pressed = _pressed(self, self.compression_ratio)
        high = pressed.end
        hot = fluid.at_density(high.pressure, high.density / self.cutoff_ratio)
        heated = pushed("heating", high, hot)
        return _closed(fluid, (pressed, heated), start, self.expansion_efficiency, surroundings)


def mean_effective_pressure(cycle: Cycle) -> float:
    """Return the net work over the swept volume [Pa].

    Raises:
        ContractError: The cycle is not closed, so that nothing is swept.
    """
    if not cycle.closed:
        raise ContractError("A stream sweeps no volume: only closed cycles have such a pressure.")
    volumes = [state.volume for state in cycle.points.values()]
    return cycle.work / (max(volumes) - min(volumes))


def _pressed(engine: Otto | Diesel, ratio: float) -> tuple[Fluid, State, Step]:
    if not ratio > 1:
        raise ContractError(
            f"A compression ratio of {ratio:.6g} compresses nothing.", hint="Give more than 1."
        )
    fluid = Fluid(engine.fluid)
    start = gas(fluid, engine.inlet_pressure, engine.inlet_temperature)
    pressed = compression(fluid, start, start.density * ratio, engine.compression_efficiency)
    return fluid, start, pressed


def _closed(
    fluid: Fluid,
    strokes: tuple[Step, Step],
    start: State,
    efficiency: float,
    surroundings: Surroundings | None,
) -> Cycle:
    expanded = expansion(fluid, strokes[1].end, start.density, efficiency)
    steps = (*strokes, expanded, locked("cooling", expanded.end, start))
    return assemble(fluid, _NAMES, steps, surroundings or Surroundings(), closed=True)
