"""From a finished case to its published document."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
from jaxtyping import Float

from industriverse.kernel.observations import Observation
from industriverse.kernel.ports import ReadResult
from industriverse.kernel.proofs import Check
from industriverse.kernel.results import Annotation, Forecast, LawFinding, Receipt, Regime, Replay
from industriverse.kernel.signals import Signals
from industriverse.services.documents import (
    AnnotationDocument,
    CalibrationDocument,
    CheckDocument,
    ForecastDocument,
    InputDocument,
    LawDocument,
    LawTermDocument,
    MapFrame,
    MapPreview,
    MapReplay,
    NeighbourDocument,
    PredictDocument,
    ProofDocument,
    ReceiptDocument,
    RegimeDocument,
    ReplayFrame,
    Series,
    SeriesDocument,
    SeriesPreview,
)

from ._case import Case, present

_PREVIEW_CELLS = 64
_PREVIEW_SAMPLES = 400


def _finite(values: Float[np.ndarray, "..."]) -> Series:
    return [float(v) if math.isfinite(v) else None for v in np.asarray(values, np.float64).ravel()]


def _over_space(values: Float[np.ndarray, "lead *space"]) -> Float[np.ndarray, "lead"]:
    """Average a variable over its valid cells; telemetry passes through."""
    flat = np.asarray(values, np.float64).reshape(len(values), -1)
    return flat[:, 0] if flat.shape[1] == 1 else np.nanmean(flat, axis=1)


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def input_document(read: ReadResult, name: str, warnings: Sequence[str] = ()) -> InputDocument:
    """Return what was read, as it is published."""
    observed = read.observation
    is_signals = isinstance(observed, Signals)
    return InputDocument(
        kind="signals" if is_signals else "field",
        name=name,
        sha256=read.sha256,
        rows=read.rows_or_shape[0] if is_signals else None,
        shape=list(read.rows_or_shape),
        variables=list(read.reported),
        units={name: observed.units.get(name, "") for name in read.reported},
        start=_rfc3339(observed.start_s) if observed.absolute else None,
        step_s=observed.step_s,
        warnings=[*read.warnings, *warnings],
    )


def regime_document(regime: Regime) -> RegimeDocument:
    """Return a regime as it is published."""
    return RegimeDocument(
        label=regime.label,
        confirmed=regime.confirmed,
        probabilities=dict(regime.probabilities),
        features={k: v for k, v in regime.features.items() if math.isfinite(v)},
        evidence=regime.evidence,
    )


def _annotation(annotation: Annotation) -> AnnotationDocument:
    energy, entropy = annotation.energy, annotation.entropy
    before = -2 if len(energy) > 1 else -1
    cells = annotation.maps[-1].grid.cells
    return AnnotationDocument(
        domain=annotation.domain,
        domain_confidence=annotation.domain_confidence,
        unit=annotation.unit,
        energy=float(energy[-1]),
        delta_energy=float(energy[-1] - energy[before]),
        entropy=float(entropy[-1]),
        normalised_entropy=float(entropy[-1] / math.log(cells)) if cells > 1 else 0.0,
        delta_entropy=float(entropy[-1] - entropy[before]),
        temperature=float(annotation.temperature[-1]),
        gamma_distance=annotation.gamma_distance,
    )


def _series(forecast: Forecast, name: str) -> SeriesDocument:
    persistence = forecast.baselines["persistence"][name]
    seasonal = forecast.baselines.get("seasonal_naive", {}).get(name)
    return SeriesDocument(
        mean=_finite(_over_space(forecast.mean[name])),
        lower=_finite(_over_space(forecast.lower[name])),
        upper=_finite(_over_space(forecast.upper[name])),
        inner_lower=_finite(_over_space(forecast.inner_lower[name])),
        inner_upper=_finite(_over_space(forecast.inner_upper[name])),
        persistence=_finite(_over_space(persistence)),
        seasonal_naive=None if seasonal is None else _finite(_over_space(seasonal)),
    )


def _law(law: LawFinding) -> LawDocument:
    return LawDocument(
        variables=list(law.variables),
        found=law.found,
        words=law.words,
        latex=law.latex,
        terms=[LawTermDocument.model_validate(asdict(term)) for term in law.terms],
        misfit=law.misfit if math.isfinite(law.misfit) else None,
        frames=law.frames,
        reason=law.reason,
    )


def _forecast(forecast: Forecast) -> ForecastDocument:
    calibration = forecast.calibration
    return ForecastDocument(
        lead_times=[float(lead) for lead in forecast.lead_s],
        variables=list(forecast.mean),
        units=dict(forecast.units),
        model=forecast.model,
        weights=dict(forecast.weights),
        coverage_target=calibration.target,
        baselines=list(forecast.baselines),
        skill={name: skill for name, skill in forecast.skill.items() if math.isfinite(skill)},
        calibration=CalibrationDocument(
            method=calibration.method,
            scores=list(calibration.scores),
            coverage=_finite(np.asarray(calibration.coverage)),
        ),
        laws=[_law(law) for law in forecast.laws],
        values={name: _series(forecast, name) for name in forecast.mean},
        paths={},
    )


def block_average(
    field: Float[np.ndarray, "y x"], most: int = _PREVIEW_CELLS
) -> Float[np.ndarray, "rows columns"]:
    """Shrink a map to at most `most` cells a side by averaging blocks; NaN cells are left out."""
    edges = [np.linspace(0, side, min(side, most) + 1).astype(int)[:-1] for side in field.shape]
    sums, counts = np.nan_to_num(field), np.isfinite(field).astype(np.float64)
    for axis, starts in enumerate(edges):
        sums = np.add.reduceat(sums, starts, axis=axis)
        counts = np.add.reduceat(counts, starts, axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums / counts


def _as_map(field: Float[np.ndarray, "*space"]) -> Float[np.ndarray, "y x"]:
    """Show a 1-D field as one row and a 3-D one by its middle slice."""
    shown = np.asarray(field, np.float64)
    while shown.ndim > 2:  # noqa: PLR2004 (a picture has two axes)
        shown = shown[shown.shape[0] // 2]
    return np.atleast_2d(shown)


def _preview(observed: Observation, forecast: Forecast) -> SeriesPreview | MapPreview:
    if isinstance(observed, Signals):
        kept = min(len(observed.values), max(_PREVIEW_SAMPLES, 4 * len(forecast.lead_s)))
        return SeriesPreview(
            times=[float(observed.step_s * i) for i in range(1 - kept, 1)],
            values={
                name: _finite(observed.values[-kept:, observed.names.index(name)])
                for name in forecast.mean
            },
        )
    name = next(iter(forecast.mean))
    last = block_average(_as_map(observed.variables[name][-1]))
    half = (forecast.upper[name] - forecast.lower[name]) / 2
    return MapPreview(
        variable=name,
        unit=forecast.units.get(name, ""),
        shape=(last.shape[0], last.shape[1]),
        observed=_shown(observed.variables[name][-1]),
        frames=[
            MapFrame(
                lead_s=float(lead),
                mean=_shown(forecast.mean[name][i]),
                half_width=_shown(half[i]),
            )
            for i, lead in enumerate(forecast.lead_s)
        ],
        replay=_replay(forecast.replay, name, forecast.lead_s) if forecast.replay else None,
    )


def _replay(replay: Replay, name: str, leads: Float[np.ndarray, "lead"]) -> MapReplay:
    truth, mean = replay.truth[name], replay.mean[name]
    half = (replay.upper[name] - replay.lower[name]) / 2
    return MapReplay(
        origin_s=replay.origin_s,
        frames=[
            ReplayFrame(
                lead_s=float(lead),
                truth=_shown(truth[i]),
                mean=_shown(mean[i]),
                error=_shown(mean[i] - truth[i]),
                half_width=_shown(half[i]),
            )
            for i, lead in enumerate(leads)
        ],
    )


def _shown(field: Float[np.ndarray, "*space"]) -> Series:
    """Return a field as a picture takes it: few cells, six digits."""
    return _finite(rounded(block_average(_as_map(field))))


def rounded(values: Float[np.ndarray, "*shape"], digits: int = 6) -> Float[np.ndarray, "*shape"]:
    """Round to significant digits: a picture's numbers are many.

    Examples:
        >>> rounded(np.array([1.23456789e-9, -98765.4321, 0.0])).tolist()
        [1.23457e-09, -98765.4, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** np.where(np.isfinite(size), digits - 1 - size, 0.0)
    return np.round(values * scale) / scale


def _check(check: Check) -> CheckDocument:
    return CheckDocument(
        name=check.name,
        verdict=check.verdict,
        value=check.value,
        threshold=check.threshold,
        margin=check.margin,
        note=check.note,
    )


def _proof(case: Case) -> ProofDocument:
    proof, law = present(case.proof, "prove"), present(case.law, "annotate")
    return ProofDocument(
        id=proof.id,
        stage=proof.stage,
        passed=proof.passed,
        copied=proof.copy,
        mintable=proof.mintable,
        domain=law.domain,
        balance=law.balance,
        entropy_law=law.entropy,
        checks=[_check(check) for check in proof.checks],
    )


def _receipt(receipt: Receipt) -> ReceiptDocument:
    return ReceiptDocument(
        id=receipt.id,
        ceu=receipt.micro_ceu / 1e6,
        micro_ceu=receipt.micro_ceu,
        held_micro_ceu=receipt.held_micro_ceu,
        joules=receipt.metering.joules,
        joules_uncertainty=receipt.metering.uncertainty,
        multiplier=receipt.multiplier,
        method=receipt.metering.method,
    )


def publish(case: Case, created: datetime) -> PredictDocument:
    """Return the document of a case that went through every stage."""
    forecast = present(case.forecast, "forecast")
    regime = present(case.regime, "regime")
    return PredictDocument(
        trace_id=case.context.trace_id,
        created=created.isoformat(timespec="milliseconds"),
        abstained=forecast.abstained,
        reason=forecast.reason,
        input=input_document(case.request.read, case.request.name, case.warnings),
        annotation=_annotation(present(case.annotation, "annotate")),
        neighbours=[
            NeighbourDocument(id=n.id, similarity=n.similarity, title=n.title, domain=n.domain)
            for n in case.neighbours
        ],
        regime=regime_document(regime),
        forecast=_forecast(forecast),
        preview=_preview(case.request.read.observation, forecast),
        proof=_proof(case),
        receipt=_receipt(present(case.receipt, "bill")),
        timing_ms=dict(case.timing_ms),
    )
