"""Three replicas agree on one forecast, though one of them may fail or lie (physics.md §7)."""

from ._aggregate import digest_of, error_correlation, from_payload, median, spread, to_payload
from ._evidence import (
    Certificate,
    Equivocation,
    equivocation,
    read_certificate,
    read_evidence,
    write_certificate,
    write_evidence,
)
from ._protocol import hear, tick
from ._replica import Anomaly, Decision, Held, Replica, Status, Step, enter
from ._statements import (
    Echo,
    Forecast,
    Statement,
    Vote,
    authentic,
    read_statement,
    signed,
    statement_json,
)
from ._terms import MODES, REPLICAS, Mode, Terms, read_terms
from ._trust import OUTCOMES, Outcome, trust
from ._wire import Message, decode, encode, frame, round_of, unframe

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
    "authentic",
    "decode",
    "digest_of",
    "encode",
    "enter",
    "equivocation",
    "error_correlation",
    "frame",
    "from_payload",
    "hear",
    "median",
    "read_certificate",
    "read_evidence",
    "read_statement",
    "read_terms",
    "round_of",
    "signed",
    "spread",
    "statement_json",
    "tick",
    "to_payload",
    "trust",
    "unframe",
    "write_certificate",
    "write_evidence",
]
