"""The builder of what training is given."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from industriverse.adapters.arrays_npz import NpzArrayCache
from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.fields import FieldReader
from industriverse.adapters.meter_choice import choose_meter
from industriverse.adapters.network_files import read_whole, write_whole
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ports import ReadOptions
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


def read_field(settings: Settings, path: Path, variables: tuple[str, ...]) -> Trajectory:
    """Return the frames of a file, only these variables where some are named.

    Raises:
        InputError: What is wrong with the file.
        ContractError: It holds signals, no fields.
    """
    reader = FieldReader(memory_bytes=settings.field_memory_mb << 20)
    found = reader.read(path, ReadOptions(variables=variables))
    seen = found.observation
    if not isinstance(seen, Trajectory):
        raise ContractError(f"{path.name} holds signals; an adapter is trained on fields.")
    chosen = {name: seen.variables[name] for name in found.reported}
    return replace(seen, variables=chosen, units={name: seen.units[name] for name in chosen})
