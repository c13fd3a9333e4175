"""What the desk and its replicas tell each other beside the protocol's own messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from industriverse.engines.consensus import (
    Anomaly,
    Decision,
    Equivocation,
    Forecast,
    Held,
    Outcome,
    Status,
    Terms,
    Vote,
    authentic,
    digest_of,
    equivocation,
    frame,
    from_payload,
    read_certificate,
    read_statement,
    statement_json,
    to_payload,
    unframe,
    write_certificate,
)
from industriverse.engines.consensus import median as aggregate_of
from industriverse.kernel.canonical import Json, canonical_bytes, parse_canonical
from industriverse.kernel.errors import ContractError
from industriverse.kernel.signatures import KEY_BYTES

_LONGEST = 1 << 16
_LONGEST_WHY = 500
_STATUSES: tuple[Status, ...] = ("confirmed", "unconfirmed", "halted")


@dataclass(frozen=True, slots=True)
class Order:
    """A kind, what it says, and the bytes that go with it."""

    kind: str
    says: Mapping[str, Json]
    payload: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the order as it travels."""
        return frame(canonical_bytes({"order": self.kind, **self.says}), self.payload)


def read_order(data: bytes) -> Order | None:
    """Return the order of some bytes, or None where they hold none."""
    try:
        header, payload = unframe(data, _LONGEST)
        says = parse_canonical(header)
    except ContractError:
        return None
    if not isinstance(says, dict) or not isinstance(says.get("order"), str):
        return None
    return Order(cast("str", says["order"]), says, payload)


def key_order(public_key: bytes) -> Order:
    """Return the order in which a replica names its key."""
    return Order("key", {"key": public_key.hex()})


def key_of(order: Order) -> bytes | None:
    """Return the raw public key that an order names, if it names one."""
    named = order.says.get("key")
    try:
        key = bytes.fromhex(named) if isinstance(named, str) else b""
    except ValueError:
        return None
    return key if order.kind == "key" and len(key) == KEY_BYTES else None


def decision_order(decision: Decision) -> Order:
    """Return a replica's report of what it decided, with all that the desk needs to check it."""
    values = b"".join(to_payload(held.values) for held in decision.held)
    says: dict[str, Json] = {
        "round": decision.round,
        "status": decision.status,
        "why": decision.why,
        "held": [statement_json(held.forecast) for held in decision.held],
        "votes": [statement_json(vote) for vote in decision.votes],
        "anomalies": [[one.kind, one.replica] for one in sorted(decision.anomalies)],
        "evidence": [
            [statement_json(one.first), statement_json(one.second)] for one in decision.evidence
        ],
    }
    return Order("decision", says, values)


def read_decision(order: Order, terms: Terms) -> Decision:
    """Return a report whose every claim of others is checked; a replica may lie to the desk too.

    The certificate must hold, the forecasts must be those voted for, and their aggregate is
    computed again; evidence that does not hold refuses the whole report.

    Raises:
        ContractError: Something in it does not hold.
    """
    try:
        return _decision(order, terms)
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(f"A replica's report is malformed: {error!r}.") from error


def _decision(order: Order, terms: Terms) -> Decision:
    says = cast("dict[str, list[Json]]", order.says)
    status = cast("Status", order.says["status"])
    if status not in _STATUSES or order.says["round"] != terms.round:
        raise ContractError("A replica's report has no such status, or is of another round.")
    evidence = tuple(_contradiction(pair, terms) for pair in says["evidence"])
    anomalies = frozenset(
        Anomaly(cast("Outcome", kind), cast("int", replica))
        for kind, replica in cast("list[list[Json]]", says["anomalies"])
    )
    why = str(order.says["why"])[:_LONGEST_WHY]
    if status == "halted":
        return Decision("halted", terms.round, why, None, (), (), anomalies, evidence)
    held = _held(says["held"], order.payload, terms)
    votes = tuple(read_statement(one) for one in says["votes"])
    certified = tuple(vote for vote in votes if isinstance(vote, Vote))
    certificate = read_certificate(write_certificate(terms, certified), keys=terms.members)
    values = aggregate_of(np.stack([one.values for one in held]))
    voted = tuple((one.forecast.replica, one.forecast.digest) for one in held)
    if voted != certified[0].forecasts or not certificate.is_of(values):
        raise ContractError("A replica's report is of other forecasts than were voted for.")
    return Decision(status, terms.round, why, values, held, certified, anomalies, evidence)


def _held(statements: list[Json], payload: bytes, terms: Terms) -> tuple[Held, ...]:
    size = len(payload) // max(len(statements), 1)
    found: list[Held] = []
    for number, one in enumerate(statements):
        forecast = read_statement(one)
        if not isinstance(forecast, Forecast) or not authentic(forecast, terms):
            raise ContractError("A replica's report holds a forecast that nobody signed.")
        values = from_payload(payload[number * size : (number + 1) * size], terms.shape)
        if digest_of(values) != forecast.digest:
            raise ContractError("A replica's report holds other values than were signed.")
        found.append(Held(forecast, values))
    return tuple(found)


def _contradiction(pair: Json, terms: Terms) -> Equivocation:
    first, second = (read_statement(one) for one in cast("list[Json]", pair))
    found = equivocation(first, second)
    if found is None or not (authentic(first, terms) and authentic(second, terms)):
        raise ContractError("A replica's report holds evidence that proves nothing.")
    return found
