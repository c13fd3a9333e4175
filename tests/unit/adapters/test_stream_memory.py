import pytest

from industriverse.adapters.stream_memory import MemoryEventStream
from industriverse.kernel.errors import ContractError, NotFoundError, UnavailableError
from tests.contracts.event_stream import EventStreamContract


class TestMemoryEventStream(EventStreamContract):
    @pytest.fixture
    def stream(self):
        return MemoryEventStream()


def test_old_events_make_room_and_the_reader_is_told():
    stream = MemoryEventStream(events=3)
    for number in range(5):
        stream.publish("t", "k", bytes([number]))
    assert [event.offset for event in stream.read("t", 2, limit=9, wait_s=0)] == [2, 3, 4]
    with pytest.raises(NotFoundError, match="oldest is 2") as told:
        stream.read("t", 1, limit=9, wait_s=0)
    assert told.value.context["oldest"] == 2


def test_bytes_are_bounded_too():
    stream = MemoryEventStream(bytes_kept=100)
    for _ in range(10):
        stream.publish("t", "", bytes(40))
    assert [event.offset for event in stream.read("t", 8, limit=9, wait_s=0)] == [8, 9]
    with pytest.raises(NotFoundError):
        stream.read("t", 7, limit=9, wait_s=0)
    with pytest.raises(ContractError, match="An event of 101 bytes") as told:
        stream.publish("t", "", bytes(101))
    assert "blob" in told.value.hint


def test_topics_are_bounded():
    stream = MemoryEventStream(topics=1)
    stream.publish("t", "k", b"")
    with pytest.raises(UnavailableError, match="1 topics"):
        stream.publish("u", "k", b"")
    with pytest.raises(ContractError, match="needs a name"):
        stream.publish("", "k", b"")


def test_headers_are_a_copy():
    stream, headers = MemoryEventStream(), {"a": "1"}
    stream.publish("t", "k", b"", headers)
    headers["a"] = "2"
    assert dict(stream.read("t", 0, limit=1, wait_s=0)[0].headers) == {"a": "1"}


def test_a_stream_without_room_is_refused():
    with pytest.raises(ContractError):
        MemoryEventStream(events=0)
