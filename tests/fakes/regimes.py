"""A `RegimeStore` in memory."""

from dataclasses import replace

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import RegimeRecord


class MemoryRegimeStore:
    """Keeps followed records in a list."""

    def __init__(self) -> None:
        self._records: list[RegimeRecord] = []

    def save(self, record: RegimeRecord) -> RegimeRecord:
        if any(kept.id == record.id for kept in self._records):
            raise ConflictError(f"The record {record.id!r} exists.")
        self._records.append(replace(record, sequence=len(self._records) + 1))
        return self._records[-1]

    def get(self, record_id: str, *, tenant: str) -> RegimeRecord:
        for record in self._records:
            if (record.id, record.tenant) == (record_id, tenant):
                return record
        raise NotFoundError(f"No followed record {record_id!r} is kept here.")

    def page(self, *, tenant: str, before: int | None, limit: int) -> list[RegimeRecord]:
        mine = [r for r in reversed(self._records) if r.tenant == tenant]
        older = [r for r in mine if before is None or r.sequence < before]
        return [replace(r, document=b"") for r in older[:limit]]
