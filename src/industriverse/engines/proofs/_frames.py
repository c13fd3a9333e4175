"""Frames as the checks see them: holes filled, so that a coastline is not a front."""

import numpy as np
from jaxtyping import Bool, Float


def filled(
    frames: Float[np.ndarray, "frame *space"], valid: Bool[np.ndarray, "*space"] | None
) -> Float[np.ndarray, "frame *space"]:
    """Return frames whose cells without data hold the frame's own mean."""
    if valid is None or bool(valid.all()):
        return frames
    mean = frames[:, valid].mean(axis=1).reshape(-1, *(1,) * valid.ndim)
    return np.where(valid, frames, mean)


def flat(
    frames: Float[np.ndarray, "frame *space"], valid: Bool[np.ndarray, "*space"] | None
) -> Float[np.ndarray, "frame cell"]:
    """Return the cells with data of each frame as one row."""
    if valid is None:
        return frames.reshape(len(frames), -1)
    return frames[:, valid]
