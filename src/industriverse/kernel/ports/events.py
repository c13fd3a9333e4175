"""A stream of events by topic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it lies in its topic.

    Attributes:
        topic: e.g. `industriverse.signals.v1`.
        offset: Position in the topic, from 0, without gaps.
        key: Entity that it is about; order is kept per key.
        value: Its bytes.
        headers: Small strings; `traceparent` among them.
    """

    topic: str
    offset: int
    key: str
    value: bytes
    headers: Mapping[str, str]


@runtime_checkable
class EventStream(Protocol):
    """Publishes and reads events, at least once.

    Contract suite: `tests/contracts/event_stream.py`.
    """

    def publish(
        self, topic: str, key: str, value: bytes, headers: Mapping[str, str] | None = None
    ) -> int:
        """Append an event and return its offset.

        Raises:
            UnavailableError: The stream takes no more (a slow reader, a full disk).
        """
        ...

    def read(self, topic: str, offset: int, *, limit: int, wait_s: float) -> list[Event]:
        """Return up to `limit` events from an offset on, waiting up to `wait_s` for the first.

        Raises:
            NotFoundError: The offset is older than what is still kept; says the oldest.
        """
        ...

    def end(self, topic: str) -> int:
        """Return the offset that the next event of a topic will get."""
        ...


def follow(
    stream: EventStream, topic: str, offset: int, *, limit: int = 100, wait_s: float = 1.0
) -> Iterator[list[Event]]:
    """Yield batches of a topic from an offset on, for ever; a batch may be empty."""
    while True:
        batch = stream.read(topic, offset, limit=limit, wait_s=wait_s)
        if batch:
            offset = batch[-1].offset + 1
        yield batch
