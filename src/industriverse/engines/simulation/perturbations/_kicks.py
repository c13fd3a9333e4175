"""Sudden pushes: of a system's state, with a known energy; and a pulse on data."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._truth import EVERYWHERE, Extent, Named, Part, Perturbed, Truth, Values, changed, finite

Vector = Float[np.ndarray, "*place"]
Energy = Callable[[Vector, Vector], float]
Motion = Callable[[Vector, Vector, int], tuple[Float[np.ndarray, "time *place"], ...]]


@dataclass(frozen=True, slots=True)
class Kick:
    """An instantaneous change of velocities: places stay, masses gain energy.

    Attributes:
        change: `(*place)` [m/s, rad/s]. Δv.
        mass: `(*place)` [kg, kg m²]. Of each velocity, above zero.
    """

    change: Vector
    mass: Vector

    def __post_init__(self) -> None:
        """Refuse what is no kick."""
        fits = self.change.shape == self.mass.shape
        if not (fits and np.isfinite(self.change).all() and np.isfinite(self.mass).all()):
            raise ContractError("A kick needs one finite change and one finite mass a velocity.")
        if not (self.mass > 0).all():
            raise ContractError("A mass is not above zero.", hint="Leave out what has none.")

    def energy(self, velocity: Vector) -> float:
        """Return what the kick gives [J]: `Σ m (½ (v + Δv)² − ½ v²) = Σ m Δv (v + ½ Δv)`.

        The second form keeps its digits for a small kick of a fast body.
        """
        return float((self.mass * self.change * (velocity + self.change / 2)).sum())

    def applied(self, velocity: Vector) -> Vector:
        """Return the velocity after it."""
        return velocity + self.change


def kick_of(velocity: Vector, mass: Vector, joules: float) -> Kick:
    """Return the kick along the motion that gives a known energy.

    `v → v √(1 + ΔE/E)`; a body at rest is pushed along every axis alike.

    Args:
        velocity: `(*place)`. Before the kick.
        mass: `(*place)`. Above zero.
        joules: ΔE [J]. Below zero brakes, by no more than the motion holds.

    Raises:
        ContractError: It would take more than there is.
    """
    held = float((mass * velocity**2).sum()) / 2
    finite(joules, "energy of the kick")
    if joules < -held:
        raise ContractError(
            f"A kick of {joules:g} J takes more than the {held:g} J of motion.",
            hint="Brake by less.",
        )
    if held > 0:
        # √(1 + r) − 1 without the difference of near numbers.
        ratio = joules / held
        factor = ratio / (1 + np.sqrt(1 + ratio))
        return Kick(np.asarray(velocity * factor), mass)
    speed = np.sqrt(2 * joules / float(mass.sum()))
    return Kick(np.full(mass.shape, speed), mass)


def kicked_path(
    move: Motion, start: tuple[Vector, Vector], kick: Kick, *, at: int, samples: int
) -> tuple[Perturbed, float]:
    """Return the path of a system that is kicked once, and the energy that the kick gave.

    Args:
        move: From place, velocity and a number of samples n to the places and velocities at
            samples 0 to n, each `(n + 1, *place)`.
        start: Place and velocity at sample 0.
        kick: Acts at the instant of sample `at`, which shows the velocity after it.
        at: From 1 on, below `samples`.
        samples: Of the path.

    Returns:
        Places and velocities side by side, `(time, 2·place)`; the truth's mask marks every sample
        from the kick on, since the path is another one from there; its size is the energy [J].

    Raises:
        ContractError: The kick does not lie within the path.
    """
    if not 1 <= at < samples:
        raise ContractError(f"A kick at sample {at} is not within 1 to {samples - 1}.")
    place, speed = move(*start, at)
    joules = kick.energy(speed[-1])
    later, faster = move(place[-1], kick.applied(speed[-1]), samples - 1 - at)
    path = np.concatenate(
        [_flat(np.concatenate([a[:-1], b])) for a, b in ((place, later), (speed, faster))], axis=1
    )
    mask = np.zeros(path.shape, bool)
    mask[at:] = True
    moved = np.flatnonzero(kick.change.ravel()) + kick.change.size
    where = tuple(int(place) for place in moved)
    truth = Truth("kick", joules, "energy given [J]", where, at, at + 1, mask)
    return Perturbed(path, (truth,)), joules


def _flat(path: Float[np.ndarray, "time *place"]) -> Part:
    return path.reshape(len(path), -1)


@dataclass(frozen=True, slots=True)
class Pulse:
    """A bump added to data: `h exp(−(t − t₀)/τ)` from its first sample on, or one sample alone.

    Attributes:
        height: h, in the data's unit.
        decay: τ in samples; 0 is a single sample.
        extent: Where, and from which sample on.
    """

    height: float
    decay: float = 0.0
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        finite(self.height, "height")
        if not (np.isfinite(self.decay) and self.decay >= 0):
            raise ContractError(f"The decay is {self.decay} samples.", hint="Give 0 or more.")

        def raised(part: Part) -> Part:
            time = np.arange(len(part))
            shape = np.exp(-time / self.decay) if self.decay else (time == 0).astype(float)
            return part + self.height * shape[:, None]

        named = Named("pulse", self.height, "height, in the data's unit")
        return changed(values, self.extent, named, raised)
