"""The small part of the atlas that ships: a new installation opens on one with maps in it."""

import io
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path

from industriverse.adapters.maps_zarr import ZarrMapStore
from industriverse.services.atlas import Maps, lay_first_maps

FIRST_MAPS = "first-maps.zip"
"""A map store's folder; `python -m industriverse.apps.first_maps` makes it."""


def lay_shipped_maps(maps: Maps) -> int:
    """Lay the maps that ship into an empty atlas; return how many."""
    with tempfile.TemporaryDirectory() as folder:
        return lay_first_maps(maps, unpacked(Path(folder)))


def unpacked(folder: Path) -> ZarrMapStore:
    """Unpack the maps that ship into a folder and return the store there."""
    content = files("industriverse.bootstrap").joinpath(FIRST_MAPS).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return ZarrMapStore(folder)
