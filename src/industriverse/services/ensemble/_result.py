"""What an ensemble answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.consensus import Outcome, Status


@dataclass(frozen=True, slots=True)
class EnsembleForecast:
    """One forecast on which the replicas agreed, or why there is none.

    Attributes:
        status: `confirmed`; `unconfirmed`: committed, but a late or conflicting message was seen;
            `halted`: nothing was committed.
        why: One sentence; empty when confirmed.
        round: Name of the round, SHA-256 of its terms.
        mean: `(lead, *state)`. The committed median; None when halted.
        spread: `(lead, *state)`. Standard deviation between the replicas; None when halted.
        forecasts: Replica to `(lead, *state)`: the set that the median is of.
        votes: Replica to the digest that it voted for, of those that the certificate holds.
        signatures: Replica to the signature of its vote.
        certificate: The commit for a third party (`read_certificate`); None when halted.
        evidence: A document for each replica that signed two things (`read_evidence`).
        outcomes: What each replica did in this round, where that is known.
        trust: Of each replica with a known round, over its recent ones, in [0, 1].
        work_s: [s]. Until the replicas were ready.
        agree_s: [s]. From there to the commit, or to giving up.
    """

    status: Status
    why: str
    round: str
    mean: Float[np.ndarray, "lead *state"] | None
    spread: Float[np.ndarray, "lead *state"] | None
    forecasts: Mapping[int, Float[np.ndarray, "lead *state"]]
    votes: Mapping[int, str]
    signatures: Mapping[int, bytes]
    certificate: bytes | None
    evidence: tuple[bytes, ...]
    outcomes: Mapping[int, Outcome]
    trust: Mapping[int, float]
    work_s: float
    agree_s: float


@dataclass(frozen=True, slots=True)
class Amendment:
    """That a forecast already given out as confirmed no longer is.

    Attributes:
        round: Name of its round.
        why: What was seen afterwards.
    """

    round: str
    why: str
