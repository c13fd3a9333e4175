"""What a domain declares: how energy is computed, what is conserved, which entropy law holds.

A domain is a plugin: `catalog/domains/<id>/manifest.toml` and one small module with a
`DomainAdapter`. The manifest's numbers arrive here as a `DomainLaw`.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from .fields import Grid, Trajectory

EntropyLaw = Literal["increasing", "free_energy", "clausius", "casimir", "none"]
ExchangeKind = Literal["measured", "closed", "functional", "unknown"]


@dataclass(frozen=True, slots=True)
class DomainLaw:
    """The declared laws of a domain and their numbers.

    Attributes:
        domain: Id.
        balance: Name of the balanced quantity, e.g. `heat content`, `signal energy`.
        entropy: The entropy law.
        entropy_tolerance: `tol` of physics.md §3, in the entropy's unit, per step and per
            unit of |S| (relative); 3 × the largest violation by the domain's verified solver.
        smoothness_bound: Largest lawful 99.9th percentile of the relative gradient, or None to
            take it from the observed frames.
        spectrum_bound: 99th percentile of the octave-band statistic on training trajectories,
            or None to take it from the observed frames (floor 0.1).
        reference: Where the law is written down.
    """

    domain: str
    balance: str
    entropy: EntropyLaw
    entropy_tolerance: float
    smoothness_bound: float | None
    spectrum_bound: float | None
    reference: str


@dataclass(frozen=True, slots=True)
class Budget:
    """The balance of a trajectory, step by step.

    Attributes:
        content: `(frame,)` the balanced quantity B.
        exchange: `(frame-1,)` net inflow Q in each step, or None where there is none to trust.
        kind: Where Q comes from; `unknown` makes conservation not applicable.
        uncertainty: `(frame-1,)` standard uncertainty of a measured Q; None otherwise.
        note: One plain sentence: what Q is, or why there is none.
    """

    content: Float[np.ndarray, "frame"]
    exchange: Float[np.ndarray, "step"] | None
    kind: ExchangeKind
    uncertainty: Float[np.ndarray, "step"] | None
    note: str


@runtime_checkable
class DomainAdapter(Protocol):
    """Turns a trajectory of a domain's variables into energy, balance and entropy."""

    @property
    def law(self) -> DomainLaw:
        """What the domain declares."""
        ...

    def fits(self, trajectory: Trajectory) -> float:
        """Return in [0, 1] how surely the variables' names and units mean this domain."""
        ...

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the grid of the energy maps: the trajectory's own, except for sensor windows."""
        ...

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return energy density at least zero, its unit, and the reference in words.

        Raises:
            ContractError: A variable or parameter is missing; a unit does not fit; a value lies
                below the reference.
        """
        ...

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the declared balance of the trajectory."""
        ...

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the law's entropy (or free energy, or invariant) per frame and its unit.

        None where the law is `none`.
        """
        ...
