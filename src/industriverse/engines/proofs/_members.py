"""Strict reading of JSON members: the right type and nothing else, or one sentence."""

import base64
import binascii
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NoReturn, TypeVar, cast

from industriverse.kernel.canonical import Json
from industriverse.kernel.errors import ContractError

_HEX = re.compile(r"[0-9a-f]*")
_LARGEST_INTEGER = 2**53 - 1
_Word = TypeVar("_Word", bound=str)


def refuse(where: str, wanted: str) -> NoReturn:
    """Refuse a member in one sentence.

    Raises:
        ContractError: Always.
    """
    raise ContractError(
        f"The proof's {where} is not {wanted}.",
        hint="Use the file exactly as it was written; do not re-format it.",
    )


def members(value: Json, where: str, names: Collection[str]) -> dict[str, Json]:
    """Return an object that has exactly these members."""
    if not isinstance(value, dict) or set(value) != set(names):
        refuse(where, f"an object of {', '.join(sorted(names))}")
    return value


def listed(value: Json, where: str) -> list[Json]:
    """Return a list."""
    return value if isinstance(value, list) else refuse(where, "a list")


def text(value: Json, where: str) -> str:
    """Return a string."""
    return value if isinstance(value, str) else refuse(where, "a string")


def flag(value: Json, where: str) -> bool:
    """Return a truth value."""
    return value if isinstance(value, bool) else refuse(where, "true or false")


def number(value: Json, where: str) -> float:
    """Return a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(where, "a number")
    return float(value)


def optional_number(value: Json, where: str) -> float | None:
    """Return a number or None."""
    return None if value is None else number(value, where)


def whole(value: Json, where: str) -> int:
    """Return a whole number from zero to 2**53."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_INTEGER:
        refuse(where, "a whole number at least zero")
    return value


def numbers(value: Json, where: str) -> dict[str, float]:
    """Return an object of numbers."""
    if not isinstance(value, dict):
        refuse(where, "an object of numbers")
    return {name: number(entry, f"{where}.{name}") for name, entry in value.items()}


def one_of(value: Json, where: str, words: tuple[_Word, ...]) -> _Word:
    """Return one of some words."""
    if not isinstance(value, str) or value not in words:
        refuse(where, f"one of {', '.join(words)}")
    return cast("_Word", value)


def hexadecimal(value: Json, where: str, length: int) -> str:
    """Return lower-case hex digits for `length` bytes."""
    if not isinstance(value, str) or len(value) != 2 * length or not _HEX.fullmatch(value):
        refuse(where, f"{2 * length} lower-case hex digits")
    return value


def encode(data: bytes) -> str:
    """Return the standard base64 of some bytes."""
    return base64.b64encode(data).decode("ascii")


def decoded(value: Json, where: str) -> bytes:
    """Return the bytes of strict base64: standard alphabet, padded, no stray bits."""
    try:
        data = base64.b64decode(text(value, where).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        refuse(where, "strict base64")
    return data if encode(data) == value else refuse(where, "strict base64")


def rfc3339(time: datetime) -> str:
    """Return a time in UTC to the microsecond, as `2026-01-31T09:00:00.000000Z`."""
    if time.tzinfo is None:
        raise ContractError(f"The time {time} has no time zone.")
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment(value: Json, where: str) -> datetime:
    """Return a time that `rfc3339` wrote."""
    try:
        time = datetime.fromisoformat(text(value, where).removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        refuse(where, "a UTC time to the microsecond")
    return time if rfc3339(time) == value else refuse(where, "a UTC time to the microsecond")
