"""The seven stages: functions from case to case."""

from dataclasses import replace

import numpy as np

from industriverse.engines import economy, proofs
from industriverse.engines.signals import annotate_fields, annotate_signals
from industriverse.engines.vectors import embed
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.observations import Observation, scatter, to_panel
from industriverse.kernel.results import Annotation, Calibration, Forecast, Regime, Replay
from industriverse.kernel.signals import Signals
from industriverse.services.forecasting import (
    FieldView,
    PanelForecast,
    PanelReplay,
    forecast_observation,
)
from industriverse.services.magnitudes import refuse_extremes

from ._case import Case, present
from ._laws import Chosen, choose, judge, needed, reported_part, reported_signals
from ._regime import regime_of
from ._tools import Tools

_ABSTAINING = "persistence"


def annotate(case: Case, tools: Tools) -> Case:
    """Read the energy of the recent past, by the domain's formula."""
    observed = case.request.read.observation
    if isinstance(observed, Signals):
        observed = reported_signals(observed, case.request.read.reported)
    refuse_extremes(observed)
    chosen = choose(observed, tools.domains(), case.request.domain)
    if isinstance(observed, Trajectory):
        annotation = _annotate_field(observed, chosen)
    else:
        annotation = annotate_signals(observed)
    return replace(case, annotation=annotation, law=chosen.adapter.law)


def _annotate_field(observed: Trajectory, chosen: Chosen) -> Annotation:
    energy, unit, reference = chosen.adapter.energy(observed)
    return annotate_fields(
        energy,
        unit=unit,
        grid=observed.grid,
        domain=chosen.adapter.law.domain,
        reference=reference,
        times=observed.times,
        confidence=chosen.confidence,
    )


def embed_and_search(case: Case, tools: Tools) -> Case:
    """Turn the present map into a vector and find known states near it."""
    newest = present(case.annotation, "annotate").maps[-1]
    vector = embed(newest.density, newest.grid)
    case = replace(case, embedding=vector.astype("<f4").tobytes())
    near = tools.known.near(vector, tenant=case.context.tenant)
    if near is None:
        return replace(case, warnings=(*case.warnings, "Known states are held by the server."))
    return replace(case, neighbours=near)


def name_regime(case: Case, tools: Tools) -> Case:
    """Name the operating regime of the recent past."""
    read = case.request.read
    regime = regime_of(read.observation, read.reported, tools.regime_model(), case.annotation)
    return replace(case, regime=regime)


def forecast(case: Case, tools: Tools) -> Case:
    """Forecast every reported variable, and those that the domain's laws need, with intervals."""
    observed = needed(case)
    panel = to_panel(observed)
    view = _field_view(observed)
    made = forecast_observation(
        panel.values,
        names=panel.names,
        widths=panel.widths,
        horizon=case.request.horizon,
        coverage=case.request.coverage,
        step_s=observed.step_s if observed.absolute else None,
        seed=case.request.seed,
        field=view,
        seek_law=case.request.law,
        network=view and tools.network(present(case.law, "annotate").domain),
    )
    return replace(
        case,
        forecast=_as_forecast(made, observed),
        warnings=(*case.warnings, *made.notes),
    )


def _field_view(observed: Observation) -> FieldView | None:
    """Return how the panel's rows are frames, where every cell has data."""
    if isinstance(observed, Signals) or observed.valid is not None:
        return None
    return FieldView(observed.grid, observed.step_s)


def _as_forecast(made: PanelForecast, observed: Observation) -> Forecast:
    leads = observed.step_s * np.arange(1, len(made.mean) + 1, dtype=np.float64)
    return Forecast(
        lead_s=leads,
        mean=scatter(made.mean, observed),
        variance=scatter(made.variance, observed),
        lower=scatter(made.lower, observed),
        upper=scatter(made.upper, observed),
        inner_lower=scatter(made.inner_lower, observed),
        inner_upper=scatter(made.inner_upper, observed),
        units={name: observed.units.get(name, "") for name in observed.names},
        model="blend",
        weights=dict(made.weights),
        baselines={name: scatter(path, observed) for name, path in made.baselines.items()},
        calibration=Calibration(made.method, made.coverage_target, made.scores, made.coverage),
        skill=dict(made.skill),
        abstained=not made.reliable,
        reason="" if made.reliable else made.reason,
        laws=made.laws,
        replay=None if made.replay is None else _as_replay(made.replay, observed),
    )


def _as_replay(made: PanelReplay, observed: Observation) -> Replay:
    return Replay(
        origin_s=(made.row + 1) * observed.step_s,
        mean=scatter(made.mean, observed),
        truth=scatter(made.truth, observed),
        lower=scatter(made.lower, observed),
        upper=scatter(made.upper, observed),
    )


def calibrate(case: Case, tools: Tools) -> Case:
    """Answer or abstain: an abstained forecast is the baseline's line in the same intervals."""
    del tools
    made = present(case.forecast, "forecast")
    if not made.abstained:
        return case
    line = made.baselines[_ABSTAINING]
    return replace(
        case,
        forecast=replace(
            made,
            mean=line,
            # The interval must hold the line that it is drawn around.
            lower={name: np.minimum(made.lower[name], line[name]) for name in line},
            upper={name: np.maximum(made.upper[name], line[name]) for name in line},
            inner_lower={name: np.minimum(made.inner_lower[name], line[name]) for name in line},
            inner_upper={name: np.maximum(made.inner_upper[name], line[name]) for name in line},
            model=_ABSTAINING,
            weights={_ABSTAINING: 1.0},
        ),
    )


def prove(case: Case, tools: Tools) -> Case:
    """Hold the forecast against the domain's laws, sign the record and log it."""
    made, regime = present(case.forecast, "forecast"), present(case.regime, "regime")
    observed = needed(case)
    checks, copied = judge(case, tools.domains())
    reported = reported_part(made, case.request.read.reported)
    data = tools.exporter.forecast_file(reported, observed)
    digest = tools.blobs.put(data)
    case = replace(case, files={"forecast.nc": digest})
    metering = case.measurement.stop()
    receipt = tools.billing.receipt(case.job, metering, economy.regime_multiplier(regime))
    law = present(case.law, "annotate")
    claim = proofs.Claim(
        subjects={
            proofs.INPUT: case.request.read.sha256,
            proofs.FORECAST: digest,
        },
        domain=law.domain,
        balance=law.balance,
        entropy_law=law.entropy,
        model=made.model,
        model_version=MODEL_VERSION,
        weights=dict(made.weights),
        lead_s=tuple(float(lead) for lead in made.lead_s),
        units=dict(reported.units),
        regime=regime.label,
        regime_confirmed=regime.confirmed,
        regime_probability=_probability(regime),
        joules=metering.joules,
        metering=metering.method,
        copy=copied,
        abstained=made.abstained,
        trace_id=case.context.trace_id,
    )
    record = tools.prove.commit(
        claim,
        checks,
        before_append=lambda proof_id: tools.billing.proven(case.job, proof_id, receipt),
    )
    return replace(case, forecast=reported, checks=checks, proof=record, receipt=receipt)


MODEL_VERSION = "1"
"""Version of the forecast family; changes when its members or their weighing do."""


def _probability(regime: Regime) -> float:
    return min(1.0, max(0.0, regime.probabilities.get(regime.label, 0.0)))


def bill(case: Case, tools: Tools) -> Case:
    """Settle the energy against the hold."""
    tools.billing.settle(case.job, present(case.receipt, "prove"))
    return case
