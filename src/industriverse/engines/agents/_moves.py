"""Shifts, mirrors and turns of frames whose channels may be parts of vectors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._scene import Channel, Frames, Scene


@dataclass(frozen=True, slots=True)
class Move:
    """A change of frames that a law does not notice, and the way back.

    Attributes:
        name: In words.
        there, back: From frames to frames.
    """

    name: str
    there: Callable[[Frames], Frames]
    back: Callable[[Frames], Frames]


def moves(scene: Scene) -> dict[str, Move]:
    """Return one move for each symmetry of a scene."""
    made = {
        "translation": _shift(scene.grid.shape[0] // 3, scene.grid.shape[1] // 5),
        "mirror": _mirror(scene.channels),
        "turn": _turn(scene.channels),
        "scale": Move("twice as large", lambda frames: 2.0 * frames, lambda frames: frames / 2.0),
    }
    return {name: move for name, move in made.items() if name in scene.symmetries}


def _shift(down: int, along: int) -> Move:
    def there(frames: Frames) -> Frames:
        return np.roll(frames, (down, along), axis=(-2, -1))

    def back(frames: Frames) -> Frames:
        return np.roll(frames, (-down, -along), axis=(-2, -1))

    return Move(f"shifted by {down} and {along} cells", there, back)


def _mirror(channels: tuple[Channel, ...]) -> Move:
    odd = np.array([channel.kind in ("pseudo", "along_x") for channel in channels])
    signs = np.where(odd, -1.0, 1.0)[:, None, None]

    def flip(frames: Frames) -> Frames:
        return signs * np.flip(frames, axis=-1)

    return Move("mirrored along x", flip, flip)


def _turn(channels: tuple[Channel, ...]) -> Move:
    return Move(
        "turned by a quarter",
        lambda frames: _quarter(frames, channels, 1),
        lambda frames: _quarter(frames, channels, -1),
    )


def _quarter(frames: Frames, channels: tuple[Channel, ...], way: int) -> Frames:
    """Turn x into y where `way` is −1, y into x where it is 1; along −x where it was +y."""
    turned = np.rot90(frames, way, axes=(-2, -1))
    result = turned.copy()
    for here, channel in enumerate(channels):
        if channel.kind == "along_y":
            result[:, here] = -way * turned[:, _partner(channels, channel)]
        elif channel.kind == "along_x":
            result[:, here] = way * turned[:, _partner(channels, channel)]
    return result


def _partner(channels: tuple[Channel, ...], part: Channel) -> int:
    return next(
        place
        for place, other in enumerate(channels)
        if other.vector == part.vector and other.kind.startswith("along") and other != part
    )
