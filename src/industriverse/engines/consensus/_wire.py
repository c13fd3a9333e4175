"""Messages as bytes: a canonical header, and the values it speaks of."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

import numpy as np
from jaxtyping import Float

from industriverse.kernel.canonical import canonical_bytes, parse_canonical
from industriverse.kernel.errors import ContractError

from ._aggregate import from_payload, to_payload
from ._statements import Echo, Forecast, Statement, Vote, authentic, read_statement, statement_json
from ._terms import Terms

_LENGTH = 4
_LONGEST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class Message:
    """A statement, and the values of the forecast it speaks of.

    Attributes:
        statement: What is signed.
        values: `(*space)`, of a forecast or an echo; None with a vote.
    """

    statement: Statement
    values: Float[np.ndarray, "*space"] | None = None


def frame(header: bytes, payload: bytes = b"") -> bytes:
    """Return a header and what follows it as one piece."""
    return len(header).to_bytes(_LENGTH, "big") + header + payload


def unframe(data: bytes, longest: int = _LONGEST_HEADER) -> tuple[bytes, bytes]:
    """Return the header, of at most so many bytes, and what follows it.

    Raises:
        ContractError: The piece is shorter than it says.
    """
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    if len(data) < _LENGTH or end > min(len(data), _LENGTH + longest):
        raise ContractError(f"A message of {len(data)} bytes has no such header.")
    return data[_LENGTH:end], data[end:]


def encode(message: Message) -> bytes:
    """Return the one byte form of a message."""
    payload = b"" if message.values is None else to_payload(message.values)
    return frame(canonical_bytes(statement_json(message.statement)), payload)


def decode(data: bytes, terms: Terms) -> Message:
    """Return the message of some bytes, each byte of it covered by a signature.

    Raises:
        ContractError: It is malformed, of another round, not signed by the one it names, or
            carries values other than those it speaks of.
    """
    header, payload = unframe(data)
    statement = _statement(header)
    if not authentic(statement, terms):
        raise ContractError(
            f"The {statement.kind} of replica {statement.replica} is of another round, or not "
            "signed by it."
        )
    if isinstance(statement, Vote):
        return _refuse_payload() if payload else Message(statement)
    forecast = statement.of if isinstance(statement, Echo) else statement
    return Message(statement, _carried(forecast, payload, terms))


def round_of(data: bytes) -> str | None:
    """Return the round that a message says it belongs to; nothing of it is verified yet."""
    try:
        return _statement(unframe(data)[0]).round
    except ContractError:
        return None


@lru_cache(maxsize=1024)
def _statement(header: bytes) -> Statement:
    return read_statement(parse_canonical(header))


def _carried(forecast: Forecast, payload: bytes, terms: Terms) -> Float[np.ndarray, "*space"]:
    if hashlib.sha256(payload).hexdigest() != forecast.digest:
        return _refuse_payload()
    return from_payload(payload, terms.shape)


def _refuse_payload() -> NoReturn:
    raise ContractError("A message carries values that its signature does not cover.")
