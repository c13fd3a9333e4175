"""What a reader had to decide, in plain sentences."""

from collections.abc import Iterable

_SHOWN = 8


class Notes:
    """Collects the warnings of one read, in order, each once."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    def add(self, sentence: str) -> None:
        """Keep a sentence."""
        self._sentences[sentence] = None

    def sentences(self) -> tuple[str, ...]:
        """Return what was kept, in order."""
        return tuple(self._sentences)


def listing(names: Iterable[str], shown: int = _SHOWN) -> str:
    """Return names in one line: all of a few, the first of many and how many more.

    Examples:
        >>> listing(["a", "b"])
        'a, b'
        >>> listing(["a", "b", "c"], shown=1)
        'a and 2 more'
    """
    all_names = list(names)
    if len(all_names) <= shown:
        return ", ".join(all_names)
    return f"{', '.join(all_names[:shown])} and {len(all_names) - shown} more"
