"""The time of a sample, as documents and tables write it."""

from datetime import UTC, datetime


def written_time(seconds: float, *, absolute: bool) -> str:
    """Return RFC 3339 to the microsecond, or the bare seconds where there is no date.

    Examples:
        >>> written_time(0.5, absolute=True), written_time(0.5, absolute=False)
        ('1970-01-01T00:00:00.500000+00:00', '0.5')
    """
    if not absolute:
        return repr(seconds)
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
