"""The one byte form of a JSON document (RFC 8785), for hashing and signing."""

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import rfc8785

from .errors import ContractError

if TYPE_CHECKING:
    Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
else:
    # Checkers at run time cannot follow an alias into itself.
    Json = None | bool | int | float | str | list | dict

_LARGEST_INTEGER = 2**53 - 1
_DIGITS = len(str(_LARGEST_INTEGER))


def canonical_bytes(document: Json) -> bytes:
    """Return the RFC 8785 bytes of a document.

    Raises:
        ContractError: It holds NaN, infinity or an integer beyond 2**53, or nests too deeply.
    """
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, ValueError, RecursionError) as error:
        raise ContractError(f"The document has no canonical form: {error}.") from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        repeated = next(name for name, count in counts.items() if count > 1)
        raise ContractError(f"A JSON object repeats a member: {repeated!r}.")
    return document


def _number(digits: str) -> int | float:
    """Read a whole number; beyond 2**53 it is the canonical form of a float, as 1e16 is."""
    small = len(digits) <= _DIGITS + 1 and abs(int(digits)) <= _LARGEST_INTEGER
    return int(digits) if small else float(digits)


def parse_json(data: bytes) -> Json:
    """Parse a document in any layout, but with no member twice.

    Raises:
        ContractError: Not JSON, or a member stands twice.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_int=_number)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ContractError(f"Not a JSON document: {error}.") from error


def parse_canonical(data: bytes) -> Json:
    """Parse a document and insist that its bytes are canonical.

    Raises:
        ContractError: Not JSON, or not byte for byte the canonical form.
    """
    document = parse_json(data)
    if canonical_bytes(document) != data:
        raise ContractError("The bytes are not in canonical form (RFC 8785).")
    return document


def finite_or_none(value: float) -> float | None:
    """Return a number that JSON can hold: None for NaN and infinities."""
    return value if math.isfinite(value) else None
