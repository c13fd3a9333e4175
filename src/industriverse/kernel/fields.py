"""Fields on regular grids: trajectories of physical variables, and the energy maps made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from .errors import ContractError

Boundary = Literal["periodic", "reflecting", "open"]
Field = Float[np.ndarray, "..."]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid: cells per axis, their spacing, and what happens at each axis' ends.

    Attributes:
        shape: Cells along each axis, slowest first.
        spacing: Distance between cell centres along each axis, above zero, in `units`.
        axes: Names of the axes, e.g. `("y", "x")` or `("frequency", "time")`.
        units: Unit of each axis' spacing, e.g. `("m", "m")`.
        boundary: What each axis does at its ends.
    """

    shape: tuple[int, ...]
    spacing: tuple[float, ...]
    axes: tuple[str, ...]
    units: tuple[str, ...]
    boundary: tuple[Boundary, ...]

    def __post_init__(self) -> None:
        """Refuse axes that disagree and spacing that is not a length."""
        lengths = {len(self.spacing), len(self.axes), len(self.units), len(self.boundary)}
        if lengths != {len(self.shape)}:
            raise ContractError(f"A grid of shape {self.shape} needs one entry an axis everywhere.")
        if not all(np.isfinite(step) and step > 0 for step in self.spacing):
            raise ContractError(f"Grid spacing {self.spacing} must be finite and above zero.")

    @property
    def cell_volume(self) -> float:
        """Product of the spacings, in the product of their units."""
        return float(np.prod(self.spacing))

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(np.prod(self.shape))


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Frames of physical variables on one grid at a regular step.

    Attributes:
        variables: Name to `(time, *space)` array; all of one shape. NaN only outside `valid`.
        units: Unit of each variable, "" where unknown.
        grid: Where the cells are.
        start_s: Time of the first frame, seconds since the Unix epoch; 0 without a calendar.
        step_s: Seconds between frames, above zero.
        valid: `(*space)` true where there is data (sea, not land), or None when everywhere.
        closed: Whether nothing crosses the boundary; None when the file does not say.
        domain: The declared domain, "" where the file does not say.
        parameters: Physical constants that the file states (density, viscosity …), in SI.
        absolute: Whether `start_s` is a date.
        source: Where it came from.
    """

    variables: Mapping[str, Float[np.ndarray, "time *space"]]
    units: Mapping[str, str]
    grid: Grid
    start_s: float
    step_s: float
    valid: Bool[np.ndarray, "*space"] | None = None
    closed: bool | None = None
    domain: str = ""
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    absolute: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse variables that do not lie on the grid."""
        if not self.variables:
            raise ContractError("A trajectory needs at least one variable.")
        shapes = {name: array.shape for name, array in self.variables.items()}
        if len(set(shapes.values())) != 1 or next(iter(shapes.values()))[1:] != self.grid.shape:
            raise ContractError(f"Variables of shape {shapes} do not lie on {self.grid.shape}.")
        if not (np.isfinite(self.step_s) and self.step_s > 0):
            raise ContractError(f"The frame interval is {self.step_s} s; it must be above 0.")

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(next(iter(self.variables.values())))

    @property
    def times(self) -> Float[np.ndarray, "time"]:
        """`(time,)` [s]. The time of each frame."""
        return self.start_s + self.step_s * np.arange(self.frames)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables' names, in order."""
        return tuple(self.variables)


@dataclass(frozen=True, slots=True)
class EnergyMap:
    """A non-negative field of energy density above a declared reference (physics.md §1).

    Attributes:
        density: `(*space)` [unit], at least zero.
        unit: `J/m^3`, `J/m^2`, or for a signal `[x]^2·s` (its cells then are in Hz × s).
        grid: Where the cells are.
        domain: Which domain's formula made it.
        time_s: Seconds since the Unix epoch, or since the start.
        reference: What was subtracted, in words and value.
        closed: Whether nothing crosses the boundary.
        exchange: Net inflow in the step that led here, in `unit` × cell volume; None if unknown.
        channels: The physical variables it was computed from, where there are any.
        provenance: Where it came from: source, hash, formula, licence.
    """

    density: Float[np.ndarray, "*space"]
    unit: str
    grid: Grid
    domain: str
    time_s: float = 0.0
    reference: str = "0"
    closed: bool = False
    exchange: float | None = None
    channels: Mapping[str, Float[np.ndarray, "*space"]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    provenance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse energy below the reference: a refusal, not a silent clip."""
        if self.density.shape != self.grid.shape:
            raise ContractError(f"A map of shape {self.density.shape} on grid {self.grid.shape}.")
        if not np.isfinite(self.density).all():
            raise ContractError("An energy map holds NaN or infinite cells.")
        if (lowest := float(self.density.min())) < 0:
            raise ContractError(
                f"The lowest cell holds {lowest:.4g} {self.unit}, below the reference.",
                hint="State a reference no higher than the lowest energy.",
            )

    @property
    def total(self) -> float:
        """Σ e ΔV, summed in float64."""
        return float(self.density.sum(dtype=np.float64)) * self.grid.cell_volume
