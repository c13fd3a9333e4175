"""The builder of what training is given."""

from collections.abc import Callable

from industriverse.adapters.arrays_npz import NpzArrayCache
from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.meter_choice import choose_meter
from industriverse.adapters.network_files import read_whole, write_whole
from industriverse.services.training import Tools

from .settings import Settings


def training_tools(settings: Settings, progress: Callable[[str, float], None]) -> Tools:
    """Return the outside world of training: solved runs are kept in the settings' folder."""
    return Tools(
        cache=NpzArrayCache(settings.folder / "forecast-sets"),
        meter=choose_meter(settings.watts_per_core),
        clock=SystemClock(),
        read=read_whole,
        write=write_whole,
        progress=progress,
    )
