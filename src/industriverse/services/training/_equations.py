"""The equation behind a run's first frames, and its forecast of the next one."""

import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast.laws import Law, NoLaw, identify, walls_of
from industriverse.engines.forecast.network import Scene
from industriverse.kernel.errors import ContractError

MOST_JOINT = 3
"""Channels among which a law is sought; of more the search takes minutes a run."""

State = Float[np.ndarray, "channel y x"]


def equation_of(
    seen: Float[np.ndarray, "frame channel y x"],
    names: tuple[str, ...],
    told: np.ndarray,
    scene: Scene,
) -> Law | NoLaw:
    """Return what frames of a domain tell of the law behind them.

    Args:
        seen: `(frame, channel, y, x)`.
        names: Of all channels.
        told: Indices of the channels that change; the others are known fields.
        scene: Where the frames are from.

    Raises:
        ContractError: No law can be sought in such frames.
    """
    boundary = walls_of(scene.boundary)
    if boundary is None:
        raise ContractError(f"laws are sought on squares of one boundary, not {scene.boundary}")
    if len(told) > MOST_JOINT:
        raise ContractError(f"laws are sought of {MOST_JOINT} channels together, not {len(told)}")
    known = [i for i in range(len(names)) if i not in told]
    return identify(
        seen[:, told].astype(np.float64),
        scene.spacing,
        scene.interval_s,
        names=[names[i] for i in told],
        given={names[i]: seen[-1, i].astype(np.float64) for i in known},
        boundary=boundary,
    )


def next_frame(equation: Law, told: np.ndarray, frame: State) -> State:
    """Return the frame after one, by an equation; known channels stay as they are.

    Raises:
        ContractError: The solution leaves all bounds.
    """
    after = np.array(frame)
    after[told] = equation.predict(1, after=frame[None, told].astype(np.float64))[0]
    return after
