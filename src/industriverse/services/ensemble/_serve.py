"""A replica at work: it computes, signs, listens and votes until its desk closes."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from jaxtyping import Float

from industriverse.engines.consensus import (
    REPLICAS,
    Replica,
    Step,
    Terms,
    enter,
    hear,
    read_terms,
    round_of,
    tick,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Clock, Messenger, Parcel, Signer

from ._orders import Order, decision_order, key_of, key_order, read_order
from ._request import Work, read_request

DESK = REPLICAS
"""The desk's number among the parties."""
_KEPT_ROUNDS = 16
"""Rounds in which a message can still be seen to be late."""
_IDLE_S = 1.0

Computed = tuple[Terms, Float[np.ndarray, "lead *state"] | None]


@dataclass(slots=True)
class Serving:
    """One replica between its desk and its peers.

    Attributes:
        number: Its own, 0 to 2.
        messenger: Its lines: to the other replicas, and to the desk.
        signer: Its key.
        clock: Its clock.
        work: Its forecaster.
    """

    number: int
    messenger: Messenger
    signer: Signer
    clock: Clock
    work: Work
    _keys: dict[int, bytes] = field(default_factory=dict[int, bytes])
    _computed: dict[str, Computed] = field(default_factory=dict[str, Computed])
    _rounds: OrderedDict[str, Replica] = field(default_factory=OrderedDict[str, Replica])

    def until_closed(self) -> None:
        """Serve until the desk closes its line."""
        self._keys[self.number] = self.signer.public_key
        key = key_order(self.signer.public_key)
        for party in range(REPLICAS + 1):
            if party != self.number:
                self.messenger.send(party, key.to_bytes())
        while DESK not in self.messenger.gone():
            parcel = self.messenger.receive(self._patience_s())
            if parcel is None:
                self._let_time_pass(self._now_us())
                continue
            if parcel.sender == DESK:
                self._obey(parcel)
            else:
                self._listen(parcel)
            # What still waits came later than this: no flood of messages can stop the time.
            self._let_time_pass(parcel.at_us)

    def _now_us(self) -> int:
        return int(self.clock.monotonic() * 1e6)

    def _patience_s(self) -> float:
        dues = [replica.due_us for replica in self._rounds.values()]
        due = min((due for due in dues if due is not None), default=None)
        return _IDLE_S if due is None else min(_IDLE_S, max(0.0, (due - self._now_us()) * 1e-6))

    def _let_time_pass(self, now: int) -> None:
        for name, replica in list(self._rounds.items()):
            if replica.due_us is not None and replica.due_us <= now:
                self._after(name, tick(replica, now))

    def _obey(self, parcel: Parcel) -> None:
        order = read_order(parcel.data)
        if order is not None and order.kind == "work":
            self._compute(order)
        elif order is not None and order.kind == "begin":
            self._begin(cast("str", order.says["round"]), cast("int", order.says["start_us"]))

    def _compute(self, order: Order) -> None:
        """Forecast ahead of the round; whatever a forecaster raises is its failure, not ours."""
        terms, why = read_terms(order.says["terms"]), ""
        values: Float[np.ndarray, "lead *state"] | None = None
        try:
            values = self._forecast(order, terms)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
        self._computed = {terms.round: (terms, values)}
        ready = Order("ready", {"round": terms.round, "why": why})
        self.messenger.send(DESK, ready.to_bytes())

    def _forecast(self, order: Order, terms: Terms) -> Float[np.ndarray, "lead *state"]:
        request = read_request(order.says, order.payload)
        if (request.digest, request.shape) != (terms.asked, terms.shape):
            raise ContractError("The terms are of another request.")
        values = np.asarray(self.work(request), np.float64)
        if values.shape != terms.shape or not np.isfinite(values).all():
            raise ContractError(
                f"Its forecast of shape {values.shape} is not finite or not of {terms.shape}."
            )
        return values

    def _begin(self, name: str, start_us: int) -> None:
        """Enter a round, if its members are the replicas whose keys came on their own lines."""
        terms, values = self._computed.pop(name, (None, None))
        if terms is None:
            return
        keys = tuple(self._keys.get(number, b"") for number in range(REPLICAS))
        if keys != terms.members:
            return
        replica = enter(terms, self.number, self.signer, start_us, values)
        while len(self._rounds) >= _KEPT_ROUNDS:
            self._rounds.popitem(last=False)
        self._rounds[name] = replica
        self._after(name, tick(replica, self._now_us()))

    def _listen(self, parcel: Parcel) -> None:
        name = round_of(parcel.data)
        if name is not None and name in self._rounds:
            self._after(name, hear(self._rounds[name], parcel.data, parcel.at_us))
            return
        order = read_order(parcel.data)
        if order is not None and order.kind == "key":
            self._meet(parcel.sender, order)

    def _meet(self, sender: int, order: Order) -> None:
        """Remember a peer's key, the first it names on its own line and no other."""
        named = key_of(order)
        if named is not None:
            self._keys.setdefault(sender, named)

    def _after(self, name: str, step: Step) -> None:
        self._rounds[name] = step.replica
        for message in step.messages:
            for peer in range(REPLICAS):
                if peer != self.number:
                    self.messenger.send(peer, message)
        for decision in step.decisions:
            self.messenger.send(DESK, decision_order(decision).to_bytes())
