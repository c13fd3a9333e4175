"""The contract of `Messenger`: the fake's and the adapter's test class inherit this suite."""

import time

import pytest

from industriverse.kernel.ports import Messenger


class MessengerContract:
    @pytest.fixture
    def ends(self) -> list[Messenger]:
        """Return the connected ends of three parties, 0 to 2."""
        raise NotImplementedError

    def test_are_messengers(self, ends):
        assert all(isinstance(end, Messenger) for end in ends)

    def test_a_message_comes_whole_with_sender_and_time(self, ends):
        before = time.monotonic() * 1e6
        ends[0].send(1, b"\x00" * 300_000 + b"end")
        parcel = ends[1].receive(5)
        assert (parcel.sender, parcel.data) == (0, b"\x00" * 300_000 + b"end")
        assert before - 1 <= parcel.at_us <= time.monotonic() * 1e6

    def test_a_line_keeps_its_order(self, ends):
        for number in range(50):
            ends[2].send(0, bytes([number]))
        assert [ends[0].receive(5).data[0] for _ in range(50)] == list(range(50))

    def test_nothing_comes_of_nothing(self, ends):
        began = time.monotonic()
        assert ends[0].receive(0) is None
        assert ends[0].receive(0.05) is None
        assert time.monotonic() - began >= 0.05

    def test_sending_never_waits_for_a_reader_who_does_not_read(self, ends):
        began = time.monotonic()
        for _ in range(1000):
            ends[0].send(1, b"\x00" * 10_000)
        assert time.monotonic() - began < 5
        ends[0].send(2, b"others are served")
        assert ends[2].receive(5).data == b"others are served"

    def test_a_closed_end_is_gone_and_sending_to_it_does_no_harm(self, ends):
        ends[1].close()
        ends[0].send(1, b"nobody")
        deadline = time.monotonic() + 5
        while 1 not in ends[0].gone() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert ends[0].gone() == {1}
        ends[0].send(2, b"still here")
        assert ends[2].receive(5).data == b"still here"
