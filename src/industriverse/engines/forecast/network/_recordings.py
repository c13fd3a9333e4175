"""Trajectories in memory, and the random windows that training draws from them."""

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from industriverse.kernel.errors import ContractError

from ._loss import Window
from ._plan import Plan, Scene
from ._rollout import Given

Values = Float[np.ndarray, "trajectory time channel y x"]


class Example(NamedTuple):
    """One window of a recording; arrays as in `Window` and `Given`."""

    history: Float[np.ndarray, "frame channel y x"]
    truth: Float[np.ndarray, "lead channel y x"]
    base: Float[np.ndarray, "lead channel y x"] | None
    exchange: Float[np.ndarray, "lead channel"] | None


@dataclass(frozen=True, slots=True)
class Symmetry:
    """Which changes of the picture leave the law as it is, beside shifts along periodic axes.

    Attributes:
        mirror_y, mirror_x: Reversal of an axis.
        turn: Exchange of the axes; used where cells are square and both ends are alike.
    """

    mirror_y: bool = False
    mirror_x: bool = False
    turn: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """Trajectories of one scene on one grid.

    Attributes:
        values: `(trajectory, time, channel, y, x)`.
        scene: Domain, scales and ends.
        symmetry: What augmentation may do.
        base: `(trajectory, time, channel, y, x)`. Another forecast of each frame, made from the
            frame before it; None for none.
        exchange: `(trajectory, time - 1, channel)`. Declared change of each sum over cells from
            frame to frame; None for none.
        seen: `(trajectory, time, channel, y, x)`. What is seen of each frame where that is not
            the truth, such as a forecaster's own frames, from which it learns to come back; None
            for the truth.
    """

    values: Values
    scene: Scene
    symmetry: Symmetry = Symmetry()
    base: Values | None = None
    exchange: Float[np.ndarray, "trajectory step channel"] | None = None
    seen: Values | None = None

    def __post_init__(self) -> None:
        """Refuse values that are not numbers."""
        if not np.isfinite(self.values).all():
            raise ContractError("A recording holds NaN or infinite values.")

    def coarser(self, factor: int) -> "Recording":
        """Return the next level of the pyramid: cell averages over blocks.

        Args:
            factor: Cells of a block along each axis; divides both axes.
        """
        rows, columns = self.values.shape[-2:]
        if rows % factor or columns % factor:
            raise ContractError(f"Blocks of {factor} cells do not tile {rows} × {columns}.")
        along_y, along_x = self.scene.spacing
        scene = Scene(
            self.scene.domain,
            self.scene.interval_s,
            (factor * along_y, factor * along_x),
            self.scene.boundary,
            self.scene.closed,
        )
        base = None if self.base is None else _averaged(self.base, factor)
        exchange = None if self.exchange is None else self.exchange / factor**2
        seen = None if self.seen is None else _averaged(self.seen, factor)
        return Recording(_averaged(self.values, factor), scene, self.symmetry, base, exchange, seen)

    def window(self, trajectory: int, start: int, frames: int, leads: int) -> Example:
        """Return one example: `frames` seen from `start` on, and `leads` after them."""
        seen, end = start + frames, start + frames + leads
        base = None if self.base is None else self.base[trajectory, seen:end]
        exchange = None if self.exchange is None else self.exchange[trajectory, seen - 1 : end - 1]
        run = self.values[trajectory]
        looked = run if self.seen is None else self.seen[trajectory]
        return Example(looked[start:seen], run[seen:end], base, exchange)


def _averaged(
    values: Values, factor: int
) -> Float[np.ndarray, "trajectory time channel block_y block_x"]:
    *batch, rows, columns = values.shape
    blocks = values.reshape(*batch, rows // factor, factor, columns // factor, factor)
    return blocks.mean(axis=(-3, -1), dtype=np.float64).astype(values.dtype)


@dataclass(frozen=True, slots=True)
class Batches:
    """Random windows of recordings, the same for the same seed and step.

    Attributes:
        recordings: One or more; a batch comes from one, drawn by its number of windows.
        plan: Of the network.
        size: Windows a batch.
        leads: Frames ahead in each.
        seed: Of all draws.
        shuffled: Whether truths are swapped between windows: then nothing can be learned.
    """

    recordings: tuple[Recording, ...]
    plan: Plan
    size: int = 8
    leads: int = 2
    seed: int = 0
    shuffled: bool = False

    def __post_init__(self) -> None:
        """Refuse recordings that are shorter than a window."""
        if not self.recordings or min(self._starts()) < 1:
            raise ContractError(
                f"A window takes {self.plan.frames} + {self.leads} frames; "
                "each recording needs as many."
            )

    def _starts(self) -> list[int]:
        taken = self.plan.frames + self.leads - 1
        return [recording.values.shape[1] - taken for recording in self.recordings]

    def draw(self, step: int) -> tuple[Window, Scene]:
        """Return a batch, its arrays with a first axis `size`, and its scene."""
        random = np.random.default_rng([self.seed, step])
        counts = np.array([len(r.values) for r in self.recordings]) * np.array(self._starts())
        which = int(random.choice(len(counts), p=counts / counts.sum()))
        recording = self.recordings[which]
        windows = [self._one(recording, self._starts()[which], random) for _ in range(self.size)]
        if self.shuffled:
            windows = [w._replace(truth=o.truth) for w, o in self._strangers(windows, random)]
        return _stacked(windows), recording.scene

    def _one(self, recording: Recording, starts: int, random: np.random.Generator) -> Example:
        trajectory = int(random.integers(len(recording.values)))
        window = recording.window(
            trajectory, int(random.integers(starts)), self.plan.frames, self.leads
        )
        return moved(window, recording, self.plan, random)

    def _strangers(
        self, windows: list[Example], random: np.random.Generator
    ) -> list[tuple[Example, Example]]:
        """Pair each window with another one of the batch."""
        order = random.permutation(len(windows))
        partner = np.empty_like(order)
        partner[order] = np.roll(order, 1)
        return [(window, windows[i]) for window, i in zip(windows, partner, strict=True)]


def _stacked(windows: list[Example]) -> Window:
    """Join windows along a new first axis, in single precision."""
    history, truth = [w.history for w in windows], [w.truth for w in windows]
    base = [w.base for w in windows if w.base is not None]
    exchange = [w.exchange for w in windows if w.exchange is not None]
    given = Given(_single(base) if base else None, _single(exchange) if exchange else None)
    return Window(_single(history), _single(truth), given)


def _single(parts: list[Float[np.ndarray, "..."]]) -> Float[Array, "..."]:
    return jnp.asarray(np.stack(parts), jnp.float32)


def moved(
    window: Example, recording: Recording, plan: Plan, random: np.random.Generator
) -> Example:
    """Return the window shifted, mirrored and turned at random, as far as its law allows."""
    scene, allowed = recording.scene, recording.symmetry
    rows, columns = window.history.shape[-2:]
    shifts = [
        int(random.integers(cells)) if end == "periodic" else 0
        for cells, end in zip((rows, columns), scene.boundary, strict=True)
    ]
    mirrors = [bool(random.integers(2)) and may for may in (allowed.mirror_y, allowed.mirror_x)]
    alike = rows == columns and scene.spacing[0] == scene.spacing[1]
    alike = alike and scene.boundary[0] == scene.boundary[1]
    turn = bool(random.integers(2)) and allowed.turn and alike
    signs, order = _carried(plan, mirrors, turn)

    def change(fields: Float[np.ndarray, "frame channel y x"]) -> Float[np.ndarray, "..."]:
        fields = np.roll(fields, shifts, axis=(-2, -1))
        fields = fields[..., :: -1 if mirrors[0] else 1, :: -1 if mirrors[1] else 1]
        fields = np.swapaxes(fields, -1, -2) if turn else fields
        return (fields * signs[None, :, None, None])[:, order]

    base = None if window.base is None else change(window.base)
    exchange = window.exchange
    exchange = None if exchange is None else (exchange * signs[None])[:, order]
    return Example(change(window.history), change(window.truth), base, exchange)


def _carried(
    plan: Plan, mirrors: list[bool], turn: bool
) -> tuple[Float[np.ndarray, "channel"], np.ndarray]:
    """Return each channel's sign, then the order of the channels, under mirrors and a turn."""
    signs, order = np.ones(len(plan.channels), np.float32), np.arange(len(plan.channels))
    odd = (sum(mirrors) + turn) % 2 == 1
    for i, channel in enumerate(plan.channels):
        if channel.pseudo and odd:
            signs[i] = -1
    for x, y in plan.components():
        signs[x] *= -1 if mirrors[1] else 1
        signs[y] *= -1 if mirrors[0] else 1
        if turn:
            order[[x, y]] = order[[y, x]]
    return signs, order
