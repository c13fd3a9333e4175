"""Drawn scenes for waves: where pulses start and what stands in their way."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

_WIDEST_MARGIN = 1 / 3
_LEAST_WIDTH = 0.4
"""Over a cell: such a bell still has 0.21 of its height at the nearest centre, wherever it lies."""


def pulses(
    cells: int, length: float, *, seed: int, count: int, width: float, wavelength: float
) -> Float[np.ndarray, "y x"]:
    """Return wave packets at drawn places, each of size 1, their waves in drawn directions.

    Args:
        cells: Cells a side of a square.
        length: [m]. Its side.
        seed: Draws places and directions.
        count: Packets.
        width: [m]. Standard deviation of each; all keep three of it from the walls where they can.
        wavelength: [m]. Of the waves inside; far above the width leaves Gaussian bells.

    Raises:
        ContractError: The packets would fall between the cells.
    """
    _require_wide(width, length / cells)
    random = np.random.default_rng([seed, 0])
    margin = min(3 * width, _WIDEST_MARGIN * length)
    at = (np.arange(cells) + 0.5) * length / cells
    field = np.zeros((cells, cells))
    for y, x, turn in random.uniform(
        (margin, margin, 0), (length - margin, length - margin, np.pi), (count, 3)
    ):
        bell = np.exp(-(_distance(cells, length, y, x) ** 2) / (2 * width**2))
        along = (at[:, None] - y) * np.sin(turn) + (at[None, :] - x) * np.cos(turn)
        field += bell * np.cos(2 * np.pi * along / wavelength)
    return field


def discs(
    cells: int, length: float, *, seed: int, count: int, radius: float
) -> Float[np.ndarray, "y x"]:
    """Return the share of each cell that lies in discs at drawn places.

    Args:
        cells: Cells a side of a square.
        length: [m]. Its side.
        seed: Draws places and sizes.
        count: Discs; they may overlap.
        radius: [m]. The largest; the smallest is half of it.
    """
    random = np.random.default_rng([seed, 1])
    share = np.zeros((cells, cells))
    for y, x, size in random.uniform((0, 0, 0.5), (length, length, 1), (count, 3)):
        # A rim that cuts a cell leaves it partly filled, so that edges have no stairs.
        inside = (radius * size - _distance(cells, length, y, x)) * cells / length + 0.5
        share = np.maximum(share, np.clip(inside, 0, 1))
    return share


def _require_wide(width: float, spacing: float) -> None:
    if width < _LEAST_WIDTH * spacing:
        raise ContractError(
            f"What is {width:g} m wide falls between cells of {spacing:g} m.",
            hint=f"Give a width from {_LEAST_WIDTH * spacing:g} m on, or more cells.",
        )


def _distance(cells: int, length: float, y: float, x: float) -> Float[np.ndarray, "y x"]:
    at = (np.arange(cells) + 0.5) * length / cells
    return np.hypot(at[:, None] - y, at[None, :] - x)


def kicks(
    cells: int, length: float, *, seed: int, count: int, width: float
) -> tuple[Float[np.ndarray, "y face_x"], Float[np.ndarray, "face_y x"]]:
    """Return velocities at faces across x and across y: bells of size 1 in drawn directions.

    Args:
        cells: Cells a side of a square.
        length: [m]. Its side.
        seed: Draws places and directions.
        count: Kicks.
        width: [m]. Standard deviation of each; all keep four of it from the walls where they can.

    Raises:
        ContractError: The kicks would fall between the cells.
    """
    _require_wide(width, length / cells)
    random = np.random.default_rng([seed, 0])
    margin = min(4 * width, _WIDEST_MARGIN * length)
    walls = np.arange(cells + 1) * length / cells
    centres = walls[1:] - walls[1] / 2
    along_x, along_y = np.zeros((cells, cells + 1)), np.zeros((cells + 1, cells))
    for y, x, turn in random.uniform(
        (margin, margin, 0), (length - margin, length - margin, 2 * np.pi), (count, 3)
    ):
        bells = [
            np.exp(-((rows[:, None] - y) ** 2 + (columns[None, :] - x) ** 2) / (2 * width**2))
            for rows, columns in ((centres, walls), (walls, centres))
        ]
        along_x += np.cos(turn) * bells[0]
        along_y += np.sin(turn) * bells[1]
    return along_x, along_y
