"""What travels through the seven stages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from industriverse.kernel.context import Context
from industriverse.kernel.domains import DomainLaw
from industriverse.kernel.ports import Job, Measurement, ReadResult
from industriverse.kernel.proofs import Check, ProofRecord
from industriverse.kernel.results import Annotation, Forecast, Neighbour, Receipt, Regime

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of all stages that is done."""


def silent(stage: str, share: float) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """What to predict.

    Attributes:
        read: The observation, as a reader returned it.
        name: File or topic, for people.
        horizon: Steps ahead; None for the default of the data's length.
        coverage: Target of the outer interval, in (0.5, 0.999].
        domain: Declared domain, "" to find out.
        request_key: Idempotency key, "" for none.
        request_sha256: Of the request's content.
        seed: For the parts that draw numbers.
        law: Whether to seek the governing equation of a field: True also where it takes long,
            False never, None where it takes seconds.
    """

    read: ReadResult
    name: str
    horizon: int | None = None
    coverage: float = 0.9
    domain: str = ""
    request_key: str = ""
    request_sha256: str = ""
    seed: int = 0
    law: bool | None = None

    def with_key(self, key: str) -> "PredictRequest":
        """Return the request under an idempotency key."""
        return replace(self, request_key=key)


@dataclass(frozen=True, slots=True)
class Case:
    """One request on its way; each stage returns it with one more part filled in."""

    request: PredictRequest
    context: Context
    job: Job
    measurement: Measurement
    annotation: Annotation | None = None
    embedding: bytes = b""
    neighbours: tuple[Neighbour, ...] = ()
    regime: Regime | None = None
    forecast: Forecast | None = None
    law: DomainLaw | None = None
    checks: tuple[Check, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    proof: ProofRecord | None = None
    receipt: Receipt | None = None
    timing_ms: Mapping[str, float] = field(default_factory=dict[str, float])
    warnings: tuple[str, ...] = ()


Part = TypeVar("Part")


def present(part: Part | None, stage: str) -> Part:
    """Return a part that an earlier stage must have filled in."""
    if part is None:
        raise RuntimeError(f"stage {stage!r} has not run")
    return part
