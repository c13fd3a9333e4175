"""What is questioned: a forecast, the frames it follows, and what is known of its scene."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from industriverse.kernel.domains import EntropyLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

Frames = Float[np.ndarray, "_ channel y x"]
"""`(frame, channel, y, x)`; frames of one call have the same channels and cells."""
Forecaster = Callable[[Frames, int, float], Frames]
"""From context frames, a number of leads and the seconds between frames to the next frames."""
Kind = Literal["scalar", "pseudo", "along_y", "along_x"]
Symmetry = Literal["translation", "mirror", "turn", "scale"]

_FEWEST_CONTEXT, _FEWEST_LEADS = 4, 4
_STILL = 1e-6


@dataclass(frozen=True, slots=True)
class Channel:
    """A field of the state.

    Attributes:
        name: As the data call it.
        kind: How it turns: a `pseudo` scalar changes its sign in a mirror, as vorticity does;
            `along_y` and `along_x` are the parts of a vector.
        vector: Which vector a part belongs to.
        conserved: Whether its sum over all cells stays as it is.
        positive: Whether it may not fall below zero.
    """

    name: str
    kind: Kind = "scalar"
    vector: str = ""
    conserved: bool = False
    positive: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known where a forecast is made.

    Attributes:
        grid: Of two axes, y first.
        frame_s: Between frames [s].
        channels: In the order of the frames.
        symmetries: What the law does not notice: a shift by cells, a mirror, a quarter turn, all
            channels times one number.
        entropy: The law that `entropy_of` obeys.
        entropy_of: From frames to one number a frame.
    """

    grid: Grid
    frame_s: float
    channels: tuple[Channel, ...]
    symmetries: frozenset[Symmetry] = frozenset()
    entropy: EntropyLaw = "none"
    entropy_of: Callable[[Frames], Float[np.ndarray, "frame"]] | None = None

    def __post_init__(self) -> None:
        """Refuse symmetries that the grid does not have."""
        if "turn" in self.symmetries and len(set(self.grid.shape)) != 1:
            raise ContractError(f"A grid of {self.grid.shape} cells has no quarter turn.")
        if "translation" in self.symmetries and set(self.grid.boundary) != {"periodic"}:
            raise ContractError(f"Between edges {self.grid.boundary} no shift leaves a law as is.")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A forecast that claims to be what happens next.

    Attributes:
        context: `(frame, channel, y, x)`. The last known frames, four or more.
        mean: `(lead, channel, y, x)`. The forecast, four leads or more.
        scene: Where.
        again: Runs the same forecaster on other frames; None where it cannot be run.
        neighbours: `(state, 1 + lead, channel, y, x)`. Known states near the newest frame, each
            with what came after it; None where none are known.
        variance: Of the mean; None where the forecaster states none.
    """

    context: Frames
    mean: Frames
    scene: Scene
    again: Forecaster | None = None
    neighbours: Float[np.ndarray, "state frame channel y x"] | None = None
    variance: Frames | None = None

    def __post_init__(self) -> None:
        """Refuse frames that do not belong together."""
        wanted = (len(self.scene.channels), *self.scene.grid.shape)
        for name, frames in (("context", self.context), ("forecast", self.mean)):
            if frames.shape[1:] != wanted:
                raise ContractError(
                    f"The {name}'s frames are {frames.shape[1:]}, the scene's {wanted}."
                )
        if len(self.context) < _FEWEST_CONTEXT or len(self.mean) < _FEWEST_LEADS:
            raise ContractError(
                f"{len(self.context)} known frames and {len(self.mean)} leads are too few.",
                hint=f"Give {_FEWEST_CONTEXT} or more known frames and {_FEWEST_LEADS} leads.",
            )
        if not np.isfinite(self.context).all():
            raise ContractError(
                "The known frames hold values that are not finite.", hint="Fill gaps first."
            )

    @property
    def newest(self) -> Float[np.ndarray, "channel y x"]:
        """The last known frame."""
        return self.context[-1]

    @property
    def whole(self) -> Frames:
        """Known frames and forecast, one after the other."""
        return np.concatenate([self.context, self.mean])

    def rerun(self, context: Frames, leads: int, stride: int = 1) -> Frames:
        """Run the same forecaster on other frames, `stride` intervals apart.

        Raises:
            ContractError: It cannot be run.
        """
        if self.again is None:
            raise ContractError("The forecaster cannot be run again.", hint="Give `again`.")
        return self.again(context, leads, stride * self.scene.frame_s)


def pace(frames: Frames) -> Float[np.ndarray, "channel 1 1"]:
    """Return the root mean square change of each channel between frames.

    Never below a millionth of the channel's size, so that a field at rest still has a measure.
    """
    change = np.sqrt((np.diff(frames, axis=0) ** 2).mean(axis=(0, 2, 3)))
    size = np.maximum(frames.std(axis=(0, 2, 3)), np.abs(frames).max(axis=(0, 2, 3)) * _STILL)
    return np.maximum(change, np.maximum(_STILL * size, np.finfo(np.float64).tiny))[:, None, None]


def apart(
    first: Float[np.ndarray, "... channel y x"],
    second: Float[np.ndarray, "... channel y x"],
    measure: Float[np.ndarray, "channel 1 1"],
) -> Float[np.ndarray, "..."]:
    """Return the root mean square difference of frames, each channel in its own measure.

    Infinite where a frame is not finite: a forecaster that breaks down does not agree.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.sqrt((((first - second) / measure) ** 2).mean(axis=(-3, -2, -1)))
    return np.where(np.isfinite(found), found, np.inf)
