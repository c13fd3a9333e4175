"""How a domain finds its variables in a trajectory: by name and unit, in SI."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from .domains import Budget
from .errors import ContractError
from .fields import Trajectory
from .plugins import Slot
from .units import measures, to_si

_CF, _USUAL, _UNITLESS = 0.9, 0.8, 0.4


def find(trajectory: Trajectory, name: str, slot: Slot) -> str | None:
    """Return the variable that fills a slot, or None.

    Its name is the slot's or one of its other names, whatever the case; its unit converts to the
    slot's, or is not stated.
    """
    for variable in trajectory.names:
        if _is_called(variable, name, slot) and _unit_fits(trajectory, variable, slot):
            return variable
    return None


def _named(trajectory: Trajectory, name: str, slot: Slot) -> str | None:
    """Return the first variable of a slot's name, whatever its unit."""
    return next((v for v in trajectory.names if _is_called(v, name, slot)), None)


def _is_called(variable: str, name: str, slot: Slot) -> bool:
    return variable.lower() in {name.lower(), *(other.lower() for other in slot.names)}


def _unit_fits(trajectory: Trajectory, variable: str, slot: Slot) -> bool:
    unit = trajectory.units.get(variable, "")
    return not unit or measures(unit, slot.unit)


def certainty(trajectory: Trajectory, slots: Mapping[str, Slot]) -> float:
    """Return in [0, 1] how surely all slots are filled: CF name, usual name, or no unit.

    The first name of a slot is its CF standard name.
    """
    sure = _CF if slots else 0.0
    for name, slot in slots.items():
        variable = find(trajectory, name, slot)
        if variable is None:
            return 0.0
        if not trajectory.units.get(variable, ""):
            sure = min(sure, _UNITLESS)
        elif not slot.names or variable.lower() != slot.names[0].lower():
            sure = min(sure, _USUAL)
    return sure


def declared(trajectory: Trajectory, domain: str) -> float:
    """Return 1 where the trajectory says that it is of this domain, else 0.

    For domains whose variables' names mean something else in other files.
    """
    return 1.0 if trajectory.domain == domain else 0.0


def read(trajectory: Trajectory, name: str, slot: Slot) -> Float[np.ndarray, "time *space"] | None:
    """Return a slot's values in its SI unit, or None where no variable has its name.

    A variable without a unit is returned as it is: its numbers are dimensionless. Cells without
    data hold the first frame's mean.

    Raises:
        ContractError: The unit measures something else, or a cell with data holds NaN.
    """
    variable = find(trajectory, name, slot) or _named(trajectory, name, slot)
    if variable is None:
        return None
    values, unit = trajectory.variables[variable], trajectory.units.get(variable, "")
    known = to_si(values, unit, slot.unit, name=variable) if unit else np.asarray(values, float)
    return _whole(trajectory, variable, known)


def need(trajectory: Trajectory, name: str, slot: Slot) -> Float[np.ndarray, "time *space"]:
    """Return a slot's values like `read`.

    Raises:
        ContractError: As `read`, and when the trajectory has no such variable.
    """
    values = read(trajectory, name, slot)
    if values is None:
        raise ContractError(
            f"The domain needs {name} [{slot.unit}]; the file has {', '.join(trajectory.names)}.",
            hint=f"Call it one of: {', '.join((name, *slot.names))}; or declare another domain.",
        )
    return values


def _whole(
    trajectory: Trajectory, variable: str, values: Float[np.ndarray, "time *space"]
) -> Float[np.ndarray, "time *space"]:
    valid = trajectory.valid
    bad = ~np.isfinite(values) if valid is None else ~np.isfinite(values) & valid
    if bad.any():
        frame, *cell = (int(i) for i in np.argwhere(bad)[0])
        raise ContractError(
            f"{variable!r} holds NaN or infinity in frame {frame + 1}, cell {tuple(cell)}.",
            hint="Fill or mask the cell.",
        )
    return values if valid is None else np.where(valid, values, values[0, valid].mean())


def dimensionless(trajectory: Trajectory) -> bool:
    """Return whether no variable states a unit, so that all numbers are taken as pure."""
    return not any(trajectory.units.get(name, "") for name in trajectory.names)


def content(
    trajectory: Trajectory, density: Float[np.ndarray, "time *space"]
) -> Float[np.ndarray, "time"]:
    """Return the sum of a density over the cells with data, times the cell volume."""
    flat = density.reshape(len(density), -1)
    if trajectory.valid is not None:
        flat = flat[:, trajectory.valid.ravel()]
    return flat.sum(axis=1) * trajectory.grid.cell_volume


def masked(
    trajectory: Trajectory, density: Float[np.ndarray, "time *space"]
) -> Float[np.ndarray, "time *space"]:
    """Return a density that is zero where there is no data."""
    return density if trajectory.valid is None else np.where(trajectory.valid, density, 0.0)


def refuse_below(
    values: Float[np.ndarray, "time *space"], reference: float, name: str, unit: str
) -> None:
    """Refuse values below a declared reference, naming the first cell.

    Raises:
        ContractError: One lies below.
    """
    below = values < reference
    if below.any():
        frame, *cell = (int(i) for i in np.argwhere(below)[0])
        raise ContractError(
            f"The {name} is {values[frame, *cell]:.5g} {unit} in frame {frame + 1}, cell "
            f"{tuple(cell)}, below its reference of {reference:.5g} {unit}.",
            hint="State a lower reference, or correct the value.",
        )


def closed_budget(trajectory: Trajectory, density: Float[np.ndarray, "time *space"]) -> Budget:
    """Return the balance of a density that nothing changes when the system is closed."""
    total = content(trajectory, density)
    if trajectory.closed:
        note = "The system is declared closed: nothing crosses its boundary."
        return Budget(total, np.zeros(len(total) - 1), "closed", None, note)
    return unknown_budget(total, "what crosses the boundary is not stated (not declared closed).")


def unknown_budget(total: Float[np.ndarray, "time"], note: str) -> Budget:
    """Return a balance without an exchange to trust."""
    return Budget(total, None, "unknown", None, note)


def levelled(
    trajectory: Trajectory,
) -> tuple[Float[np.ndarray, "window time channel"], str, str]:
    """Return windows of samples above the first window's level, their energy unit, the reference.

    Channels of different or unknown units are divided by their deviation in the first window.

    Raises:
        ContractError: A sample is NaN or infinite.
    """
    parts = whole(trajectory)
    windows = np.stack(parts, axis=-1)
    windows = windows - windows[0].mean(axis=0)
    units = {trajectory.units.get(name, "") for name in trajectory.names}
    if len(parts) == 1 or (len(units) == 1 and "" not in units):
        unit = next(iter(units))
        return windows, f"({unit})^2·s" if unit else "", "the first window's mean"
    deviation = windows[0].std(axis=0)
    scale = np.where(deviation > 0, deviation, np.maximum(np.abs(windows).max(axis=(0, 1)), 1e-300))
    return windows / scale, "1·s", "the first window's mean, in units of its deviation"


def whole(trajectory: Trajectory) -> list[Float[np.ndarray, "time *space"]]:
    """Return every variable in its own unit; cells without data hold the first frame's mean.

    Raises:
        ContractError: A cell with data holds NaN or infinity.
    """
    return [_whole(trajectory, n, np.asarray(x, float)) for n, x in trajectory.variables.items()]
