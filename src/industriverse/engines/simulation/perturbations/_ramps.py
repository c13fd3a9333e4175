"""A control parameter that is moved across the edges of regimes, and the truth of each sample."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.kernel.errors import ContractError

from ._truth import finite

State = TypeVar("State")
Parts = TypeVar("Parts")
Inputs = TypeVar("Inputs")
Path = Float[np.ndarray, "time"]


@dataclass(frozen=True, slots=True)
class Ramp:
    """How a control parameter moves: at rest, moving, at rest.

    Attributes:
        shape: `linear` from before to after; `step` at once, at `start`; `there_and_back` to after
            half way between start and stop and back to before, for hysteresis.
        before: Value until `start`.
        after: The other value.
        start: First sample of the move.
        stop: Sample by which it has ended, above start; a step ignores it.
    """

    shape: Literal["linear", "step", "there_and_back"]
    before: float
    after: float
    start: int
    stop: int

    def __post_init__(self) -> None:
        """Refuse a ramp that does not move."""
        finite(self.before, "value before the ramp")
        finite(self.after, "value after the ramp")
        if self.before == self.after:
            raise ContractError(f"The ramp stays at {self.before}.", hint="Give two values.")
        if not 0 <= self.start < self.stop:
            raise ContractError(
                f"The ramp moves from sample {self.start} to {self.stop}.",
                hint="Give 0 ≤ start < stop.",
            )

    @property
    def rate(self) -> float:
        """Change of the parameter a sample while it moves away from `before`."""
        length = self.stop - self.start
        moved = self.after - self.before
        return {"linear": moved / length, "step": moved, "there_and_back": 2 * moved / length}[
            self.shape
        ]

    def path(self, samples: int) -> Path:
        """Return the parameter at each sample, `(time,)`.

        Raises:
            ContractError: The move does not end within the samples.
        """
        if samples < self.stop:
            raise ContractError(
                f"{samples} samples end before the ramp at sample {self.stop}.",
                hint="Give more samples.",
            )
        share = (np.arange(samples) - self.start) / (self.stop - self.start)
        moved = {
            "linear": np.clip(share, 0, 1),
            "step": (share >= 0).astype(float),
            "there_and_back": np.clip(1 - np.abs(2 * share - 1), 0, 1),
        }[self.shape]
        return self.before + (self.after - self.before) * moved


@dataclass(frozen=True, slots=True)
class Edges:
    """Where the regimes of a system meet along its control parameter.

    Attributes:
        at: The thresholds, ascending.
        sides: What lies between them: one more than thresholds.
        labels: Regime of each side far from every threshold (physics.md §5); "" where no single
            one holds there, such as chaos with periodic windows.
        near: Distance from a threshold within which the regime is `transitional`.
    """

    at: tuple[float, ...]
    sides: tuple[str, ...]
    labels: tuple[str, ...]
    near: float

    def __post_init__(self) -> None:
        """Refuse edges that do not part their sides."""
        ordered = all(a < b for a, b in zip(self.at, self.at[1:], strict=False))
        fits = len(self.at) + 1 == len(self.sides) == len(self.labels)
        if not (ordered and fits and self.at):
            raise ContractError(
                f"Thresholds {self.at} do not part the sides {self.sides}.",
                hint="Give ascending thresholds, and one side and one label more than those.",
            )

    def side(self, control: Path) -> Int[np.ndarray, "time"]:
        """Return the number of each sample's side."""
        return np.searchsorted(np.array(self.at), control, side="right")


@dataclass(frozen=True, slots=True)
class RampTruth:
    """Truth of a ramp, from the control parameter of the instant alone.

    The response lags behind it: near the threshold the system forgets its old state slowly
    (critical slowing down), so it leaves that state only after the threshold has passed. The laws
    of this delay are `fold_delay`, `mirrored_exit` and `noisy_exit`.

    Attributes:
        control: `(time,)`. The parameter.
        side: Name of each sample's side.
        label: Regime of each sample: its side's, `transitional` near a threshold, or "".
        crossings: The first sample on each new side.
    """

    control: Path
    side: tuple[str, ...]
    label: tuple[str, ...]
    crossings: tuple[int, ...]

    @property
    def crossed(self) -> Bool[np.ndarray, "time"]:
        """`(time,)`. True at the first sample of each new side."""
        found = np.zeros(len(self.control), bool)
        found[list(self.crossings)] = True
        return found

    def window_label(self, start: int, stop: int) -> str | None:
        """Return the regime of a window: `phase_change` where it holds a crossing, None if mixed.

        Args:
            start: First sample.
            stop: Sample after the last.
        """
        if any(start <= crossing < stop for crossing in self.crossings):
            return "phase_change"
        labels = set(self.label[start:stop])
        return labels.pop() or None if len(labels) == 1 else None


def ramp_truth(control: Path, edges: Edges) -> RampTruth:
    """Return the truth of a control parameter's path."""
    if not np.isfinite(control).all():
        raise ContractError("The control parameter is not finite.", hint="Give numbers only.")
    sides = edges.side(control)
    distance = np.abs(control[:, None] - np.array(edges.at)).min(axis=1)
    return RampTruth(
        control=control,
        side=tuple(edges.sides[side] for side in sides),
        label=tuple(
            "transitional" if away < edges.near else edges.labels[side]
            for side, away in zip(sides, distance, strict=True)
        ),
        crossings=tuple(int(i) + 1 for i in np.flatnonzero(np.diff(sides))),
    )


@partial(jax.jit, static_argnames=("step", "every"))
def driven(
    step: Callable[[Parts, State, Inputs], State],
    parts: Parts,
    start: State,
    inputs: Inputs,
    every: int = 1,
) -> State:
    """Return the states of a system whose inputs change from sample to sample.

    Any solver whose step takes its parameter as a number can be moved so: the swing equation's
    strength, Ising's temperature. Compiled once for all of one shape.

    Args:
        step: From parts, a state and one sample's inputs to the next state; always the same
            function, not a new closure.
        parts: What does not change.
        start: The state one sample before the first.
        inputs: A tree of arrays `(time, …)`: the control parameter, and what else.
        every: Steps a sample, all under that sample's inputs.

    Returns:
        The state's tree, each array with a new first axis of samples.
    """

    def sample(state: State, given: Inputs) -> tuple[State, State]:
        def one(state: State, _: None) -> tuple[State, None]:
            return step(parts, state, given), None

        state, _ = jax.lax.scan(one, state, None, length=every)
        return state, state

    return jax.lax.scan(sample, start, inputs)[1]
