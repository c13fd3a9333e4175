"""Strict reading of a JSON document's members: the right type and nothing else, or one sentence."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn, TypeVar, cast

from .canonical import Json
from .errors import ContractError

_HEX = re.compile(r"[0-9a-f]*")
_LARGEST_INTEGER = 2**53 - 1
_Word = TypeVar("_Word", bound=str)


@dataclass(frozen=True, slots=True)
class StrictJson:
    """Reads the members of one kind of document; each `where` is a member's name in the sentence.

    Every method but `refuse` raises ContractError where the value is not what it reads.

    Attributes:
        document: What the sentences call it, e.g. `proof`.
        hint: What to do about a document that is refused.
    """

    document: str
    hint: str = ""

    def refuse(self, where: str, wanted: str) -> NoReturn:
        """Refuse a member in one sentence.

        Raises:
            ContractError: Always.
        """
        raise ContractError(f"The {self.document}'s {where} is not {wanted}.", hint=self.hint)

    def members(self, value: Json, where: str, names: Collection[str]) -> dict[str, Json]:
        """Return an object that has exactly these members."""
        if not isinstance(value, dict) or set(value) != set(names):
            self.refuse(where, f"an object of {', '.join(sorted(names))}")
        return value

    def listed(self, value: Json, where: str) -> list[Json]:
        """Return a list."""
        return value if isinstance(value, list) else self.refuse(where, "a list")

    def text(self, value: Json, where: str) -> str:
        """Return a string."""
        return value if isinstance(value, str) else self.refuse(where, "a string")

    def whole(self, value: Json, where: str) -> int:
        """Return a whole number from zero to 2**53."""
        number = -1 if isinstance(value, bool) or not isinstance(value, int) else value
        if not 0 <= number <= _LARGEST_INTEGER:
            self.refuse(where, "a whole number at least zero")
        return number

    def one_of(self, value: Json, where: str, words: tuple[_Word, ...]) -> _Word:
        """Return one of some words."""
        if not isinstance(value, str) or value not in words:
            self.refuse(where, f"one of {', '.join(words)}")
        return cast("_Word", value)

    def hexadecimal(self, value: Json, where: str, length: int) -> str:
        """Return lower-case hex digits for `length` bytes."""
        if not isinstance(value, str) or len(value) != 2 * length or not _HEX.fullmatch(value):
            self.refuse(where, f"{2 * length} lower-case hex digits")
        return value
