"""Follow a record, keep what was found, and publish it."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.regimes import RegimeModel
from industriverse.kernel.canonical import finite_or_none
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.kernel.ids import uuid7
from industriverse.kernel.ports import (
    Clock,
    EventStream,
    ReadOptions,
    ReadResult,
    RegimeRecord,
    RegimeStore,
)
from industriverse.kernel.signals import Signals

from .documents import KeptRegimesDocument, ReadingsPreview
from .predict import reported_only

if TYPE_CHECKING:
    from .regimes import Followed

MOST_READINGS = 1_000_000
"""Readings of a record that is followed while its caller waits: half a minute on one core."""
_STRETCHES = 1000
_NUMBERS = 65_536
_log = logging.getLogger("industriverse.following")


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """What to follow.

    Attributes:
        read: The record, its rows as they were sampled.
        name: File, or what the caller calls it.
        false_alarms: A sample, at most.
        scores: Whether the answer carries the score of every sample.
    """

    read: ReadResult
    name: str
    false_alarms: float = 1e-4
    scores: bool = False


@dataclass(frozen=True, slots=True)
class Following:
    """Follows records, and finds them again."""

    store: RegimeStore
    stream: EventStream
    clock: Clock
    model: Callable[[], RegimeModel]

    def run(self, request: FollowRequest, context: Context) -> KeptRegimesDocument:
        """Follow a record as if it came in sample by sample, keep it and publish what was found.

        Raises:
            ContractError: It holds a field, too many readings, or the rate is outside (0, 0.1].
            InputError: A channel's magnitudes cannot be computed with.
        """
        # Its loops are compiled: the compiler takes seconds to import, which a start need not.
        from .regimes import follow_file  # noqa: PLC0415

        _refuse_too_many(request)
        found = follow_file(
            request.read,
            name=request.name,
            false_alarms=request.false_alarms,
            model=self.model(),
        )
        document = self._document(request, found)
        kept = document.model_copy(update={"scores": None})
        self.store.save(_record(kept, context))
        self._publish(kept)
        return document

    def page(self, context: Context, *, before: int | None, limit: int) -> list[RegimeRecord]:
        """Return followed records newest first, without their documents."""
        return self.store.page(tenant=context.tenant, before=before, limit=limit)

    def get(self, record_id: str, context: Context) -> KeptRegimesDocument:
        """Return what was found in one record.

        Raises:
            NotFoundError: The tenant has no such record.
        """
        record = self.store.get(record_id, tenant=context.tenant)
        return KeptRegimesDocument.model_validate_json(record.document)

    def _document(self, request: FollowRequest, found: "Followed") -> KeptRegimesDocument:
        now = self.clock.now()
        number = uuid7(int(now.timestamp() * 1e3)).replace("-", "")
        return KeptRegimesDocument(
            **{name: getattr(found.document, name) for name in type(found.document).model_fields},
            id=f"rgm_{number}",
            created=now.isoformat(),
            preview=_preview(request.read),
            scores=found.scores.tolist() if request.scores else None,
        )

    def _publish(self, kept: KeptRegimesDocument) -> None:
        """Tell who listens; the answer stands, whether or not the stream takes it."""
        topic = topic_of(kept.input.name)
        try:
            for message in _messages(kept):
                self.stream.publish(topic, kept.input.name, json.dumps(message).encode())
        except UnavailableError as error:
            _log.warning("what was found in %s is not in the stream: %s", kept.id, error.message)


def record_options(columns: Sequence[str]) -> ReadOptions:
    """Return how a record is read that is to be followed: its rows as they were sampled."""
    from .regimes import FEWEST_ROWS  # noqa: PLC0415 (as above)

    return ReadOptions(variables=tuple(columns), fewest_rows=FEWEST_ROWS, as_sampled=True)


def topic_of(source: str) -> str:
    """Return the topic on which a source's regimes and changes are published."""
    return f"regimes.{source}"


def _messages(kept: KeptRegimesDocument) -> Iterator[dict[str, object]]:
    about = {"id": kept.id, "source": kept.input.name}
    for change in kept.change_points:
        yield {"type": "change", **about, **change.model_dump(mode="json")}
    regime = kept.regime
    yield {
        "type": "regime",
        **about,
        "time": kept.segments[-1].end_time,
        "label": regime.label,
        "confirmed": regime.confirmed,
        "evidence": regime.evidence,
        "recommended_action": kept.recommended_action,
        "risk_level": kept.risk_level,
    }


def _record(kept: KeptRegimesDocument, context: Context) -> RegimeRecord:
    return RegimeRecord(
        id=kept.id,
        created=datetime.fromisoformat(kept.created),
        tenant=context.tenant,
        name=kept.input.name,
        samples=kept.n,
        regime=kept.regime.label,
        confirmed=kept.regime.confirmed,
        changes=len(kept.change_points),
        anomalies=len(kept.anomalies),
        action=kept.recommended_action,
        risk=kept.risk_level,
        document=kept.model_dump_json().encode(),
    )


def _refuse_too_many(request: FollowRequest) -> None:
    rows, channels = request.read.rows_or_shape[0], len(request.read.reported)
    if isinstance(request.read.observation, Signals) and rows * channels > MOST_READINGS:
        raise ContractError(
            f"{request.name} has {rows} rows of {channels} columns; here at most "
            f"{MOST_READINGS} readings are followed.",
            hint="Name fewer columns, send fewer rows, or use `industriverse regimes FILE`.",
            rows=rows,
            columns=channels,
        )


def _preview(read: ReadResult) -> ReadingsPreview:
    """Return the lowest and the highest reading of each stretch, in their order."""
    signals = reported_only(read.observation, read.reported)
    assert isinstance(signals, Signals)
    seconds = signals.times if read.row_times is None else read.row_times
    stretches = max(2, min(_STRETCHES, _NUMBERS // (2 * len(signals.names))))
    thinned = len(seconds) > 2 * stretches
    edges = np.linspace(0, len(seconds), stretches + 1).astype(np.int64)
    shown = _two_a_stretch(edges) if thinned else np.arange(len(seconds))
    values = _extremes(signals.values, edges) if thinned else signals.values
    return ReadingsPreview(
        samples=shown.tolist(),
        times=seconds[shown].tolist(),
        absolute=signals.absolute,
        thinned=thinned,
        values={
            name: [finite_or_none(float(value)) for value in values[:, i]]
            for i, name in enumerate(signals.names)
        },
    )


def _two_a_stretch(edges: Int[np.ndarray, "edge"]) -> Int[np.ndarray, "shown"]:
    return np.column_stack([edges[:-1], edges[1:] - 1]).ravel()


def _extremes(
    values: Float[np.ndarray, "time channel"], edges: Int[np.ndarray, "edge"]
) -> Float[np.ndarray, "shown channel"]:
    """Return two rows a stretch: of each channel the lowest and highest, the earlier one first.

    A channel without a reading in a stretch stays without one.
    """
    starts = edges[:-1]
    known = ~np.isnan(values)
    low = np.minimum.reduceat(np.where(known, values, np.inf), starts)
    high = np.maximum.reduceat(np.where(known, values, -np.inf), starts)
    stretch = np.repeat(np.arange(len(starts)), np.diff(edges))
    at = np.arange(len(values))[:, None]
    never = len(values)
    lowest = np.minimum.reduceat(np.where(values == low[stretch], at, never), starts)
    highest = np.minimum.reduceat(np.where(values == high[stretch], at, never), starts)
    falls = highest < lowest
    low[np.isinf(low)], high[np.isinf(high)] = np.nan, np.nan
    pairs = np.stack([np.where(falls, high, low), np.where(falls, low, high)], axis=1)
    return pairs.reshape(-1, values.shape[1])
