"""What goes in: telemetry or fields, and the flat panel on which every forecaster works."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .fields import Trajectory
from .signals import Signals

Observation = Signals | Trajectory


@dataclass(frozen=True, slots=True)
class Panel:
    """An observation as one table: `(time, state)`, whatever it was before.

    A telemetry channel is one state; a field contributes one state per valid cell and variable.
    `scatter` puts rows of the table back where they came from.

    Attributes:
        values: `(time, state)` float64. NaN marks a missing reading.
        names: The variables, in order; each owns one run of `widths` states.
        widths: States per variable.
    """

    values: Float[np.ndarray, "time state"]
    names: tuple[str, ...]
    widths: tuple[int, ...]


def to_panel(observation: Observation) -> Panel:
    """Lay an observation out as one table."""
    if isinstance(observation, Signals):
        width = (1,) * len(observation.names)
        return Panel(np.asarray(observation.values, np.float64), observation.names, width)
    frames = observation.frames
    flat = [np.asarray(v, np.float64).reshape(frames, -1) for v in observation.variables.values()]
    if observation.valid is not None:
        flat = [table[:, observation.valid.ravel()] for table in flat]
    values = flat[0] if len(flat) == 1 else np.concatenate(flat, axis=1)
    return Panel(values, observation.names, tuple(table.shape[1] for table in flat))


def scatter(
    rows: Float[np.ndarray, "lead state"], observation: Observation
) -> dict[str, Float[np.ndarray, "lead *space"]]:
    """Put rows of a panel back on the observation's channels or grid; NaN outside `valid`.

    Args:
        rows: `(lead, state)`. In the order of `to_panel(observation)`.
        observation: Where the panel came from.

    Returns:
        Variable name to `(lead,)` for telemetry, `(lead, *space)` for fields.
    """
    if isinstance(observation, Signals):
        return {name: rows[:, i] for i, name in enumerate(observation.names)}
    parts = np.split(rows, len(observation.names), axis=1)
    shape = (len(rows), *observation.grid.shape)
    fields: dict[str, np.ndarray] = {}
    for name, part in zip(observation.names, parts, strict=True):
        if observation.valid is None:
            fields[name] = part.reshape(shape)
            continue
        full = np.full((len(rows), observation.grid.cells), np.nan)
        full[:, observation.valid.ravel()] = part
        fields[name] = full.reshape(shape)
    return fields
