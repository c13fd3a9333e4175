"""A job's money through every crash: held, then settled once or released once."""

import pytest

from industriverse.engines import economy
from industriverse.kernel.context import Context
from industriverse.kernel.errors import (
    ConflictError,
    ContractError,
    InsufficientFundsError,
    RefusedError,
)
from industriverse.kernel.ports import Job, Posting, Transaction
from industriverse.kernel.results import Metering
from industriverse.services.billing import Billing
from tests.fakes.clock import HandClock
from tests.fakes.jobs import MemoryJobStore
from tests.fakes.ledger import MemoryLedgerStore

GRANT = 100_000_000
METERED = Metering(2.0, 0.1, "a test", 1.0, 1.0)


class Crash(Exception):
    pass


class CrashingLedger(MemoryLedgerStore):
    """Dies before or after the n-th write."""

    def __init__(self):
        super().__init__()
        self.writes_left = -1
        self.after = False

    def post(self, posting: Posting) -> Transaction:
        if not self.after and self.writes_left == 0:
            raise Crash
        written = super().post(posting)
        if self.after and self.writes_left == 0:
            raise Crash
        self.writes_left -= 1
        return written


class CrashingJobs(MemoryJobStore):
    """Dies instead of the n-th change of a job."""

    def __init__(self):
        super().__init__()
        self.changes_left = -1

    def advance(self, job_id, state, detail) -> Job:
        if self.changes_left == 0:
            raise Crash
        self.changes_left -= 1
        return super().advance(job_id, state, detail)


@pytest.fixture
def ledger():
    return CrashingLedger()


@pytest.fixture
def jobs():
    return CrashingJobs()


@pytest.fixture
def billing(ledger, jobs):
    billing = Billing(ledger, jobs, HandClock())
    billing.welcome("local", GRANT)
    return billing


def money(ledger):
    return {
        name: ledger.balance(name, "CEU") for name in ("wallet:local", "held:local", "treasury")
    }


def opened(billing, joules=10.0):
    return billing.open(Context.fresh(), economy.quote("q", joules))


def test_the_first_grant_is_the_only_one(billing, ledger):
    first = billing.welcome("local", GRANT)
    assert billing.welcome("local", 5 * GRANT) == first
    assert ledger.balances("CEU") == {"issuance:CEU": -GRANT, "wallet:local": GRANT}


def test_a_job_is_held_then_settled(billing, ledger, jobs):
    job = opened(billing)
    assert job.state == "held"
    assert money(ledger) == {
        "wallet:local": GRANT - 15_000_000,
        "held:local": 15_000_000,
        "treasury": 0,
    }
    receipt = billing.receipt(job, METERED, 0.8)
    assert (receipt.micro_ceu, receipt.held_micro_ceu) == (1_600_000, 15_000_000)
    billing.proven(job, "prf_1", receipt)
    assert jobs.get(job.id).state == "proven"
    assert billing.settle(job, receipt).state == "settled"
    assert money(ledger) == {
        "wallet:local": GRANT - 1_600_000,
        "held:local": 0,
        "treasury": 1_600_000,
    }
    assert ledger.find(receipt.id).posting.reference == job.id


def test_settling_again_has_no_effect(billing, ledger):
    job = opened(billing)
    receipt = billing.receipt(job, METERED, 1.0)
    billing.settle(job, receipt)
    before = money(ledger)
    assert billing.settle(job, receipt).state == "settled"
    assert money(ledger) == before


def test_a_job_has_one_end(billing, ledger):
    first, second = opened(billing), opened(billing)
    receipt = billing.receipt(first, METERED, 1.0)
    billing.settle(first, receipt)
    with pytest.raises(ConflictError):
        billing.release(first)
    billing.release(second)
    assert billing.release(second).state == "released"
    with pytest.raises(ConflictError):
        billing.settle(second, billing.receipt(second, METERED, 1.0))
    assert money(ledger) == {
        "wallet:local": GRANT - 2_000_000,
        "held:local": 0,
        "treasury": 2_000_000,
    }


def test_another_price_for_a_settled_job_is_a_conflict(billing):
    job = opened(billing)
    billing.settle(job, billing.receipt(job, METERED, 1.0))
    with pytest.raises(ConflictError):
        billing.settle(job, billing.receipt(job, METERED, 1.2))


def test_a_foreign_receipt_is_refused(billing):
    first, second = opened(billing), opened(billing)
    with pytest.raises(ContractError, match="is not of job"):
        billing.settle(first, billing.receipt(second, METERED, 1.0))


def test_free_work_gives_the_whole_hold_back(billing, ledger):
    job = opened(billing)
    billing.settle(job, billing.receipt(job, Metering(0.0, 0.0, "a test", 0.0, 0.0), 1.0))
    assert money(ledger) == {"wallet:local": GRANT, "held:local": 0, "treasury": 0}


def test_a_wallet_that_is_too_small_is_a_clear_refusal(billing, ledger, jobs):
    with pytest.raises(InsufficientFundsError, match="'wallet:local' holds 100000000"):
        opened(billing, joules=70.0)
    assert money(ledger)["wallet:local"] == GRANT
    assert jobs.unfinished() == []


def test_a_job_that_never_held_cannot_spend_what_others_hold(billing, ledger, jobs):
    opened(billing)
    stray = Job("stray", "local", "held", {"quote": "q", "held_micro_ceu": 5_000_000})
    jobs.open(stray)
    with pytest.raises(ConflictError, match="holds nothing"):
        billing.settle(stray, billing.receipt(stray, METERED, 1.0))
    assert money(ledger)["held:local"] == 15_000_000
    assert billing.release(stray).state == "released"
    assert money(ledger)["held:local"] == 15_000_000


def test_an_energy_budget_that_is_too_small_is_refused_before_anything_is_written(billing, jobs):
    context = Context("0" * 31 + "1", joules_left=1.0)
    with pytest.raises(RefusedError, match="budget"):
        billing.open(context, economy.quote("q", 2.0))
    assert jobs.unfinished() == []


def whole_job(billing):
    job = opened(billing)
    receipt = billing.receipt(job, METERED, 1.0)
    billing.proven(job, "prf_1", receipt)
    billing.settle(job, receipt)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("write", [0, 1])
@pytest.mark.parametrize("logged", [False, True])
def test_a_crash_at_any_ledger_write_is_put_right(billing, ledger, jobs, write, after, logged):
    ledger.writes_left, ledger.after = write, after
    with pytest.raises(Crash):
        whole_job(billing)
    check_recovery(ledger, jobs, paid=write == 1 and (logged or after), logged=logged)


@pytest.mark.parametrize("change", [0, 1])
@pytest.mark.parametrize("logged", [False, True])
def test_a_crash_at_any_change_of_the_job_is_put_right(billing, ledger, jobs, change, logged):
    jobs.changes_left = change
    with pytest.raises(Crash):
        whole_job(billing)
    check_recovery(ledger, jobs, paid=change == 1, logged=logged)


def check_recovery(ledger, jobs, *, paid, logged):
    ledger.writes_left = jobs.changes_left = -1
    restarted = Billing(ledger, jobs, HandClock())
    log = {"prf_1"} if logged else set[str]()
    done = restarted.recover(log.__contains__)
    assert (len(done.settled), len(done.released)) == ((1, 0) if paid else (0, 1))
    charged = 2_000_000 if paid else 0
    assert money(ledger) == {
        "wallet:local": GRANT - charged,
        "held:local": 0,
        "treasury": charged,
    }
    assert jobs.unfinished() == []
    again = restarted.recover(lambda _: True)
    assert again.settled == again.released == ()
