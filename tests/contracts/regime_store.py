"""The contract of `RegimeStore`: every adapter's test class inherits this suite."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import RegimeRecord, RegimeStore

_DAY = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def make_record(number: int, *, tenant: str = "a") -> RegimeRecord:
    return RegimeRecord(
        id=f"rgm_{number:032x}",
        created=_DAY + timedelta(seconds=number),
        tenant=tenant,
        name="plant.csv",
        samples=3_000_000_000,
        regime="phase_change",
        confirmed=number % 2 == 0,
        changes=2,
        anomalies=1,
        action="investigate",
        risk="high",
        document=b'{"n":%d}' % number,
    )


class RegimeStoreContract:
    @pytest.fixture
    def store(self) -> RegimeStore:
        raise NotImplementedError

    def test_gives_back_what_was_saved(self, store: RegimeStore):
        saved = store.save(make_record(1))
        assert saved == replace(make_record(1), sequence=1)
        assert store.get(saved.id, tenant="a") == saved

    def test_another_tenant_finds_nothing(self, store: RegimeStore):
        saved = store.save(make_record(1))
        with pytest.raises(NotFoundError, match=saved.id):
            store.get(saved.id, tenant="b")
        assert store.page(tenant="b", before=None, limit=10) == []

    def test_refuses_an_id_twice_whoever_asks(self, store: RegimeStore):
        store.save(make_record(1))
        with pytest.raises(ConflictError):
            store.save(make_record(1, tenant="b"))

    def test_pages_join_up_although_records_arrive_between(self, store: RegimeStore):
        for number in range(1, 8):
            store.save(make_record(number))
        first = store.page(tenant="a", before=None, limit=3)
        store.save(make_record(8))
        second = store.page(tenant="a", before=first[-1].sequence, limit=9)
        assert [record.sequence for record in first + second] == [7, 6, 5, 4, 3, 2, 1]
        assert first[0] == replace(make_record(7), sequence=7, document=b"")
