"""How fast three replicas agree on a 64² forecast, what they survive, how they err together."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from industriverse.engines.consensus import Mode, error_correlation
from industriverse.kernel.context import Context
from industriverse.kernel.errors import UnavailableError
from industriverse.services.ensemble import (
    Ensemble,
    EnsembleForecast,
    EnsembleRequest,
    EnsembleSettings,
    ReplicaSpec,
)

from . import BenchSettings, StartEnsemble
from ._replica_faults import Fault

_SIDE, _LEADS = 64, 4
_NETWORK = "industriverse.bootstrap.replica_works:network"
_PANEL = "industriverse.bootstrap.replica_works:panel"
_FAILING = "industriverse.services.bench._replica_faults:failing"
_WARM = 3
_ROWS, _STATES, _AHEAD = 600, 4, 6
_MEMBERS = ("persistence", "ridge_autoregression", "dynamic_modes")


@dataclass(frozen=True, slots=True)
class Program:
    """What is timed.

    Attributes:
        rounds: Of an ensemble without faults, after warming up.
        faulty_rounds: Of one whose last replica fails in each.
        origins: From which the table is forecast, for the errors.
        delay_s: [s]. The bound of the synchronous mode.
        cases: Mode, and what the last replica does in each round.
    """

    rounds: int = 150
    faulty_rounds: int = 30
    origins: int = 40
    delay_s: float = 0.1
    cases: tuple[tuple[Mode, Fault | None], ...] = (
        ("synchronous", None),
        ("unanimous", None),
        ("synchronous", "crash"),
        ("synchronous", "hang"),
        ("synchronous", "lie"),
        ("unanimous", "crash"),
    )


def run(settings: BenchSettings, program: Program | None = None) -> dict[str, Any]:
    """Time rounds of three networks of seeds of their own, without faults and with one."""
    program = program or Program()
    if settings.start_ensemble is None:
        raise UnavailableError("This benchmark needs processes of its own.")
    specs = _networks(settings)
    rows: list[dict[str, Any]] = []
    for number, (mode, fault) in enumerate(program.cases):
        settings.progress(f"{mode}, {fault or 'no fault'}", number / _parts(program))
        rows.append(_case(settings, settings.start_ensemble, specs, program, (mode, fault)))
    settings.progress("errors", 1 - 1 / _parts(program))
    shared = _shared_errors(settings, settings.start_ensemble, program)
    metrics = {
        f"{row['mode']}_{name}": row[name]
        for row in rows
        if row["fault"] == "none"
        for name in ("commits_a_second", "p50_s", "p99_s")
    }
    metrics |= {"faulty_rounds": sum(row["faulty_rounds"] for row in rows), **shared}
    return {"metrics": metrics, "rows": rows}


def _parts(program: Program) -> int:
    return len(program.cases) + 1


def _networks(settings: BenchSettings) -> list[ReplicaSpec]:
    """Write three networks of the usual size; untrained, since only their time is measured."""
    from industriverse.engines.forecast.network import (  # noqa: PLC0415 (slow to import)
        Channel,
        FluxNet,
        Plan,
        pack,
    )

    plan = Plan((Channel("u"), Channel("v")), ("reaction_diffusion",))
    specs: list[ReplicaSpec] = []
    for number in range(3):
        seed = settings.seed + number
        path = settings.folder / f"network-{number}.safetensors"
        path.write_bytes(pack(FluxNet.untrained(plan, seed), {"seed": seed, "trained": False}))
        specs.append(ReplicaSpec(_NETWORK, {"weights": str(path), "domain": "reaction_diffusion"}))
    return specs


def _case(
    settings: BenchSettings,
    start: StartEnsemble,
    specs: Sequence[ReplicaSpec],
    program: Program,
    case: tuple[Mode, Fault | None],
) -> dict[str, Any]:
    """Run the rounds of one case; the last replica has the fault, after warming up."""
    mode, fault = case
    chosen = list(specs)
    if fault is not None:
        broken = {
            "target": specs[2].target,
            "arguments": dict(specs[2].arguments),
            "fault": fault,
            "after": _WARM,
        }
        chosen[2] = ReplicaSpec(_FAILING, broken)
    random = np.random.default_rng(settings.seed)
    history = random.normal(0, 1, (4, 2, _SIDE, _SIDE))
    how = EnsembleSettings(mode=mode, delay_s=program.delay_s)
    rounds = program.rounds if fault is None else program.faulty_rounds
    with start(chosen, settings.folder / "keys", how) as ensemble:
        for _ in range(_WARM):
            _ask(ensemble, history)
        began = time.perf_counter()
        found = [_ask(ensemble, history + 0.01 * number) for number in range(rounds)]
        seconds = time.perf_counter() - began
        amended = ensemble.amendments(how.delay_s)
    return _row(case, found, seconds, len(amended))


def _ask(ensemble: Ensemble, history: Float[np.ndarray, "..."]) -> EnsembleForecast:
    return ensemble.forecast(EnsembleRequest(history, _LEADS), Context.fresh())


def _row(
    case: tuple[Mode, Fault | None], found: list[EnsembleForecast], seconds: float, amended: int
) -> dict[str, Any]:
    mode, fault = case
    whole = np.array([one.work_s + one.agree_s for one in found])
    statuses = Counter(one.status for one in found)
    committed = statuses["confirmed"] + statuses["unconfirmed"]
    return {
        "mode": mode,
        "fault": fault or "none",
        "rounds": len(found),
        "faulty_rounds": len(found) if fault is not None else 0,
        "confirmed": statuses["confirmed"],
        "unconfirmed": statuses["unconfirmed"],
        "halted": statuses["halted"],
        "amended": amended,
        "commits_a_second": committed / seconds,
        "p50_s": float(np.quantile(whole, 0.5)),
        "p99_s": float(np.quantile(whole, 0.99)),
        "work_p50_s": float(np.median([one.work_s for one in found])),
        "agree_p50_s": float(np.median([one.agree_s for one in found])),
        "trust_of_last": found[-1].trust.get(2),
    }


def _shared_errors(
    settings: BenchSettings, start: StartEnsemble, program: Program
) -> dict[str, float]:
    """Measure how three unlike members err together on a noisy oscillation, and the median's gain.

    Copies of one member would err together entirely (correlation 1) and gain nothing.
    """
    table = _oscillation(settings.seed)
    specs = [ReplicaSpec(_PANEL, {"member": name}) for name in _MEMBERS]
    forecasts: list[Float[np.ndarray, "replica lead state"]] = []
    truths: list[Float[np.ndarray, "lead state"]] = []
    how = EnsembleSettings(mode="synchronous", delay_s=program.delay_s)
    with start(specs, settings.folder / "keys", how) as ensemble:
        for number in range(program.origins):
            end = _ROWS // 2 + number * (_ROWS // 2 - _AHEAD) // program.origins
            found = ensemble.forecast(EnsembleRequest(table[:end], _AHEAD), Context.fresh())
            if len(found.forecasts) == len(_MEMBERS):
                forecasts.append(np.stack([found.forecasts[n] for n in range(3)]))
                truths.append(table[end : end + _AHEAD])
    if not forecasts:
        raise UnavailableError("No round had the forecasts of all three members.")
    each, truth = np.concatenate(forecasts, axis=1), np.concatenate(truths)
    together = error_correlation(each, truth)[np.triu_indices(3, 1)]
    sizes = np.sqrt(np.mean((each - truth) ** 2, axis=(1, 2)))
    median = float(np.sqrt(np.mean((np.median(each, axis=0) - truth) ** 2)))
    return {
        "members_error_correlation": float(together.mean()),
        "members_median_rmse_over_best": median / float(sizes.min()),
        "members_median_rmse_over_worst": median / float(sizes.max()),
        "members_rounds": len(forecasts),
    }


def _oscillation(seed: int) -> Float[np.ndarray, "time state"]:
    random = np.random.default_rng(seed)
    time_s, phase = np.arange(_ROWS)[:, None], np.arange(_STATES)
    return np.sin(time_s / (5 + phase)) + random.normal(0, 0.2, (_ROWS, _STATES))
