"""Draw the thermodynamic cycles for the docs.

`python -m industriverse.apps.cycle_pictures docs/physics`
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from industriverse.adapters import plot_style as style
from industriverse.engines.simulation.cycles import (
    Brayton,
    Cycle,
    Diesel,
    Fluid,
    Otto,
    Rankine,
    State,
    VapourCompression,
    tabulate,
)

_DOME = 200
_PLACES = 81
_KILO = 1e3
Row = Float[np.ndarray, "place"]


def draw(path: Path) -> None:
    """Draw four T–s and one p–h diagram: steam, gas turbine, both engines, refrigerator."""
    with mpl.rc_context({**style.RC}):
        figure = Figure(figsize=(12.5, 3.6), dpi=80, layout="constrained")
        steam, gas, engines, cold = figure.subplots(1, 4)
        rankine = Rankine(8e6, 8e3, 753.15, 7e5, 713.15, 0.85, 0.85).solve()
        _dome(steam, Fluid("Water"), ("entropy", "temperature"), 275.0)
        _entropy_diagram(
            steam, "Rankine, reheat: water", rankine, style.ACCENT, ("1, 2", "", *"3456")
        )
        brayton = Brayton(8.0, 300.0, 1300.0, 1e5, 0.8, 0.85, 0.8).solve()
        _entropy_diagram(gas, "Brayton, regenerator: air", brayton, style.ACCENT, "123456")
        otto, diesel = Otto(8.0, 8e5, 290.0).solve(), Diesel(16.0, 1.8, 290.0).solve()
        _entropy_diagram(engines, "Otto and Diesel: air", otto, style.ACCENT, "", "Otto")
        _entropy_diagram(engines, "Otto and Diesel: air", diesel, style.PASSED, "", "Diesel")
        engines.legend(frameon=False)
        _dome(cold, Fluid("R134a"), ("enthalpy", "pressure"), 240.0)
        _pressure_diagram(cold, VapourCompression(263.15, 313.15, 5.0, 5.0, 0.8).solve())
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    # 256 colours are a third of the bytes and look the same.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(256).save(path)


def _entropy_diagram(
    axis: Axes, title: str, cycle: Cycle, colour: str, numbers: Sequence[str], label: str = ""
) -> None:
    table = tabulate(cycle, _PLACES)
    x, y = table["path_entropy"] / _KILO, table["path_temperature"]
    _lines(axis, list(zip(x, y, strict=True)), colour, label)
    for number, state in zip(numbers, cycle.points.values(), strict=False):
        _number(axis, number, (state.entropy / _KILO, state.temperature))
    axis.set_title(title)
    axis.set_xlabel("s [kJ/(kg K)]")
    axis.set_ylabel("T [K]")


def _pressure_diagram(axis: Axes, cycle: Cycle) -> None:
    table = tabulate(cycle, _PLACES)
    x, y = table["path_enthalpy"] / _KILO, table["path_pressure"] / _KILO
    _lines(axis, list(zip(x, y, strict=True)), style.ACCENT, "")
    for number, state in zip("1234", cycle.points.values(), strict=True):
        _number(axis, number, (state.enthalpy / _KILO, state.pressure / _KILO))
    axis.set_yscale("log")
    axis.set_title("Vapour compression: R134a")
    axis.set_xlabel("h [kJ/kg]")
    axis.set_ylabel("p [kPa]")


def _lines(axis: Axes, paths: Sequence[tuple[Row, Row]], colour: str, label: str) -> None:
    for index, (x, y) in enumerate(paths):
        axis.plot(x, y, color=colour, linewidth=1.6, label=label if index == 0 else None)
        axis.plot(x[:1], y[:1], "o", color=colour, markersize=4)


def _number(axis: Axes, number: str, at: tuple[float, float]) -> None:
    axis.annotate(number, at, xytext=(4, 4), textcoords="offset points", color=style.TEXT)


def _dome(axis: Axes, fluid: Fluid, names: tuple[str, str], coldest: float) -> None:
    """Draw the boundary of the states where liquid and vapour are both there."""
    hottest = fluid.range.critical_temperature - 0.05
    kelvins = np.linspace(coldest, hottest, _DOME).tolist()
    boiling = [fluid.boiling_at_temperature(kelvin, 0.0) for kelvin in kelvins]
    dry = [fluid.boiling_at_temperature(kelvin, 1.0) for kelvin in reversed(kelvins)]
    x, y = (np.array([_shown(state, name) for state in boiling + dry]) for name in names)
    axis.plot(x, y, color=style.QUIET, linewidth=0.8)


def _shown(state: State, name: str) -> float:
    value = float(getattr(state, name))
    return value if name == "temperature" else value / _KILO


def main(folder: Path) -> None:
    """Draw the cycles into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draw(folder / "cycles.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
