"""A `PredictDocument` as one PNG: past, mean, intervals, baseline, checks."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from industriverse.adapters import plot_style as style

_MOST_VARIABLES = 4
_MARKS = {"passed": "✓", "failed": "✕", "not applicable": "–"}
_UNITS_OF_TIME = ((86400.0 * 2, 86400.0, "days"), (7200.0, 3600.0, "hours"), (120.0, 60.0, "min"))


def picture_bytes(document: Mapping[str, Any]) -> bytes:
    """Return the PNG of one document."""
    with mpl.rc_context(style.RC):
        maps = document["preview"]["kind"] == "maps"
        figure = _maps(document) if maps else _series(document)
        buffer = BytesIO()
        FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue()


def _numbers(values: list[float | None]) -> Float[np.ndarray, "n"]:
    return np.array([np.nan if v is None else v for v in values], np.float64)


def _time_unit(seconds: float) -> tuple[float, str]:
    for least, scale, word in _UNITS_OF_TIME:
        if seconds >= least:
            return scale, word
    return 1.0, "s"


def _series(document: Mapping[str, Any]) -> Figure:
    names = document["forecast"]["variables"][:_MOST_VARIABLES]
    figure = Figure(figsize=(10, 1.1 + 2.2 * len(names)), dpi=120, layout="constrained")
    axes = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    for axis, name in zip(axes, names, strict=True):
        _one_series(axis, document, name)
    axes[0].legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False, fontsize=8, ncols=5)
    figure.suptitle(_title(document), fontsize=10, ha="left", x=0.01)
    return figure


def _one_series(axis: Axes, document: Mapping[str, Any], name: str) -> None:
    forecast, preview = document["forecast"], document["preview"]
    leads = np.array(forecast["lead_times"])
    shown = max(3 * len(leads), 40)
    past = np.array(preview["times"])[-shown:]
    scale, word = _time_unit(float(leads[-1] - past[0]))
    given = forecast["values"][name]
    series = {key: _numbers(values) for key, values in given.items() if values is not None}
    at = leads / scale
    axis.fill_between(
        at, series["lower"], series["upper"], color=style.BAND_90, lw=0, label="90 % interval"
    )
    axis.fill_between(
        at, series["inner_lower"], series["inner_upper"], color=style.BAND_50, lw=0, label="50 %"
    )
    observed = _numbers(preview["values"][name])[-shown:]
    axis.plot(past / scale, observed, color=style.TEXT, lw=1.2, label="observed")
    axis.plot(at, series["mean"], color=style.ACCENT, lw=1.6, label="forecast")
    axis.plot(at, series["persistence"], ":", color=style.QUIET, lw=1, label="persistence")
    axis.axvline(0, color=style.QUIET, lw=0.8)
    unit = forecast["units"].get(name, "")
    axis.set_title(f"{name} [{unit}]" if unit else name)
    axis.set_xlabel(f"time after the last sample [{word}]")
    axis.label_outer()


def _maps(document: Mapping[str, Any]) -> Figure:
    preview = document["preview"]
    shape = tuple(preview["shape"])
    last = preview["frames"][-1]
    scale, word = _time_unit(last["lead_s"])
    observed = _numbers(preview["observed"]).reshape(shape)
    mean = _numbers(last["mean"]).reshape(shape)
    half = _numbers(last["half_width"]).reshape(shape)
    low, high = np.nanmin([observed, mean]), np.nanmax([observed, mean])
    panels = (
        ("last observed", observed, style.ENERGY_MAP, low, high),
        (f"forecast at +{last['lead_s'] / scale:.3g} {word}", mean, style.ENERGY_MAP, low, high),
        ("half width of the interval", half, style.UNCERTAINTY_MAP, 0.0, np.nanmax(half)),
    )
    figure = Figure(figsize=(11, 4), dpi=120, layout="constrained")
    for axis, (title, values, colours, least, most) in zip(
        figure.subplots(1, 3), panels, strict=True
    ):
        image = axis.imshow(values, origin="lower", cmap=colours, vmin=least, vmax=most)
        axis.set_title(title)
        axis.grid(visible=False)
        axis.set_xticks([])
        axis.set_yticks([])
        figure.colorbar(image, ax=axis, shrink=0.8, label=f"{preview['variable']} "
                        f"[{preview['unit'] or '?'}]")  # fmt: skip
    figure.suptitle(_title(document), fontsize=10, ha="left", x=0.01)
    return figure


def _title(document: Mapping[str, Any]) -> str:
    regime, proof, receipt = document["regime"], document["proof"], document["receipt"]
    mark = style.REGIMES[regime["label"]][0]
    verdict = "passed" if proof["passed"] else "not passed"
    checks = "  ".join(f"{_MARKS[c['verdict']]} {c['name']}" for c in proof["checks"])
    warning = f"\nabstained: {document['reason']}" if document["abstained"] else ""
    return (
        f"{document['input']['name']}   {mark} {regime['label'].replace('_', ' ')}   "
        f"proof {verdict}: {checks}   {receipt['joules']:.3g} J{warning}"
    )
