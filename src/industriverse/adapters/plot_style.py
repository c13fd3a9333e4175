"""The pictures' tokens: one place for colours, type and marks (light ground)."""

from typing import Any

GROUND = "#ffffff"
TEXT = "#1f2933"
QUIET = "#7b8794"
RULE = "#d9dee4"
ACCENT = "#c2570c"
BAND_90 = "#f6dcc8"
BAND_50 = "#eebf9c"
PASSED = "#0f766e"
FAILED = "#b3261e"
ENERGY_MAP = "magma"
UNCERTAINTY_MAP = "cividis"

REGIMES = {
    "initializing": ("○", "#7b8794"),
    "stable": ("●", "#0f766e"),
    "transitional": ("◆", "#b7791f"),
    "chaotic": ("▲", "#c8421c"),
    "phase_change": ("■", "#6d3fc0"),
    "anomalous": ("✕", "#b3123f"),
}

RC: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.edgecolor": RULE,
    "axes.labelcolor": TEXT,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": TEXT,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "figure.facecolor": GROUND,
    "axes.grid": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
}
