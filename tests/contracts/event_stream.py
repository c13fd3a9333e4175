"""The contract of `EventStream`."""

import threading
import time

import pytest

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import EventStream
from industriverse.kernel.ports.events import follow


class EventStreamContract:
    @pytest.fixture
    def stream(self) -> EventStream:
        raise NotImplementedError

    def test_an_unknown_topic_is_empty(self, stream: EventStream):
        assert stream.end("t") == 0
        assert stream.read("t", 0, limit=5, wait_s=0) == []

    def test_offsets_have_no_gaps_and_events_come_back_whole(self, stream: EventStream):
        assert [stream.publish("t", "k", bytes([n]), {"n": str(n)}) for n in range(5)] == [
            0,
            1,
            2,
            3,
            4,
        ]
        assert stream.publish("other", "k", b"x") == 0
        events = stream.read("t", 1, limit=3, wait_s=0)
        assert [event.offset for event in events] == [1, 2, 3]
        assert [event.value for event in events] == [b"\1", b"\2", b"\3"]
        assert (events[0].topic, events[0].key, dict(events[0].headers)) == ("t", "k", {"n": "1"})
        assert stream.end("t") == 5
        assert stream.read("t", 5, limit=3, wait_s=0) == []

    def test_a_reader_waits_for_the_first(self, stream: EventStream):
        stream.publish("t", "k", b"0")
        timer = threading.Timer(0.1, stream.publish, ("t", "k", b"1"))
        timer.start()
        began = time.monotonic()
        events = stream.read("t", 1, limit=5, wait_s=5)
        assert [event.value for event in events] == [b"1"]
        assert 0.05 < time.monotonic() - began < 3
        timer.join()

    def test_a_wait_ends(self, stream: EventStream):
        began = time.monotonic()
        assert stream.read("t", 0, limit=5, wait_s=0.1) == []
        assert 0.09 < time.monotonic() - began < 2

    def test_a_negative_offset_is_refused(self, stream: EventStream):
        with pytest.raises(ContractError):
            stream.read("t", -1, limit=5, wait_s=0)

    def test_order_is_kept_per_key_under_many_writers(self, stream: EventStream):
        def work(worker: int) -> None:
            for number in range(50):
                stream.publish("t", f"k{worker}", number.to_bytes(2, "big"))

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        events = stream.read("t", 0, limit=1000, wait_s=0)
        assert [event.offset for event in events] == list(range(200))
        for worker in range(4):
            mine = [event.value for event in events if event.key == f"k{worker}"]
            assert mine == [number.to_bytes(2, "big") for number in range(50)]

    def test_following_sees_each_event_once(self, stream: EventStream):
        for number in range(7):
            stream.publish("t", "k", bytes([number]))
        seen: list[int] = []
        for batch in follow(stream, "t", 0, limit=3, wait_s=0):
            if not batch:
                break
            seen += [event.offset for event in batch]
        assert seen == list(range(7))
