"""The members of a proof's file, read strictly."""

import base64
import binascii
from datetime import UTC, datetime

from industriverse.kernel.canonical import Json
from industriverse.kernel.errors import ContractError
from industriverse.kernel.strict_json import StrictJson

_READ = StrictJson("proof", "Use the file exactly as it was written; do not re-format it.")
refuse, members, listed, text = _READ.refuse, _READ.members, _READ.listed, _READ.text
whole, one_of, hexadecimal = _READ.whole, _READ.one_of, _READ.hexadecimal


def flag(value: Json, where: str) -> bool:
    """Return a truth value."""
    return value if isinstance(value, bool) else _READ.refuse(where, "true or false")


def number(value: Json, where: str) -> float:
    """Return a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        _READ.refuse(where, "a number")
    return float(value)


def optional_number(value: Json, where: str) -> float | None:
    """Return a number or None."""
    return None if value is None else number(value, where)


def numbers(value: Json, where: str) -> dict[str, float]:
    """Return an object of numbers."""
    if not isinstance(value, dict):
        _READ.refuse(where, "an object of numbers")
    return {name: number(entry, f"{where}.{name}") for name, entry in value.items()}


def encode(data: bytes) -> str:
    """Return the standard base64 of some bytes."""
    return base64.b64encode(data).decode("ascii")


def decoded(value: Json, where: str) -> bytes:
    """Return the bytes of strict base64: standard alphabet, padded, no stray bits."""
    try:
        data = base64.b64decode(text(value, where).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        _READ.refuse(where, "strict base64")
    return data if encode(data) == value else _READ.refuse(where, "strict base64")


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
        _READ.refuse(where, "a UTC time to the microsecond")
    return time if rfc3339(time) == value else _READ.refuse(where, "a UTC time to the microsecond")
