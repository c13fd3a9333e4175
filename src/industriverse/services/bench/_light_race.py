"""A mode of a conducting box beside the `fdtd` package: the same grid, step, start and error."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.waves import LIGHT, Maxwell

from ._peers import CORES, MISSING, Row, interleaved, loaded, row

_MODE = (2, 3)
_UNIT = "ns per cell and step"
_NOTE = "Yee, float64; error of E against the exact mode"


@dataclass(frozen=True, slots=True)
class LightRace:
    """A square box of light.

    Attributes:
        cells: A side.
        steps: Of our largest step.
    """

    cells: int
    steps: int

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"light {self.cells}²"

    @property
    def system(self) -> Maxwell:
        """A box one metre wide, empty."""
        return Maxwell(jnp.ones((self.cells, self.cells)), 1 / self.cells)

    def mode(self, at: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n n"]:
        """Return the field at the start at lines `at` along both axes [m]."""
        down, right = _MODE
        return np.sin(down * np.pi * at)[:, None] * np.sin(right * np.pi * at)[None, :]

    @property
    def fade(self) -> float:
        """What the exact mode is multiplied with at the end."""
        turning = np.pi * LIGHT * np.hypot(*_MODE)
        return float(np.cos(turning * self.steps * self.system.grid.largest_step))


def light_rows(race: LightRace, rounds: int) -> list[Row]:
    """Return our line and the peer's."""
    system, step_s = race.system, race.system.grid.largest_step
    centres = race.mode((np.arange(race.cells) + 0.5) / race.cells)
    start = jnp.asarray(centres)

    def ours() -> jax.Array:
        light = system.solve(start, 2, race.steps * step_s)
        return jax.block_until_ready(light).out[1]

    began = time.perf_counter()
    error = _strayed(np.asarray(ours()), race.fade, centres)
    first_s = time.perf_counter() - began
    found, lines = loaded("fdtd"), [("industriverse", error)]
    runs: dict[str, Callable[[], object]] = {"industriverse": ours}
    if found is not None:
        peer = _Peer(found[0], race)
        lines.append(("fdtd", peer.error()))
        runs["fdtd"] = peer.run
    timed, each = interleaved(runs, rounds), 1e9 / race.steps / race.cells**2
    rows = [
        row(
            race.name,
            name,
            package=name,
            unit=_UNIT,
            note=_NOTE,
            step=step_s,
            error=strayed,
            took=timed[name].seconds * each,
            took_cores=timed[name].core_seconds * each,
            first_s=first_s if name == "industriverse" else None,
            threads=CORES if name == "industriverse" else 1,
        )
        for name, strayed in lines
    ]
    return rows if found else [*rows, row(race.name, "fdtd", note=MISSING)]


class _Peer:
    """The same box in `fdtd`: E on the lines between our cells' walls, zero on the walls.

    What it calls a conductor absorbs; a wall of infinite permittivity holds E at zero, which is a
    perfect conductor, at no cost.
    """

    def __init__(self, fdtd: ModuleType, race: LightRace) -> None:
        fdtd.set_backend("numpy")
        lines = race.cells + 1
        permittivity = np.ones((lines, lines, 1))
        permittivity[[0, -1]] = np.inf
        permittivity[:, [0, -1]] = np.inf
        step_s = race.system.grid.largest_step
        self._race = race
        self._grid: Any = fdtd.Grid(
            shape=(lines, lines, 1),
            grid_spacing=1 / race.cells,
            permittivity=permittivity,
            courant_number=step_s * LIGHT * race.cells,
        )
        self._curl: Any = fdtd.grid.curl_E
        self._start = race.mode(np.arange(lines) / race.cells)

    def run(self) -> Float[np.ndarray, "y x"]:
        """Run from the start; H begins half a step ahead, as E leads in its steps."""
        grid = self._grid
        grid.reset()
        grid.E[:, :, 0, 2] = self._start
        grid.H -= grid.courant_number / 2 * self._curl(grid.E)
        grid.run(self._race.steps, progress_bar=False)
        return grid.E[:, :, 0, 2]

    def error(self) -> float:
        """Return the error of E at the end."""
        return _strayed(self.run(), self._race.fade, self._start)


def _strayed(end: Float[np.ndarray, "y x"], fade: float, start: Float[np.ndarray, "y x"]) -> float:
    """Return the root mean square error at the end over that of the mode at the start.

    Means, since our E lies in the middle of cells and the peer's on the lines between.
    """
    return float(np.linalg.norm(end - fade * start) / np.linalg.norm(start))
