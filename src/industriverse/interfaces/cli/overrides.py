"""Settings given before the command: `industriverse --folder X predict …`."""

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType

_NOTHING: Mapping[str, Path] = MappingProxyType({})
_given: ContextVar[Mapping[str, Path]] = ContextVar("given", default=_NOTHING)


def remember(folder: Path | None) -> None:
    """Keep what stands before the command."""
    _given.set(_NOTHING if folder is None else {"folder": folder})


def overrides() -> dict[str, Path]:
    """Return what was given, by setting."""
    return dict(_given.get())
