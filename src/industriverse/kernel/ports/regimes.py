"""Records whose regimes were followed, kept so that a page can find them again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from industriverse.kernel.results import RegimeLabel


@dataclass(frozen=True, slots=True)
class RegimeRecord:
    """One followed record.

    Attributes:
        id: `rgm_` and 32 hex digits; the key.
        created: When it was answered.
        tenant: Whose.
        name: File, or what the caller called it.
        samples: How many it has.
        regime: The newest regime's label.
        confirmed: Whether that was confirmed.
        changes: How many change points.
        anomalies: How many.
        action: What was recommended.
        risk: `low`, `medium` or `high`.
        document: The `KeptRegimesDocument`'s JSON bytes.
        sequence: Position in the order of saving, from 1; set by the store.
    """

    id: str
    created: datetime
    tenant: str
    name: str
    samples: int
    regime: RegimeLabel
    confirmed: bool
    changes: int
    anomalies: int
    action: str
    risk: str
    document: bytes
    sequence: int = 0


@runtime_checkable
class RegimeStore(Protocol):
    """Keeps followed records, durably before `save` returns.

    Contract suite: `tests/contracts/regime_store.py`.
    """

    def save(self, record: RegimeRecord) -> RegimeRecord:
        """Write a record and return it with its sequence.

        Raises:
            ConflictError: The id exists.
        """
        ...

    def get(self, record_id: str, *, tenant: str) -> RegimeRecord:
        """Return one record of a tenant.

        Raises:
            NotFoundError: No such record.
        """
        ...

    def page(self, *, tenant: str, before: int | None, limit: int) -> list[RegimeRecord]:
        """Return records newest first, with a sequence below `before`; without their documents."""
        ...
