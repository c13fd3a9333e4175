"""Ridge regression, one per channel, with its penalty chosen on rows it has not seen."""

import numpy as np
from jaxtyping import Float

_PENALTIES = (0.003, 0.03, 0.3, 3.0)
_HELD_OUT = 5
_CLIP = 10.0

Rows = Float[np.ndarray, "row state feature"]
Targets = Float[np.ndarray, "row state"]


def solve_and_apply(
    past: Rows, target: Targets, now: Float[np.ndarray, "origin state feature"]
) -> Float[np.ndarray, "origin state"]:
    """Regress each channel's target on its features and apply the result.

    The penalty is the best of four on the last fifth of the rows; where even that loses to "no
    move", the answer is no move. Targets are clipped at ten of their mean sizes, so that a jump
    does not tilt the fit.

    Args:
        past: `(row, state, feature)`. In rising time.
        target: `(row, state)`. What followed.
        now: `(origin, state, feature)`. Where to apply it.
    """
    size = np.abs(target).mean(axis=0)
    target = np.clip(target, -_CLIP * size, _CLIP * size)
    columns = np.ascontiguousarray(past.transpose(1, 2, 0))
    split = max(1, len(past) - max(len(past) // _HELD_OUT, 1))
    early = _moments(columns[..., :split], target[:split])
    late = _moments(columns[..., split:], target[split:])
    whole = (early[0] + late[0], early[1] + late[1])
    trials = np.stack([_ridge(*early, split, penalty) for penalty in _PENALTIES])
    held = np.abs(trials.swapaxes(0, 1) @ columns[..., split:] - target[split:].T[:, None])
    held = held.mean(axis=-1).T
    solved = np.stack([_ridge(*whole, len(past), penalty) for penalty in _PENALTIES])
    chosen = solved[held.argmin(axis=0), np.arange(target.shape[1])]
    still = np.abs(target[split:]).mean(axis=0)
    chosen = np.where((held.min(axis=0) <= still)[:, None], chosen, 0.0)
    return np.einsum("osf,sf->os", now, chosen)


def _moments(
    columns: Float[np.ndarray, "state feature row"], target: Targets
) -> tuple[Float[np.ndarray, "state feature feature"], Float[np.ndarray, "state feature"]]:
    """Return the normal equations of each channel."""
    return columns @ columns.swapaxes(1, 2), (columns @ target.T[..., None])[..., 0]


def _ridge(
    square: Float[np.ndarray, "state feature feature"],
    cross: Float[np.ndarray, "state feature"],
    rows: int,
    penalty: float,
) -> Float[np.ndarray, "state feature"]:
    """Solve `(XᵀX + λ diag) w = Xᵀy` per channel; `λ ∝ 1/√rows` of each feature's own power."""
    diagonal = np.einsum("sff->sf", square)
    typical = diagonal.mean(axis=1, keepdims=True)
    weight = penalty * (diagonal / np.sqrt(rows) + 1e-3 * typical) + 1e-9
    eye = np.eye(square.shape[-1])
    return np.linalg.solve(square + weight[..., None] * eye, cross[..., None])[..., 0]
