"""An event stream inside one process: a bounded ring for each topic."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from industriverse.kernel.errors import ContractError, NotFoundError, UnavailableError
from industriverse.kernel.ports import Event


@dataclass(slots=True)
class _Topic:
    events: deque[Event] = field(default_factory=deque[Event])
    end: int = 0
    size: int = 0


class MemoryEventStream:
    """Keeps the newest events of each topic; old ones make room. Nothing outlives the process.

    Args:
        events: Most events kept in a topic.
        bytes_kept: Most bytes kept in a topic, counting keys, values and headers.
        topics: Most topics.
    """

    def __init__(
        self, *, events: int = 10_000, bytes_kept: int = 64 << 20, topics: int = 1_000
    ) -> None:
        if min(events, bytes_kept, topics) < 1:
            raise ContractError("A stream's bounds are at least 1.")
        self._events, self._bytes, self._most_topics = events, bytes_kept, topics
        self._topics: dict[str, _Topic] = {}
        self._arrived = threading.Condition()

    def publish(
        self, topic: str, key: str, value: bytes, headers: Mapping[str, str] | None = None
    ) -> int:
        """Append an event and return its offset.

        Raises:
            ContractError: The topic has no name, or the event alone is beyond the topic's bytes.
            UnavailableError: There are too many topics.
        """
        frozen = MappingProxyType(dict(headers or {}))
        with self._arrived:
            kept = self._topic(topic)
            event = Event(topic, kept.end, key, bytes(value), frozen)
            if _size(event) > self._bytes:
                raise ContractError(
                    f"An event of {_size(event)} bytes; topic {topic!r} keeps {self._bytes}.",
                    hint="Keep large data as a blob and publish its hash.",
                )
            self._append(kept, event)
            self._arrived.notify_all()
            return event.offset

    def read(self, topic: str, offset: int, *, limit: int, wait_s: float) -> list[Event]:
        """Return up to `limit` events from an offset on, waiting up to `wait_s` for the first.

        Raises:
            ContractError: The offset is negative or the limit below 1.
            NotFoundError: The offset is older than what is still kept; says the oldest.
        """
        if offset < 0 or limit < 1:
            raise ContractError(f"Cannot read {limit} events from offset {offset}.")
        deadline = time.monotonic() + wait_s
        with self._arrived:
            while True:
                if found := self._from(topic, offset, limit):
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    return []
                self._arrived.wait(left)

    def end(self, topic: str) -> int:
        """Return the offset that the next event of a topic will get."""
        with self._arrived:
            return self._topics[topic].end if topic in self._topics else 0

    def _topic(self, name: str) -> _Topic:
        if not name:
            raise ContractError("A topic needs a name.")
        if name not in self._topics and len(self._topics) >= self._most_topics:
            raise UnavailableError(
                f"The stream holds {self._most_topics} topics and takes no more.",
                hint="Use fewer topics, or an event broker.",
            )
        return self._topics.setdefault(name, _Topic())

    def _append(self, kept: _Topic, event: Event) -> None:
        kept.events.append(event)
        kept.end += 1
        kept.size += _size(event)
        while len(kept.events) > self._events or kept.size > self._bytes:
            kept.size -= _size(kept.events.popleft())

    def _from(self, topic: str, offset: int, limit: int) -> list[Event]:
        kept = self._topics.get(topic)
        if kept is None or offset >= kept.end:
            return []
        oldest = kept.end - len(kept.events)
        if offset < oldest:
            raise NotFoundError(
                f"Offset {offset} of {topic!r} is no longer kept; the oldest is {oldest}.",
                hint=f"Read on from {oldest}.",
                oldest=oldest,
            )
        first = offset - oldest
        return [kept.events[i] for i in range(first, min(first + limit, len(kept.events)))]


def _size(event: Event) -> int:
    headers = sum(len(name) + len(value) for name, value in event.headers.items())
    return len(event.key) + len(event.value) + headers
