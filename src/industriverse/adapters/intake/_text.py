"""Names as people write them."""

import difflib
import re
from collections.abc import Sequence

from ._notes import listing


def plain_name(text: str) -> str:
    """Return a name without surrounding blanks and quotes, inner blanks made single."""
    return re.sub(r"\s+", " ", text.replace("\ufeff", "")).strip().strip("\"'").strip()


def suggestion(wanted: str, names: Sequence[str]) -> str:
    """Return a hint that offers the nearest names, or all of them."""
    near = difflib.get_close_matches(wanted.lower(), [n.lower() for n in names], n=3)
    originals = [name for name in names if name.lower() in near]
    if originals:
        return f"Did you mean {listing(originals)}?"
    return f"It holds {listing(names)}."
