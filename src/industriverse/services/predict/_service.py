"""Predict: seven stages under one context, one trace, one bill and one proof."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from industriverse.engines import economy
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ConflictError
from industriverse.kernel.ids import uuid7
from industriverse.kernel.observations import Observation
from industriverse.kernel.ports import Job, Run
from industriverse.kernel.results import Quote
from industriverse.kernel.signals import Signals
from industriverse.services.documents import PredictDocument

from . import _stages
from ._case import Case, PredictRequest, Progress, silent
from ._document import publish
from ._tools import Tools

Stage = Callable[[Case, Tools], Case]

STAGES: tuple[tuple[str, Stage], ...] = (
    ("annotate", _stages.annotate),
    ("embed", _stages.embed_and_search),
    ("regime", _stages.name_regime),
    ("forecast", _stages.forecast),
    ("calibrate", _stages.calibrate),
    ("prove", _stages.prove),
    ("bill", _stages.bill),
)
"""The pipeline, on one screen."""

_CORE_SECONDS = 20.0
"""Core-seconds that any prediction may take: a cold start compiles for several of them."""

_CORE_SECONDS_OF_A_FIELD = 100.0
"""Core-seconds that seeking laws and trying forecasters of whole frames may add."""

_CORE_SECONDS_A_VALUE = 4e-6
"""Core-seconds that each number of the input may add."""


@dataclass(frozen=True, slots=True)
class Predict:
    """Runs the pipeline for one request after another; safe to share between threads."""

    tools: Tools

    def run(
        self, request: PredictRequest, context: Context, progress: Progress = silent
    ) -> PredictDocument:
        """Answer one request; with a request key, the same request gives the same answer.

        Raises:
            InputError: The data cannot be forecast.
            ContractError: The declared domain does not fit the data.
            InsufficientFundsError: The wallet cannot hold what it may cost.
            ConflictError: The request key was used for another request.
        """
        if request.request_key:
            known = self.tools.runs.find(request.request_key, tenant=context.tenant)
            if known is not None:
                return _same_answer(known, request)
        # Metering starts before the hold, so that the hold's own work is paid for as well.
        measurement = self.tools.meter.start()
        job = self.tools.billing.open(context, self._quote(request.read.observation))
        case = Case(request, context, job, measurement)
        try:
            case = self._through_stages(case, progress)
        except BaseException:
            self._give_up(job)
            raise
        return self._keep(case)

    def prune(self, name: str, *, tenant: str = "local", keep: int) -> int:
        """Forget a source's oldest runs; their proofs stay in the log."""
        return self.tools.runs.prune(name, tenant=tenant, keep=keep)

    def _quote(self, observation: Observation) -> Quote:
        """Return a bound: what a cold start and every number may take."""
        whole = 0.0 if isinstance(observation, Signals) else _CORE_SECONDS_OF_A_FIELD
        core_s = _CORE_SECONDS + whole + _CORE_SECONDS_A_VALUE * _numbers(observation)
        joules = self.tools.watts * core_s
        unix_ms = int(self.tools.clock.now().timestamp() * 1000)
        return economy.quote(uuid7(unix_ms), joules)

    def _through_stages(self, case: Case, progress: Progress) -> Case:
        began = time.perf_counter()
        for number, (name, stage) in enumerate(STAGES):
            progress(name, number / len(STAGES))
            started = time.perf_counter()
            case = stage(case, self.tools)
            took = {name: 1e3 * (time.perf_counter() - started)}
            case = replace(case, timing_ms={**case.timing_ms, **took})
        progress("done", 1.0)
        total = {"total": 1e3 * (time.perf_counter() - began)}
        return replace(case, timing_ms={**case.timing_ms, **total})

    def _give_up(self, job: Job) -> None:
        """Give the hold back, unless the proof is logged already: then `recover` charges it."""
        self.tools.billing.put_right(job, self.tools.prove.has)

    def _keep(self, case: Case) -> PredictDocument:
        """Write the run down; only then is the answer acknowledged."""
        now = self.tools.clock.now()
        document = publish(case, now)
        saved = self.tools.runs.save(
            Run(
                trace_id=case.context.trace_id,
                created=now,
                tenant=case.context.tenant,
                name=case.request.name,
                kind=document.input.kind,
                domain=document.annotation.domain,
                regime=document.regime.label,
                passed=document.proof.passed,
                abstained=document.abstained,
                proof_id=document.proof.id,
                document=document.model_dump_json().encode(),
                files=tuple(case.files.items()),
                embedding=case.embedding,
                request_key=case.request.request_key,
                request_sha256=case.request.request_sha256,
            )
        )
        self.tools.known.remember(saved)
        return document


def _numbers(observation: Observation) -> int:
    """Return how many readings an observation holds."""
    if isinstance(observation, Signals):
        return observation.values.size
    return sum(array.size for array in observation.variables.values())


def _same_answer(known: Run, request: PredictRequest) -> PredictDocument:
    if known.request_sha256 != request.request_sha256:
        raise ConflictError(
            f"The idempotency key {request.request_key!r} was used for another request.",
            hint="Use a new key for a new request.",
        )
    return PredictDocument.model_validate_json(known.document)
