"""Three replicas agree on one forecast, though one of them may fail or lie (physics.md §7)."""

from ._aggregate import digest_of, error_correlation, median, spread
from ._evidence import (
    Certificate,
    Equivocation,
    read_certificate,
    read_evidence,
    write_certificate,
    write_evidence,
)
from ._protocol import enter, hear, tick
from ._replica import Anomaly, Decision, Held, Replica, Status, Step
from ._statements import Echo, Forecast, Statement, Vote, signed
from ._terms import MODES, REPLICAS, Mode, Terms, read_terms
from ._trust import OUTCOMES, Outcome, trust
from ._wire import Message, decode, encode, frame, unframe

__all__ = [
    "MODES",
    "OUTCOMES",
    "REPLICAS",
    "Anomaly",
    "Certificate",
    "Decision",
    "Echo",
    "Equivocation",
    "Forecast",
    "Held",
    "Message",
    "Mode",
    "Outcome",
    "Replica",
    "Statement",
    "Status",
    "Step",
    "Terms",
    "Vote",
    "decode",
    "digest_of",
    "encode",
    "enter",
    "error_correlation",
    "frame",
    "hear",
    "median",
    "read_certificate",
    "read_evidence",
    "read_terms",
    "signed",
    "spread",
    "tick",
    "trust",
    "unframe",
    "write_certificate",
    "write_evidence",
]
