"""What a third party can check offline: that a replica signed two things, or that a round ended."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.canonical import Json, canonical_bytes, parse_canonical
from industriverse.kernel.errors import ContractError

from ._aggregate import digest_of
from ._reading import listed, members, refuse
from ._statements import Forecast, Statement, Vote, authentic, read_statement, statement_json
from ._terms import Terms, read_terms

VERSION = 1


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Two different statements of one kind, which one replica signed in one round.

    Attributes:
        first, second: The two, each with its signature.
    """

    first: Forecast | Vote
    second: Forecast | Vote

    @property
    def replica(self) -> int:
        """Who signed both."""
        return self.first.replica


@dataclass(frozen=True, slots=True)
class Certificate:
    """That a round committed an aggregate.

    Attributes:
        terms: Of the round.
        votes: Equal votes of different replicas, as many as the mode asks for or more.
    """

    terms: Terms
    votes: tuple[Vote, ...]

    @property
    def aggregate(self) -> str:
        """SHA-256 of the aggregate's values, in hex."""
        return self.votes[0].aggregate

    def is_of(self, values: Float[np.ndarray, "*space"]) -> bool:
        """Say whether these are the values that were committed."""
        return values.shape == self.terms.shape and digest_of(values) == self.aggregate


def equivocation(first: Statement, second: Statement) -> Equivocation | None:
    """Return what two authentic statements of one round prove, if they prove anything."""
    if first.kind != second.kind or first.replica != second.replica:
        return None
    if isinstance(first, Forecast) and isinstance(second, Forecast):
        return None if first.digest == second.digest else Equivocation(first, second)
    if isinstance(first, Vote) and isinstance(second, Vote):
        return None if first.equals(second) else Equivocation(first, second)
    return None


def write_evidence(terms: Terms, found: Equivocation) -> bytes:
    """Return the canonical bytes of an equivocation, for anyone who holds the public keys."""
    return _document(terms, (found.first, found.second))


def read_evidence(document: bytes, *, keys: Sequence[bytes] | None = None) -> Equivocation:
    """Return the equivocation that a document proves.

    Args:
        document: What `write_evidence` wrote.
        keys: The raw public keys of replicas 0, 1 and 2; those inside by default, which shows that
            somebody equivocated but not who.

    Raises:
        ContractError: It proves none: malformed, other keys, a signature that does not hold, two
            statements that agree.
    """
    _, (first, second) = _read(document, keys, exactly=2)
    found = equivocation(first, second)
    return found if found is not None else refuse("pair", "two that contradict each other")


def write_certificate(terms: Terms, votes: Sequence[Vote]) -> bytes:
    """Return the canonical bytes of a commit, for anyone who holds the public keys."""
    return _document(terms, votes)


def read_certificate(document: bytes, *, keys: Sequence[bytes] | None = None) -> Certificate:
    """Return the commit that a document proves.

    Args:
        document: What `write_certificate` wrote.
        keys: The raw public keys of replicas 0, 1 and 2; those inside by default.

    Raises:
        ContractError: It proves none: malformed, other keys, a signature that does not hold, votes
            that differ, of one replica twice, or too few.
    """
    terms, statements = _read(document, keys)
    votes = tuple(one for one in statements if isinstance(one, Vote))
    voters = {vote.replica for vote in votes}
    if len(voters) != len(statements) or len(voters) < terms.quorum:
        refuse("votes", f"{terms.quorum} or more of different replicas")
    if not all(vote.equals(votes[0]) for vote in votes):
        refuse("votes", "for one aggregate")
    return Certificate(terms, votes)


def _document(terms: Terms, statements: Sequence[Statement]) -> bytes:
    signed: list[Json] = [statement_json(one) for one in statements]
    return canonical_bytes({"version": VERSION, "terms": terms.to_json(), "signed": signed})


def _read(
    document: bytes, keys: Sequence[bytes] | None, *, exactly: int | None = None
) -> tuple[Terms, list[Statement]]:
    outer = members(parse_canonical(document), "evidence", ("version", "terms", "signed"))
    if outer["version"] != VERSION:
        refuse("version", f"{VERSION}")
    terms = read_terms(outer["terms"])
    if keys is not None and terms.members != tuple(keys):
        raise ContractError("The evidence is of other keys than those given.")
    statements = [read_statement(one) for one in listed(outer["signed"], "signed")]
    if exactly is not None and len(statements) != exactly:
        refuse("signed", f"{exactly} statements")
    for one in statements:
        if not authentic(one, terms):
            raise ContractError(f"A {one.kind} was not signed by replica {one.replica}.")
    return terms, statements
