"""What training is given, in memory but for the files, and a network that trains in seconds."""

from dataclasses import replace

from industriverse.adapters.network_files import read_whole, write_whole
from industriverse.services.training import Tools, TrainRequest
from tests.fakes.arrays import MemoryArrayCache
from tests.fakes.clock import HandClock
from tests.fakes.meter import SetMeter

SMALL = TrainRequest(
    steps=60, cells=16, runs=(6, 2, 2), width=8, dilations=(1, 2), every=20, command="by hand"
)


class TickingClock(HandClock):
    """A clock that goes on by a second with each look."""

    def monotonic(self):
        self.move(1.0)
        return super().monotonic()


def small(**changes):
    return replace(SMALL, **changes)


def tools(cache=None, told=None):
    told = [] if told is None else told
    return Tools(
        cache=MemoryArrayCache() if cache is None else cache,
        meter=SetMeter(3.0),
        clock=TickingClock(),
        read=read_whole,
        write=write_whole,
        progress=lambda text, share: told.append((text, share)),
    )
