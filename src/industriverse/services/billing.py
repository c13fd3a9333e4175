"""Pays for work: hold before it starts, settle or release when it ends, put right after a crash."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from industriverse.engines import economy
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ConflictError, ContractError, InsufficientFundsError
from industriverse.kernel.ids import uuid7
from industriverse.kernel.ports import Clock, Job, JobStore, LedgerStore, Posting, Transaction
from industriverse.kernel.ports.jobs import JobState
from industriverse.kernel.results import Metering, Quote, Receipt


@dataclass(frozen=True, slots=True)
class Recovery:
    """What `recover` did, by job id."""

    settled: tuple[str, ...]
    released: tuple[str, ...]


class Billing:
    """Carries a job's money from hold to end.

    The order of writes makes every crash repairable: the job is written before its hold, the
    charge (`proven`) before the proof is logged, the end's posting before the job's end. A job
    has one end: settlement and release share the ledger key `bill:<job id>`.
    """

    def __init__(self, ledger: LedgerStore, jobs: JobStore, clock: Clock) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._clock = clock

    def welcome(self, tenant: str, micro_ceu: int) -> Transaction:
        """Grant a new wallet its first CEU, once for ever; never tops it up.

        Returns:
            The grant, or the first one where the wallet was granted before, whatever its amount.
        """
        key = f"grant:{tenant}"
        return self._ledger.find(key) or self._ledger.post(economy.grant(key, tenant, micro_ceu))

    def open(self, context: Context, quote: Quote) -> Job:
        """Hold what a piece of work may cost and return its job.

        Raises:
            RefusedError: The context's energy budget is too small.
            InsufficientFundsError: The tenant's wallet is.
        """
        context.spend(quote.joules)
        unix_ms = int(self._clock.now().timestamp() * 1000)
        detail = {"quote": quote.id, "held_micro_ceu": quote.micro_ceu, "trace": context.trace_id}
        job = Job(uuid7(unix_ms), context.tenant, "held", detail)
        self._jobs.open(job)
        try:
            self._ledger.post(_hold(job))
        except InsufficientFundsError:
            self._jobs.advance(job.id, "released", {"reason": "insufficient funds"})
            raise
        return job

    def receipt(self, job: Job, metering: Metering, multiplier: float) -> Receipt:
        """Return what a job costs: joules times multiplier, never above its hold."""
        held = Quote(str(job.detail["quote"]), _held_micro_ceu(job), 0.0)
        return economy.settle(_end_key(job), held, metering, multiplier)

    def proven(self, job: Job, proof_id: str, receipt: Receipt) -> Job:
        """Write down the proof and its price, before the proof is logged.

        After a crash `recover` then knows which proof to look for and what to charge.
        """
        _require_own(job, receipt)
        charged = {"proof": proof_id, "micro_ceu": receipt.micro_ceu}
        return self._jobs.advance(job.id, "proven", charged)

    def settle(self, job: Job, receipt: Receipt) -> Job:
        """Charge a job and give the rest of its hold back; again with the same receipt: no effect.

        Raises:
            ConflictError: The job was released, settled at another price, or never held.
        """
        _require_own(job, receipt)
        return self._settle(job, receipt.micro_ceu)

    def release(self, job: Job) -> Job:
        """Give the whole hold back; again: no effect.

        Raises:
            ConflictError: The job was settled.
        """
        if self._ledger.find(_hold_key(job)) is not None:
            key, held = _end_key(job), _held_micro_ceu(job)
            self._ledger.post(economy.release(key, job.tenant, held, job.id))
        return self._end(job, "released", {})

    def recover(self, proof_kept: Callable[[str], bool]) -> Recovery:
        """Put every unfinished job right; call it at start, before the first new job.

        Args:
            proof_kept: Says whether the proof with this id is in the log.

        Returns:
            Jobs settled (their proof is in the log, or their charge was already posted) and
            jobs released (all others).
        """
        settled: list[str] = []
        released: list[str] = []
        for job in self._jobs.unfinished():
            ended = self.put_right(job, proof_kept)
            (settled if ended.state == "settled" else released).append(ended.id)
        return Recovery(tuple(settled), tuple(released))

    def put_right(self, job: Job, proof_kept: Callable[[str], bool]) -> Job:
        """End one job that stopped half way: settle it if its proof is logged, else release it."""
        job = self._jobs.get(job.id)
        if (posted := self._ledger.find(_end_key(job))) is not None:
            return self._end(job, "settled" if posted.posting.kind == "settle" else "released", {})
        proof, micro_ceu = job.detail.get("proof"), job.detail.get("micro_ceu")
        if isinstance(proof, str) and isinstance(micro_ceu, int) and proof_kept(proof):
            return self._settle(job, micro_ceu)
        return self.release(job)

    def _settle(self, job: Job, micro_ceu: int) -> Job:
        if self._ledger.find(_hold_key(job)) is None:
            raise ConflictError(f"Job {job.id!r} holds nothing that could pay for it.")
        posting = economy.settlement(
            _end_key(job),
            job.tenant,
            held_micro_ceu=_held_micro_ceu(job),
            micro_ceu=micro_ceu,
            reference=job.id,
        )
        self._ledger.post(posting)
        return self._end(job, "settled", {"micro_ceu": micro_ceu})

    def _end(self, job: Job, state: JobState, detail: Mapping[str, str | int]) -> Job:
        try:
            return self._jobs.advance(job.id, state, detail)
        except ConflictError:
            ended = self._jobs.get(job.id)
            if ended.state != state:
                raise
            return ended  # another call ended it alike


def _hold_key(job: Job) -> str:
    return f"hold:{job.id}"


def _end_key(job: Job) -> str:
    return f"bill:{job.id}"


def _held_micro_ceu(job: Job) -> int:
    micro_ceu = job.detail.get("held_micro_ceu")
    if not isinstance(micro_ceu, int):
        raise ConflictError(f"Job {job.id!r} does not say what it holds.")
    return micro_ceu


def _hold(job: Job) -> Posting:
    return economy.hold(_hold_key(job), job.tenant, _held_micro_ceu(job), job.id)


def _require_own(job: Job, receipt: Receipt) -> None:
    if receipt.id != _end_key(job):
        raise ContractError(
            f"Receipt {receipt.id!r} is not of job {job.id!r}.", hint="Use `Billing.receipt`."
        )
