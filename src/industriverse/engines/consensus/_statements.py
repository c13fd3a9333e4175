"""The three things a replica signs: its forecast, what it received of another, and its vote."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, TypeVar

from industriverse.kernel.canonical import Json, canonical_bytes
from industriverse.kernel.ports import Signer
from industriverse.kernel.signatures import (
    SIGNATURE_BYTES,
    pre_authentication,
    signature_holds,
)

from ._reading import hexadecimal, listed, members, one_of, refuse, whole
from ._terms import REPLICAS, Terms

MESSAGE_TYPE = "application/vnd.industriverse.consensus+json"
_HASH_BYTES = 32
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Forecast:
    """That a replica forecasts the values with this digest.

    Attributes:
        round: Name of the round.
        replica: Who says so.
        digest: SHA-256 of the values, in hex (`digest_of`).
        signature: Ed25519 over all of the above, of `replica`'s key.
    """

    kind: ClassVar[str] = "forecast"
    round: str
    replica: int
    digest: str
    signature: bytes = b""

    def body(self) -> dict[str, Json]:
        """Return what is signed."""
        return {**_head(self), "values": self.digest}


@dataclass(frozen=True, slots=True)
class Echo:
    """That a replica received another's forecast in time.

    Attributes:
        round: Name of the round.
        replica: Who received it.
        of: The forecast, with its author's signature.
        signature: Ed25519 over all of the above, of `replica`'s key.
    """

    kind: ClassVar[str] = "echo"
    round: str
    replica: int
    of: Forecast
    signature: bytes = b""

    def body(self) -> dict[str, Json]:
        """Return what is signed."""
        return {**_head(self), "of": statement_json(self.of)}


@dataclass(frozen=True, slots=True)
class Vote:
    """Which forecasts a replica holds for the round's, and what they come to.

    Attributes:
        round: Name of the round.
        replica: Who votes.
        forecasts: Replica and digest of each forecast in the set, in order of replicas.
        aggregate: SHA-256 of their aggregate, in hex.
        signature: Ed25519 over all of the above, of `replica`'s key.
    """

    kind: ClassVar[str] = "vote"
    round: str
    replica: int
    forecasts: tuple[tuple[int, str], ...]
    aggregate: str
    signature: bytes = b""

    def body(self) -> dict[str, Json]:
        """Return what is signed."""
        pairs: list[Json] = [[replica, digest] for replica, digest in self.forecasts]
        return {**_head(self), "forecasts": pairs, "aggregate": self.aggregate}

    def equals(self, other: "Vote") -> bool:
        """Say whether two votes are for the same."""
        return (self.forecasts, self.aggregate) == (other.forecasts, other.aggregate)


Statement = Forecast | Echo | Vote
_Signed = TypeVar("_Signed", Forecast, Echo, Vote)


def _head(statement: Statement) -> dict[str, Json]:
    return {"kind": statement.kind, "round": statement.round, "replica": statement.replica}


def statement_json(statement: Statement) -> Json:
    """Return a statement with its signature, as it travels and as evidence holds it."""
    return {**statement.body(), "signature": statement.signature.hex()}


def _message(statement: Statement) -> bytes:
    return pre_authentication(MESSAGE_TYPE, canonical_bytes(statement.body()))


def signed(statement: _Signed, signer: Signer) -> _Signed:
    """Return the statement with its signature."""
    return replace(statement, signature=signer.sign(_message(statement)))


@lru_cache(maxsize=4096)
def authentic(statement: Statement, terms: Terms) -> bool:
    """Say whether a statement is of this round, and each signature in it of the one it names.

    Kept for a while: the same forecast comes again in echoes, and anything in copies.
    """
    if statement.round != terms.round:
        return False
    if isinstance(statement, Echo) and not authentic(statement.of, terms):
        return False
    key = terms.members[statement.replica]
    return signature_holds(key, statement.signature, _message(statement))


def read_statement(value: Json) -> Statement:
    """Read a statement; nothing is verified yet.

    Raises:
        ContractError: A member is missing, unknown or not in its one form.
    """
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == Forecast.kind:
        return _forecast(value)
    if kind == Echo.kind:
        return _echo(value)
    return _vote(value)


def _common(value: Json, kind: str, *others: str) -> tuple[dict[str, Json], str, int, bytes]:
    entry = members(value, kind, ("kind", "round", "replica", "signature", *others))
    one_of(entry["kind"], "kind", (kind,))
    name = hexadecimal(entry["round"], "round", _HASH_BYTES)
    signature = hexadecimal(entry["signature"], "signature", SIGNATURE_BYTES)
    return entry, name, _replica(entry["replica"]), bytes.fromhex(signature)


def _replica(value: Json) -> int:
    number = whole(value, "replica")
    return number if number < REPLICAS else refuse("replica", f"below {REPLICAS}")


def _digest(value: Json) -> str:
    return hexadecimal(value, "digest", _HASH_BYTES)


def _forecast(value: Json) -> Forecast:
    entry, name, replica, signature = _common(value, Forecast.kind, "values")
    return Forecast(name, replica, _digest(entry["values"]), signature)


def _echo(value: Json) -> Echo:
    entry, name, replica, signature = _common(value, Echo.kind, "of")
    of = _forecast(entry["of"])
    if of.replica == replica:
        refuse("echo", "of another replica")
    return Echo(name, replica, of, signature)


def _vote(value: Json) -> Vote:
    entry, name, replica, signature = _common(value, Vote.kind, "forecasts", "aggregate")
    pairs = tuple(_pair(pair) for pair in listed(entry["forecasts"], "forecasts"))
    order = [author for author, _ in pairs]
    if len(pairs) < _PAIR or order != sorted(set(order)):
        refuse("forecasts", "two or three replicas in order")
    return Vote(name, replica, pairs, _digest(entry["aggregate"]), signature)


def _pair(value: Json) -> tuple[int, str]:
    pair = listed(value, "pair")
    if len(pair) != _PAIR:
        refuse("pair", "a replica and a digest")
    return _replica(pair[0]), _digest(pair[1])
