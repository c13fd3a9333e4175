"""Make the atlas' part that ships: `python -m industriverse.apps.first_maps`, some two minutes."""

import sys
import tempfile
import zipfile
from pathlib import Path

from industriverse import bootstrap
from industriverse.bootstrap.first_maps import FIRST_MAPS
from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.kernel.plugins import installed
from industriverse.services.atlas import BuildRequest, Maps, build

_CELLS = 32
_LARGEST = 1_000_000
"""Bytes; the repository takes no larger file of data."""
_HEADS = 250
"""Bytes that an archive spends on an entry's two heads, its path of some 60 letters in each."""


def main() -> None:
    """Build a coarse atlas and pack the shortest sequence of each domain, smallest first."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with build_platform(load_settings(folder=home)) as platform:
            build(
                platform.maps, installed(), BuildRequest(_CELLS, maps=1, workers=2), progress=_say
            )
            chosen = shortest(platform.maps)
        target = Path(bootstrap.__file__).with_name(FIRST_MAPS)
        packed = pack(home / "atlas", chosen, target)
    print(f"{target}: {', '.join(packed)}")  # noqa: T201


def shortest(maps: Maps) -> list[str]:
    """Return the sequence with the fewest maps of each domain, the fewest first."""
    found: list[tuple[int, str]] = []
    for row in maps.catalogue.statistics():
        counts = maps.catalogue.sequences(row.domain)
        found.append(min((count, sequence) for sequence, count in counts.items()))
    return [sequence for _, sequence in sorted(found)]


def pack(store: Path, sequences: list[str], target: Path) -> list[str]:
    """Pack sequences into an archive as long as it stays small; return those that went in."""
    packed: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for sequence in sequences:
            home = store / f"{sequence}.zarr"
            paths = sorted(path for path in home.rglob("*") if path.is_file())
            size = sum(path.stat().st_size for path in paths)
            heads = _HEADS * (len(archive.infolist()) + len(paths))
            if archive.fp is not None and archive.fp.tell() + size + heads > _LARGEST:
                break
            for path in paths:
                # One date for all, so that the same maps make the same file.
                entry = zipfile.ZipInfo(str(path.relative_to(store)))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
            packed.append(sequence)
    return packed


def _say(sentence: str, share: float) -> None:
    print(f"{share:4.0%} {sentence}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
