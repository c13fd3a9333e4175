"""A schema-valid answer of a followed record, for the page's tests."""

from datetime import UTC, datetime, timedelta

from industriverse.services.documents import KeptRegimesDocument
from tests.e2e.documents import CHANNELS, identity, reading

_STEP_S = 300.0
_SAMPLES = 1200
_EDGES = (
    (0, 420, "stable", True, 0.93),
    (420, 470, "transitional", False, 0.58),
    (470, 980, "stable", True, 0.88),
    (980, 990, "phase_change", False, 0.51),
    (990, 1200, "chaotic", False, 0.64),
)
_ODD = ((200, 201), (700, 712))


def _moment(sample: int) -> str:
    at = datetime(2026, 11, 16, tzinfo=UTC) + timedelta(seconds=_STEP_S * sample)
    return at.isoformat(timespec="microseconds")


def _followed_values(channel: int) -> list[float | None]:
    level = [0.0, 2.5, 4.0, 8.0, 7.0]
    swing = CHANNELS[channel][4]
    values: list[float | None] = []
    for at, (start, end, *_) in enumerate(_EDGES):
        values += [reading(channel, 7.0 * s) + level[at] * swing for s in range(start, end)]
    values[200] = (values[200] or 0.0) + 9 * swing
    values[555:560] = [None] * 5
    return values


def regimes(name: str = "pump week 47.csv") -> KeptRegimesDocument:
    """Return a followed record of two channels: five segments, four changes, two anomalies."""
    channels = [CHANNELS[at] for at in (2, 3)]
    changes = [
        {
            "index": start, "time": _moment(start), "score": 1 - 2e-6,
            "detected": start + 9, "detected_time": _moment(start + 9),
            "evidence": "flow: the mean went from 14.2 to 15.9; announced 9 samples later.",
        }
        for start, *_ in _EDGES[1:]
    ]  # fmt: skip
    segments = [
        {
            "start": start, "end": end, "start_time": _moment(start), "end_time": _moment(end - 1),
            "label": label, "confirmed": confirmed, "probability": probability,
        }
        for start, end, label, confirmed, probability in _EDGES
    ]  # fmt: skip
    anomalies = [
        {
            "start": start, "end": end, "start_time": _moment(start), "end_time": _moment(end - 1),
            "score": 0.9999,
        }
        for start, end in _ODD
    ]  # fmt: skip
    began = datetime(2026, 11, 16, tzinfo=UTC).timestamp()
    return KeptRegimesDocument.model_validate(
        {
            "id": f"rgm_{identity(name)}",
            "created": "2026-11-23T10:15:00+00:00",
            "input": {
                "kind": "signals", "name": name, "sha256": identity(name) * 2,
                "rows": _SAMPLES, "shape": [_SAMPLES, 2],
                "variables": [c[0] for c in channels], "units": {c[0]: c[1] for c in channels},
                "start": _moment(0), "step_s": _STEP_S,
                "warnings": ["5 readings of flow are missing."],
            },
            "n": _SAMPLES,
            "false_alarms": 1e-4,
            "change_points": changes,
            "segments": segments,
            "anomalies": anomalies,
            "regime": {
                "label": "chaotic", "confirmed": False,
                "probabilities": {"chaotic": 0.64, "stable": 0.36}, "features": {},
                "evidence": "Moments that look alike are 2.1 times as far apart a step later.",
            },
            "recommended_action": "investigate",
            "risk_level": "high",
            "scores_path": None,
            "scores": None,
            "preview": {
                "samples": list(range(_SAMPLES)),
                "times": [began + _STEP_S * s for s in range(_SAMPLES)],
                "absolute": True,
                "thinned": False,
                "values": {channels[i][0]: _followed_values(i + 2) for i in range(2)},
            },
        }
    )  # fmt: skip
