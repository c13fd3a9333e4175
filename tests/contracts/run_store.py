"""The contract of `RunStore`: every adapter's test class inherits this suite."""

from datetime import UTC, datetime, timedelta

import pytest

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Run, RunStore

_DAY = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def make_run(number: int, *, tenant: str = "a", name: str = "plant.csv", key: str = "") -> Run:
    return Run(
        trace_id=f"{number:032x}",
        created=_DAY + timedelta(seconds=number),
        tenant=tenant,
        name=name,
        kind="signals",
        domain="signal",
        regime="stable",
        passed=number % 2 == 0,
        abstained=False,
        proof_id=f"prf_{number:032x}",
        document=b'{"n":%d}' % number,
        files=(("forecast.nc", "ab" * 32),),
        embedding=b"\x00\x01",
        request_key=key,
        request_sha256="cd" * 32,
    )


class RunStoreContract:
    @pytest.fixture
    def store(self) -> RunStore:
        raise NotImplementedError

    def test_gives_back_what_was_saved(self, store: RunStore):
        saved = store.save(make_run(1))
        assert saved.sequence == 1
        assert store.get(saved.trace_id, tenant="a") == saved
        assert saved.document == b'{"n":1}'
        assert saved.created == make_run(1).created

    def test_another_tenant_finds_nothing(self, store: RunStore):
        saved = store.save(make_run(1, key="k"))
        with pytest.raises(NotFoundError):
            store.get(saved.trace_id, tenant="b")
        assert store.find("k", tenant="b") is None
        assert store.page(tenant="b", before=None, limit=10) == []

    def test_refuses_a_trace_twice(self, store: RunStore):
        store.save(make_run(1))
        with pytest.raises(ConflictError):
            store.save(make_run(1))

    def test_refuses_a_request_key_twice_for_one_tenant_only(self, store: RunStore):
        first = store.save(make_run(1, key="k"))
        with pytest.raises(ConflictError):
            store.save(make_run(2, key="k"))
        store.save(make_run(3, tenant="b", key="k"))
        assert store.find("k", tenant="a") == first

    def test_runs_without_a_key_do_not_clash(self, store: RunStore):
        store.save(make_run(1))
        store.save(make_run(2))
        assert store.find("", tenant="a") is None or len(store.after(0, limit=9)) == 2

    def test_pages_join_up_although_runs_arrive_between(self, store: RunStore):
        for number in range(1, 8):
            store.save(make_run(number))
        first = store.page(tenant="a", before=None, limit=3)
        store.save(make_run(8))
        second = store.page(tenant="a", before=first[-1].sequence, limit=9)
        assert [run.sequence for run in first + second] == [7, 6, 5, 4, 3, 2, 1]

    def test_after_gives_all_tenants_in_order(self, store: RunStore):
        for number in range(1, 5):
            store.save(make_run(number, tenant="a" if number % 2 else "b"))
        assert [run.sequence for run in store.after(1, limit=2)] == [2, 3]

    def test_prune_keeps_the_newest_of_a_name(self, store: RunStore):
        for number in range(1, 6):
            store.save(make_run(number))
        store.save(make_run(9, name="other.csv"))
        assert store.prune("plant.csv", tenant="a", keep=2) == 3
        kept = [run.sequence for run in store.page(tenant="a", before=None, limit=9)]
        assert kept == [6, 5, 4]
        assert store.save(make_run(10)).sequence == 7
