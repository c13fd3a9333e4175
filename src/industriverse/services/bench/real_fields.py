"""Measured and modelled fields forecast as they come: anomalies beside the forecasts to beat."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast import find_season
from industriverse.services.forecasting.past import BLEND, Plan, Trial, TrialSettings, attempt

from . import BenchSettings
from ._sets import DAY_S, HOUR_S, MONTH_S, ReferenceSet, read_set

Table = Float[np.ndarray, "time state"]
Row = dict[str, Any]

_YEAR_S = 365.25 * DAY_S
LEADS = np.array([1, 6])
_TEST_SHARE = 0.3
_STRETCHES = 8
_SEASON_COLUMNS = 24
_FEWEST = 12
"""Forecasts of a lead in the test part, below which it is not scored."""
_DOUBTS = 2.0
"""Standard errors by which a forecast must beat climatology to have skill."""


@dataclass(frozen=True, slots=True)
class FieldSet:
    """A field, and the length of its cycle.

    Attributes:
        reference: Where it lies.
        period: Samples a cycle; 1 for none.
    """

    reference: ReferenceSet
    period: int = 1


SETS = (
    FieldSet(ReferenceSet("era5_uk_t2m", "era5_uk_t2m/era5_t2m_uk.nc", HOUR_S), 24),
    FieldSet(ReferenceSet("ostia_sst", "ostia_sst/ostia_monthly.nc", MONTH_S), 12),
    FieldSet(
        ReferenceSet(
            "ccsm_tas",
            "ccsm_tas_ensemble/TREFHT.B06.57.atm.1890-1999ANN.nc",
            _YEAR_S,
            ("TREFHT",),
        )
    ),
    FieldSet(
        ReferenceSet("climate_na", "climate_na/A1B_north_america.nc", _YEAR_S, ("air_temperature",))
    ),
    FieldSet(ReferenceSet("z500_winters", "eof_examples/hgt_djf.nc", _YEAR_S, ("z",))),
    FieldSet(ReferenceSet("sst_winters", "eof_examples/sst_ndjfm_anom.nc", _YEAR_S, ("sst",))),
)


def run(settings: BenchSettings) -> dict[str, Any]:
    """Score the blend on the last 30 % of every field, one and six steps ahead.

    Anomalies are departures from the mean of their phase of the cycle before that part; variance
    is over time at each cell, so that a map's own pattern earns nothing. Rivals are persistence,
    climatology with the last anomaly, with a fading one, and dynamic modes.
    """
    rows: list[Row] = []
    for number, one in enumerate(SETS):
        settings.progress(one.reference.name, number / len(SETS))
        rows += scored(one, read_set(one.reference, settings.data))
    hourly = [row for row in rows if row["set"] == "era5_uk_t2m"]
    others = [row for row in rows if row["set"] != "era5_uk_t2m"]
    return {
        "metrics": {f"era5_skill_{row['lead']}": row["skill"] for row in hourly},
        "ratios": {
            **{f"era5_over_best_rival_{row['lead']}": row["over_best"] for row in hourly},
            "others_worst_over_best_rival": max(row["over_best"] for row in others),
        },
        "rows": rows,
    }


def scored(one: FieldSet, values: Table) -> list[Row]:
    """Return a row for each lead that the field is long enough for."""
    start = len(values) - int(_TEST_SHARE * len(values))
    normal = _climatology(values[:start], one.period)
    past = _forecasts(values, start, one.reference.step_s)
    origins = past.rolled.plan.origins
    tested = origins >= start - 1
    rows: list[Row] = []
    for place, lead in enumerate(LEADS):
        targets = origins[tested] + lead
        known = targets < len(values)
        if known.sum() < _FEWEST:
            continue
        truth = values[targets[known]]
        standing = origins[tested][known]
        forecasts = _rivals(values, standing, int(lead), start, normal)
        forecasts |= {
            name: past.rolled.centres(name)[tested][known][:, place]
            for name in (BLEND, "persistence", "dynamic_modes")
        }
        rows.append(_row(one, int(lead), truth, normal[targets[known] % one.period], forecasts))
    return rows


def _forecasts(values: Table, start: int, step_s: float) -> Trial:
    """Return every member's forecasts and the blend's, learning only from what had come in."""
    columns = np.unique(np.linspace(0, values.shape[1] - 1, _SEASON_COLUMNS).astype(int))
    season = find_season(values[:start, columns], step_s)
    taught = max(4, int(0.4 * start))
    origins = np.arange(start - 1 - taught, len(values) - 1)
    stretch = max(1, (len(origins) - taught) // _STRETCHES)
    plan = Plan(origins, LEADS, (0, *range(taught, len(origins), stretch)), 1)
    return attempt(values, plan, season, 1, TrialSettings(max(2, taught // 2), dressed=()))


def _climatology(before: Table, period: int) -> Float[np.ndarray, "phase state"]:
    phases = np.arange(len(before)) % period
    return np.stack([before[phases == phase].mean(axis=0) for phase in range(period)])


def _rivals(
    values: Table,
    standing: np.ndarray,
    lead: int,
    start: int,
    normal: Float[np.ndarray, "phase state"],
) -> dict[str, Float[np.ndarray, "origin state"]]:
    """Return climatology with the last anomaly, whole and fading as it did before the test."""
    period = len(normal)
    anomaly = values - normal[np.arange(len(values)) % period]
    earlier, later = anomaly[: start - lead], anomaly[lead:start]
    kept = float((earlier * later).sum() / max(float((earlier**2).sum()), 1e-300))
    ahead, last = normal[(standing + lead) % period], anomaly[standing]
    return {"last_anomaly": ahead + last, "damped_anomaly": ahead + kept * last}


def _row(
    one: FieldSet,
    lead: int,
    truth: Float[np.ndarray, "origin state"],
    normal: Float[np.ndarray, "origin state"],
    forecasts: dict[str, Float[np.ndarray, "origin state"]],
) -> Row:
    errors = {name: ((path - truth) ** 2).mean(axis=1) for name, path in forecasts.items()}
    usual = ((normal - truth) ** 2).mean(axis=1)
    rivals = {name: float(e.mean()) for name, e in errors.items() if name != BLEND}
    best = min(rivals, key=lambda name: rivals[name])
    ours = float(errors[BLEND].mean())
    return {
        "set": one.reference.name,
        "lead": lead,
        "forecasts": len(truth),
        "skill": 1 - ours / float(usual.mean()),
        "verdict": "skill" if _beats(errors[BLEND], usual, lead) else "no skill",
        **{f"skill_{name}": 1 - size / float(usual.mean()) for name, size in rivals.items()},
        "best_rival": best,
        "over_best": float(np.sqrt(ours / rivals[best])),
    }


def _beats(
    ours: Float[np.ndarray, "origin"], usual: Float[np.ndarray, "origin"], lead: int
) -> bool:
    """Whether the loss against climatology is below zero beyond doubt, neighbours not counted."""
    gain = usual - ours
    centred = gain - gain.mean()
    most = min(lead, len(gain) - 1)
    shared = [float((centred[k:] * centred[: len(gain) - k]).mean()) for k in range(most + 1)]
    variance = max(shared[0] + 2 * sum(shared[1:]), shared[0]) / len(gain)
    return bool(gain.mean() > _DOUBTS * np.sqrt(variance))
