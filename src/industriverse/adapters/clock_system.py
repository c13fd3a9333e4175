"""The machine's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Tells the operating system's time."""

    def now(self) -> datetime:
        """Return the present, with time zone UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()
