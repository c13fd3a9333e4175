"""The terminal face."""

from .main import app, run
from .overrides import overrides

__all__ = ["app", "overrides", "run"]
