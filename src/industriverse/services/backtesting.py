"""A user's file scored on its own past, as one document."""

import math
from collections.abc import Mapping

import numpy as np

from industriverse.kernel.observations import to_panel
from industriverse.kernel.ports import ReadResult

from .backtest import BacktestReport, LeadScore, run_backtest
from .documents import BacktestDocument, BacktestRow
from .predict import input_document, reported_only


def backtest_file(
    read: ReadResult, *, name: str, horizon: int | None, origins: int, coverage: float
) -> BacktestDocument:
    """Forecast from rolling origins and score what then happened.

    Raises:
        InputError: The data cannot be forecast.
        ContractError: They are too short to backtest.
    """
    observed = reported_only(read.observation, read.reported)
    panel = to_panel(observed)
    report = run_backtest(
        panel.values,
        names=panel.names,
        widths=panel.widths,
        horizon=horizon,
        origins=origins,
        coverage=coverage,
        step_s=observed.step_s if observed.absolute else None,
    )
    return BacktestDocument(
        input=input_document(read, name),
        horizon=report.horizon,
        origins=len(report.origins),
        coverage_target=report.coverage_target,
        coverage=_coverage(report),
        skill=_finite(report.skill),
        weights=_finite(report.weights),
        rows=[_row(row, observed.step_s) for row in report.rows],
        notes=list(report.notes),
    )


def _coverage(report: BacktestReport) -> float:
    shares = np.array([row.coverage for row in report.rows])
    return float(np.average(shares, weights=[row.scores for row in report.rows]))


def _row(row: LeadScore, step_s: float) -> BacktestRow:
    return BacktestRow(
        variable=row.variable,
        lead_s=row.lead * step_s,
        scores=row.scores,
        coverage=row.coverage,
        inner_coverage=row.inner_coverage,
        crps=row.crps,
        interval_score=row.interval_score,
        skill=_finite(row.skill),
    )


def _finite(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in numbers.items() if math.isfinite(value)}
