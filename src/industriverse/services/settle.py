"""Settle a forecast: hold it against what happened, and extend its proof by how it did."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.uncertainty import pinball
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import sha256_array
from industriverse.kernel.proofs import ProofRecord

from .documents import PredictDocument, SeriesDocument
from .prove import Prove

_POINT_BASELINES = ("persistence", "seasonal_naive")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A settlement.

    Attributes:
        proof: The settled record.
        skill: 1 − CRPS/CRPS of persistence.
        coverage: Share of the truth inside the outer interval.
    """

    proof: ProofRecord
    skill: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Settle:
    """Scores telemetry forecasts and settles their proofs."""

    prove: Prove

    def run(
        self, document: PredictDocument, truth: Mapping[str, Float[np.ndarray, "lead"]]
    ) -> Outcome:
        """Settle one prediction.

        Args:
            document: The prediction.
            truth: What was observed at its lead times, by variable; NaN where nothing was.

        Raises:
            ContractError: No reading to hold the forecast against.
        """
        made = document.forecast
        observed = {name: truth[name] for name in made.variables if np.isfinite(truth[name]).any()}
        if not observed:
            raise ContractError("Nothing was observed at the forecast's lead times.")
        skill = _skill(made.values, observed, made.coverage_target)
        coverage = _coverage(made.values, observed)
        proof = self.prove.settle(
            document.proof.id,
            skill,
            coverage,
            self.prove.record(document.proof.id).checks,
            outcome={name: sha256_array(values) for name, values in observed.items()},
        )
        return Outcome(proof, skill["persistence"], coverage)


def _array(series: list[float | None]) -> Float[np.ndarray, "lead"]:
    return np.array([np.nan if value is None else value for value in series], np.float64)


def _crps(
    series: SeriesDocument, truth: Float[np.ndarray, "lead"], target: float
) -> Float[np.ndarray, "lead"]:
    """Return the CRPS by the five published quantiles, each standing for its share of levels."""
    outer, inner = (1 - target) / 2, 0.25
    levels = (outer, inner, 0.5, 1 - inner, 1 - outer)
    quantiles = (
        series.lower,
        series.inner_lower,
        series.mean,
        series.inner_upper,
        series.upper,
    )
    edges = np.array([0.0, (outer + inner) / 2, 0.375, 0.625, 1 - (outer + inner) / 2, 1.0])
    losses = [
        pinball(truth, _array(quantile), level)
        for quantile, level in zip(quantiles, levels, strict=True)
    ]
    return 2 * np.sum(np.diff(edges)[:, None] * np.array(losses), axis=0)


def _skill(
    values: Mapping[str, SeriesDocument],
    truth: Mapping[str, Float[np.ndarray, "lead"]],
    target: float,
) -> dict[str, float]:
    """Return 1 − CRPS/CRPS of each baseline, averaged over variables in units of the baseline.

    A baseline is a single line, so its CRPS is its absolute error.
    """
    skills: dict[str, list[float]] = {}
    for name, observed in truth.items():
        mine = float(np.nanmean(_crps(values[name], observed, target)))
        for baseline in _POINT_BASELINES:
            line: list[float | None] | None = getattr(values[name], baseline)
            if line is None:
                continue
            theirs = float(np.nanmean(np.abs(observed - _array(line))))
            skills.setdefault(baseline, []).append(
                1 - mine / theirs if theirs > 0 else min(0.0, -mine)
            )
    return {name: float(np.mean(each)) for name, each in skills.items()}


def _coverage(
    values: Mapping[str, SeriesDocument], truth: Mapping[str, Float[np.ndarray, "lead"]]
) -> float:
    inside = [
        (observed >= _array(values[name].lower)) & (observed <= _array(values[name].upper))
        for name, observed in truth.items()
    ]
    seen = [np.isfinite(observed) for observed in truth.values()]
    return float(np.concatenate(inside)[np.concatenate(seen)].mean())
