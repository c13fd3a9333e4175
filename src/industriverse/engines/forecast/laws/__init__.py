"""Governing equations found from a few frames, and forecasts by solving them."""

from ._identify import identify
from ._law import Law, NoLaw
from ._library import LibraryTerm, library
from ._walls import Walls, walls_of

__all__ = ["Law", "LibraryTerm", "NoLaw", "Walls", "identify", "library", "walls_of"]
