"""The HTTP and WebSocket face."""

from .app import create_app

__all__ = ["create_app"]
