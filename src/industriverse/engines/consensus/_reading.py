"""Strict reading of a message's members: the right type and nothing else, or one sentence."""

import re
from collections.abc import Collection
from typing import NoReturn, TypeVar, cast

from industriverse.kernel.canonical import Json
from industriverse.kernel.errors import ContractError

_HEX = re.compile(r"[0-9a-f]*")
_Word = TypeVar("_Word", bound=str)


def refuse(where: str, wanted: str) -> NoReturn:
    """Refuse a member in one sentence.

    Raises:
        ContractError: Always.
    """
    raise ContractError(f"The message's {where} is not {wanted}.")


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


def whole(value: Json, where: str) -> int:
    """Return a whole number, zero or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        refuse(where, "a whole number at least zero")
    return value


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
