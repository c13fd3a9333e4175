"""An `ObservationReader` that knows its answers."""

from pathlib import Path

from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.ports import ReadOptions, ReadResult
from industriverse.kernel.signals import Channel, Signals


class FakeReader:
    """Knows its answers by file name; an empty file is refused like a broken one."""

    def __init__(self, known: dict[str, ReadResult]):
        self._known = known

    def accepts(self, path: Path) -> bool:
        return path.name in self._known

    def read(self, path: Path, options: ReadOptions) -> ReadResult:
        if not path.exists():
            raise NotFoundError(f"There is no file {path}.")
        if path.name not in self._known or path.stat().st_size == 0:
            raise InputError(f"{path.name} is not known.", hint="Teach it.", file=str(path))
        result = self._known[path.name]
        for name in options.variables:
            if name not in result.observation.names:
                raise NotFoundError(f"No {name!r}.", hint="Did you mean flow?", variable=name)
        reported = options.variables or result.reported
        units = dict(options.units)
        signals = result.observation
        assert isinstance(signals, Signals)
        channels = tuple(Channel(c.name, units.get(c.name, c.unit)) for c in signals.channels)
        told = Signals(signals.start_s, signals.step_s, signals.values, channels)
        return ReadResult(told, reported, result.rows_or_shape, result.warnings, result.sha256)
