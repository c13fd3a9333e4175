"""Schema-valid answers for the page's tests: small, repeatable, and only ever served by a test."""

import hashlib
import math
from collections.abc import Sequence

from industriverse.services.documents import PredictDocument

LEADS = 20
CHANNELS = (
    ("suction_pressure", "bar", "Suction pressure", 2.4, 0.06, 47.0),
    ("discharge_pressure", "bar", "Discharge pressure", 11.8, 0.25, 61.0),
    ("flow", "kg/s", "Feed flow", 14.2, 0.7, 83.0),
    ("motor_power", "W", "Motor power", 18_400.0, 620.0, 83.0),
    ("outlet_temperature", "degC", "Outlet temperature", 61.5, 1.8, 131.0),
    ("bearing_vibration", "mm/s", "Bearing vibration", 1.9, 0.22, 29.0),
)


def reading(channel: int, time: float) -> float:
    """Return one channel's value: two tones and a repeatable ripple."""
    _, _, _, level, swing, period = CHANNELS[channel]
    ripple = math.sin(12.9898 * time + channel) * 0.18
    slow = math.sin(math.tau * time / period)
    return level + swing * (slow + 0.3 * math.sin(math.tau * time / (period / 3.7)) + ripple)


def _series(channel: int, origin: float, leads: Sequence[float], swing: float) -> dict[str, object]:
    means = [reading(channel, origin + lead) - 0.15 * swing for lead in leads]
    half = [swing * (0.25 + 0.03 * lead) for lead in leads]
    return {
        "mean": means,
        "lower": [m - 1.645 * h for m, h in zip(means, half, strict=True)],
        "upper": [m + 1.645 * h for m, h in zip(means, half, strict=True)],
        "inner_lower": [m - 0.674 * h for m, h in zip(means, half, strict=True)],
        "inner_upper": [m + 0.674 * h for m, h in zip(means, half, strict=True)],
        "persistence": [reading(channel, origin)] * len(leads),
        "seasonal_naive": None,
    }


def _check(
    name: str, verdict: str, value: float | None, threshold: float | None, note: str = ""
) -> dict[str, object]:
    margin = None if value is None or threshold is None else (threshold - value) / threshold
    return {
        "name": name,
        "verdict": verdict,
        "value": value,
        "threshold": threshold,
        "margin": margin,
        "note": note,
    }


def checks(*, failing: bool) -> list[dict[str, object]]:
    """Return five checks, the balance failing or not."""
    leak = "The heat balance misses 3.1 % in step 4 at the heat exchanger's shell side."
    balance = _check("conservation", "failed", 0.031, 0.01, leak)
    return [
        balance if failing else _check("conservation", "passed", 0.0042, 0.01),
        _check("entropy", "passed", 0.0, 0.05),
        _check("spectrum", "passed", 0.21, 0.34),
        _check("continuity", "passed", 0.187, 0.402),
        _check(
            "smoothness",
            "not applicable",
            None,
            None,
            "Sensors have no neighbours to compare with.",
        ),
    ]


def identity(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _proof(key: str, *, failing: bool) -> dict[str, object]:
    return {
        "id": f"prf_{identity(key)}",
        "stage": "lawful",
        "passed": not failing,
        "copied": False,
        "mintable": False,
        "domain": "fluid",
        "balance": "heat content",
        "entropy_law": "clausius",
        "checks": checks(failing=failing),
    }


def _receipt(key: str) -> dict[str, object]:
    return {
        "id": f"rcp_{identity(key)}",
        "ceu": 3.912,
        "micro_ceu": 3_912_000,
        "held_micro_ceu": 7_335_000,
        "joules": 4.89,
        "joules_uncertainty": 0.73,
        "multiplier": 0.8,
        "method": "modelled from processor time at 15 W",
    }


_TIMING = {
    "read": 4.1,
    "annotate": 12.6,
    "embed": 3.2,
    "regime": 5.4,
    "forecast": 148.0,
    "calibrate": 41.7,
    "prove": 22.9,
    "bill": 1.3,
}
_WEIGHTS = {"ridge": 0.46, "dmd": 0.27, "damped_anomaly": 0.19, "persistence": 0.08}


def _forecast(names: Sequence[int], origin: float) -> dict[str, object]:
    leads = [float(step) for step in range(1, LEADS + 1)]
    return {
        "lead_times": leads,
        "variables": [CHANNELS[at][0] for at in names],
        "units": {CHANNELS[at][0]: CHANNELS[at][1] for at in names},
        "model": "blend",
        "weights": _WEIGHTS,
        "coverage_target": 0.9,
        "baselines": ["persistence", "seasonal_naive", "climatology"],
        "skill": {"persistence": 0.412, "seasonal_naive": 0.118, "climatology": -0.034},
        "calibration": {
            "method": "aggregated adaptive conformal",
            "scores": [240] * LEADS,
            "coverage": [0.9 + 0.012 * math.sin(step) for step in range(LEADS)],
        },
        "values": {CHANNELS[at][0]: _series(at, origin, leads, CHANNELS[at][4]) for at in names},
        "paths": {"forecast": "forecast.nc"},
    }


def _common(key: str, *, failing: bool) -> dict[str, object]:
    return {
        "trace_id": identity(f"trace {key}"),
        "created": "2026-11-23T10:15:00Z",
        "abstained": False,
        "reason": "",
        "annotation": {
            "domain": "fluid",
            "domain_confidence": 0.87,
            "unit": "J/m^3",
            "energy": 1_182_000.0,
            "delta_energy": -3_140.0,
            "entropy": 4.21,
            "normalised_entropy": 0.76,
            "delta_entropy": 0.012,
            "temperature": 334.6,
            "gamma_distance": 0.18,
        },
        "neighbours": [],
        "regime": {
            "label": "stable",
            "confirmed": True,
            "probabilities": {"stable": 0.83, "transitional": 0.14, "anomalous": 0.03},
            "features": {"drift": 0.04},
            "evidence": "Drift and spread have stayed within their usual range for 240 readings.",
        },
        "proof": _proof(key, failing=failing),
        "receipt": _receipt(key),
        "timing_ms": _TIMING,
    }


def signals(
    key: str = "signals", *, origin: float = 300.0, failing: bool = False
) -> PredictDocument:
    """Return the answer to a telemetry file."""
    names = range(len(CHANNELS))
    times = [float(step) for step in range(-120, 1)]
    answer = _common(key, failing=failing) | {
        "input": {
            "kind": "signals",
            "name": "feed pump week 47.csv",
            "sha256": hashlib.sha256(key.encode()).hexdigest(),
            "rows": 1440,
            "shape": [1440, len(CHANNELS)],
            "variables": [channel[0] for channel in CHANNELS],
            "units": {channel[0]: channel[1] for channel in CHANNELS},
            "start": "2026-11-23T09:51:00Z",
            "step_s": 1.0,
            "warnings": ["Column bearing_vibration: 3 values of -999 were read as missing."],
        },
        "forecast": _forecast(names, origin),
        "preview": {
            "kind": "series",
            "times": times,
            "values": {
                CHANNELS[at][0]: [reading(at, origin + time) for time in times] for at in names
            },
        },
    }
    return PredictDocument.model_validate(answer)


def _map(step: float, size: int) -> list[float]:
    def cell(row: int, column: int) -> float:
        x, y = column / size - 0.5, row / size - 0.5
        spread = 0.02 * (1 + 0.15 * step)
        return 293.0 + 40.0 * math.exp(-(x * x + y * y) / spread) / (1 + 0.15 * step)

    return [cell(row, column) for row in range(size) for column in range(size)]


def _replayed(lead: float, size: int) -> dict[str, object]:
    """Return a past frame that was forecast a little too hot; its interval not yet known."""
    truth = _map(lead / 60 - 1, size)
    error = [0.003 * lead * math.sin(0.4 * at) for at in range(size * size)]
    mean = [a + b for a, b in zip(truth, error, strict=True)]
    early = [None] * (size * size) if lead > 300 else [0.2 + lead / 300] * (size * size)
    return {"lead_s": lead, "truth": truth, "mean": mean, "error": error, "half_width": early}


_LAW = {
    "variables": ["temperature"],
    "found": True,
    "words": "∂temperature/∂t is the sum of diffusion of temperature.",
    "latex": r"\partial_t temperature = (1.2990(12)e-5)\,\nabla^2 temperature",
    "terms": [
        {
            "channel": "temperature", "name": "∇²temperature", "latex": r"\nabla^2 temperature",
            "about": "diffusion of temperature", "coefficient": 1.299e-5,
            "standard_error": 1.2e-8, "unit": "m² s⁻¹",
        },
        {
            "channel": "temperature", "name": "temperature", "latex": "temperature",
            "about": "reaction temperature", "coefficient": -2.1e-3,
            "standard_error": 4e-6, "unit": "s⁻¹",
        },
    ],
    "misfit": 3.1e-6,
    "frames": 4,
    "reason": "",
}  # fmt: skip
_NO_LAW = {
    "variables": ["velocity_x"],
    "found": False,
    "words": "",
    "latex": "",
    "terms": [],
    "misfit": 0.42,
    "frames": 4,
    "reason": "The best combination of terms leaves 4.2e-01 of the changes between frames.",
}

_NEAREST = {
    "variables": ["velocity_y"],
    "found": False,
    "words": "∂velocity_y/∂t is the sum of transport of velocity_y along x: ….",
    "latex": r"\partial_t velocity\_y = -0.41(2)\,\partial_x velocity\_y",
    "terms": [
        {
            "channel": "velocity_y", "name": "∂x velocity_y", "latex": r"\partial_x velocity\_y",
            "about": "transport of velocity_y along x", "coefficient": -0.41,
            "standard_error": 0.01, "unit": "m s⁻¹",
        },
    ],
    "misfit": 0.061,
    "frames": 4,
    "reason": "The best combination of terms, 1 for one channel, leaves 6.1e-02 of the changes "
    "between frames, more than the 1e-03 that it may leave.",
}  # fmt: skip


def field(key: str = "field") -> PredictDocument:
    """Return the answer to a field file: a hot spot that spreads."""
    size, leads = 48, [60.0 * step for step in range(1, 9)]
    answer = _common(key, failing=False)
    forecast = _forecast([4], 300.0) | {
        "lead_times": leads,
        "variables": ["temperature"],
        "units": {"temperature": "K"},
    }
    flat = {"mean": [301.2] * 8, "persistence": [301.2] * 8, "seasonal_naive": None}
    flat |= {"lower": [300.4] * 8, "upper": [302.0] * 8}
    flat |= {"inner_lower": [300.9] * 8, "inner_upper": [301.5] * 8}
    forecast["values"] = {"temperature": flat}
    forecast["calibration"] = {
        "method": "aggregated adaptive conformal", "scores": [40] * 8, "coverage": [0.91] * 8,
    }  # fmt: skip
    frames = [
        {
            "lead_s": lead,
            "mean": _map(lead / 60, size),
            "half_width": [0.2 + 0.004 * (value - 293.0) * lead / 60 for value in _map(0, size)],
        }
        for lead in leads
    ]
    forecast["laws"] = [_LAW, _NO_LAW, _NEAREST]
    answer |= {
        "input": {
            "kind": "field",
            "name": "plate.nc",
            "sha256": hashlib.sha256(key.encode()).hexdigest(),
            "rows": None,
            "shape": [50, size, size],
            "variables": ["temperature"],
            "units": {"temperature": "K"},
            "start": None,
            "step_s": 60.0,
            "warnings": [],
        },
        "forecast": forecast,
        "preview": {
            "kind": "maps",
            "variable": "temperature",
            "unit": "K",
            "shape": [size, size],
            "observed": _map(0, size),
            "frames": frames,
            "replay": {"origin_s": -480.0, "frames": [_replayed(lead, size) for lead in leads]},
        },
    }
    return PredictDocument.model_validate(answer)
