"""What the checks look at: energy frames, their balance, their entropy and the declared law."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from industriverse.kernel.domains import Budget, DomainAdapter, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory

from ._windows import record_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """Observed frames first, forecast frames after, and everything their domain declares.

    Attributes:
        energy: `(frame, *space)` [unit]. Energy density, at least zero, observed frames first.
        observed: Number of observed frames, at least one and below the number of frames.
        grid: Where the cells are.
        budget: The declared balance of all frames.
        law: The domain's laws and bounds.
        entropy: `(frame,)` the law's entropy, free energy or invariant; None where it has none.
        entropy_inflow: `(frame-1,)` entropy that crossed the boundary with heat and matter in
            each step, for the law `clausius`; None where unknown.
        temperature: `(frame, *space)` [K]. A real temperature, where there is one.
        truth: `(lead, *space)` [unit]. What happened, for the settled stage; None before.
        record: `(sample, channel)` the samples behind windows of a signal; None for fields.
        recorded: Number of observed samples of the record.
        valid: `(*space)` true where there is data, None when everywhere.
        continuity_bound: The domain's 99.9th percentile of the continuity ratio, or None to take
            the bound from the observed frames.
        unit: Unit of the energy density.
    """

    energy: Float[np.ndarray, "frame *space"]
    observed: int
    grid: Grid
    budget: Budget
    law: DomainLaw
    entropy: Float[np.ndarray, "frame"] | None = None
    entropy_inflow: Float[np.ndarray, "step"] | None = None
    temperature: Float[np.ndarray, "frame *space"] | None = None
    truth: Float[np.ndarray, "lead *space"] | None = None
    record: Float[np.ndarray, "sample channel"] | None = None
    recorded: int = 0
    valid: Bool[np.ndarray, "*space"] | None = None
    continuity_bound: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse frames that no check could judge: a refusal, not a failed proof."""
        frames = len(self.energy)
        if not 1 <= self.observed < frames:
            raise ContractError(
                f"Of {frames} frames {self.observed} are observed.",
                hint="A proof needs at least one observed and one forecast frame.",
            )
        if self.energy.shape[1:] != self.grid.shape:
            raise ContractError(
                f"Energy of shape {self.energy.shape} does not lie on the grid {self.grid.shape}."
            )
        _refuse_bad_energy(self.energy, self.observed, self.unit)
        _refuse_wrong_lengths(self)

    @property
    def leads(self) -> int:
        """Number of forecast frames."""
        return len(self.energy) - self.observed

    @property
    def overlap(self) -> int:
        """Frames from one to the next that shares nothing with it: 1 but for sliding windows."""
        if self.record is None:
            return 1
        hop = max(1, (len(self.record) - self.recorded) // self.leads)
        return max(1, -(-(self.recorded - hop * (self.observed - 1)) // hop))


def _refuse_bad_energy(energy: Float[np.ndarray, "frame *space"], observed: int, unit: str) -> None:
    """Refuse NaN and energy below its reference, naming the first cell."""
    finite = np.isfinite(energy)
    if not finite.all():
        raise ContractError(f"{_place(~finite, observed)} holds NaN or an infinite energy.")
    if (energy < 0).any():
        raise ContractError(
            f"{_place(energy < 0, observed)} holds {energy.min():.4g} {unit}".rstrip()
            + ", below its reference.",
            hint="State a reference no higher than the lowest energy, or correct the forecast.",
        )


def _place(bad: Bool[np.ndarray, "frame *space"], observed: int) -> str:
    frame, *cell = (int(i) for i in np.argwhere(bad)[0])
    side = "Observed" if frame < observed else "Forecast"
    number = frame if frame < observed else frame - observed
    return f"{side} frame {number + 1}, cell {tuple(cell)},"


def _refuse_wrong_lengths(evidence: Evidence) -> None:
    """Refuse series and fields that do not belong to the frames."""
    frames, shape = len(evidence.energy), evidence.grid.shape
    wanted = {
        "content": (evidence.budget.content, (frames,)),
        "exchange": (evidence.budget.exchange, (frames - 1,)),
        "uncertainty": (evidence.budget.uncertainty, (frames - 1,)),
        "entropy": (evidence.entropy, (frames,)),
        "entropy inflow": (evidence.entropy_inflow, (frames - 1,)),
        "temperature": (evidence.temperature, (frames, *shape)),
        "truth": (evidence.truth, (evidence.leads, *shape)),
    }
    for name, (values, needed) in wanted.items():
        if values is not None and values.shape != needed:
            raise ContractError(f"The {name} has shape {values.shape}; it needs {needed}.")
        if values is not None and not np.isfinite(values).all():
            raise ContractError(f"The {name} holds NaN or infinite values.")


def evidence_of(
    adapter: DomainAdapter,
    trajectory: Trajectory,
    *,
    observed: int,
    truth: Trajectory | None = None,
) -> Evidence:
    """Gather what a domain says about a joined trajectory.

    Args:
        adapter: The domain.
        trajectory: Observed frames first, forecast frames after (see `join`).
        observed: Number of observed frames.
        truth: What happened, frame for frame with the forecast; None before the outcome.

    Raises:
        ContractError: A unit, a shape or a value that the domain refuses.
    """
    # One call for all frames, so that the truth stands above the very same reference.
    whole = trajectory if truth is None else _followed_by(trajectory, truth)
    energy, unit, _ = adapter.energy(whole)
    entropy = adapter.entropy(trajectory)
    record, recorded = record_of(trajectory, observed)
    return Evidence(
        energy=energy[: trajectory.frames],
        observed=observed,
        grid=adapter.map_grid(trajectory),
        budget=adapter.budget(trajectory),
        law=adapter.law,
        entropy=None if entropy is None else entropy[0],
        truth=None if truth is None else energy[trajectory.frames :],
        record=record,
        recorded=recorded,
        valid=trajectory.valid,
        unit=unit,
    )


def _followed_by(trajectory: Trajectory, truth: Trajectory) -> Trajectory:
    if truth.names != trajectory.names or truth.grid != trajectory.grid:
        raise ContractError("The truth has other variables or another grid than the forecast.")
    if truth.units != trajectory.units:
        raise ContractError(f"The truth is in {truth.units}, the forecast in {trajectory.units}.")
    joined = {
        name: np.concatenate([values, truth.variables[name]])
        for name, values in trajectory.variables.items()
    }
    return replace(trajectory, variables=joined)
