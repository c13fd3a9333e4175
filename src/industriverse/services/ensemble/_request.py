"""What an ensemble is asked, and what does the work in each replica."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import cast

import numpy as np
from jaxtyping import Float

from industriverse.engines.consensus import from_payload, to_payload
from industriverse.kernel.canonical import Json, canonical_bytes
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import sha256_hex

_MOST_LEADS = 4096


@dataclass(frozen=True, slots=True)
class EnsembleRequest:
    """A forecast that all replicas are asked for.

    Attributes:
        history: `(time, *state)`, in the caller's units. Finite; the last frame is the present.
        leads: How many frames ahead, at least 1.
    """

    history: Float[np.ndarray, "time *state"]
    leads: int

    def __post_init__(self) -> None:
        """Refuse what cannot be forecast or agreed on."""
        if self.history.ndim < 2 or not self.history.size:  # noqa: PLR2004 (time and state)
            raise ContractError(f"A history of shape {self.history.shape} has no frames of values.")
        if not np.isfinite(self.history).all():
            raise ContractError(
                "The history holds NaN or infinite values.", hint="Fill the gaps first."
            )
        if not 1 <= self.leads <= _MOST_LEADS:
            raise ContractError(f"{self.leads} leads are not 1 to {_MOST_LEADS}.")

    @property
    def shape(self) -> tuple[int, ...]:
        """`(lead, *state)`. Shape of the forecast."""
        return (self.leads, *self.history.shape[1:])

    @property
    def payload(self) -> bytes:
        """The history's values as they travel."""
        return to_payload(self.history)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that is asked, in hex."""
        asked = {**self.to_json(), "values": sha256_hex(self.payload)}
        return sha256_hex(canonical_bytes(cast("Json", asked)))

    def to_json(self) -> dict[str, Json]:
        """Return everything but the values."""
        return {"shape": list(self.history.shape), "leads": self.leads}


def read_request(value: Mapping[str, Json], payload: bytes) -> EnsembleRequest:
    """Read a request that another process sent."""
    shape = tuple(cast("list[int]", value["shape"]))
    return EnsembleRequest(from_payload(payload, shape), cast("int", value["leads"]))


Work = Callable[[EnsembleRequest], Float[np.ndarray, "lead *state"]]
"""What a replica does with a request: its forecast, of the request's shape, in float64."""


@dataclass(frozen=True, slots=True)
class ReplicaSpec:
    """Which forecaster a replica runs: a function by name, and what it is called with once.

    Attributes:
        target: `module:function`. Returns a `Work`; it loads weights and compiles there.
        arguments: Named arguments of plain values, such as a weights file and a seed.
    """

    target: str
    arguments: Mapping[str, Json] = field(default_factory=dict[str, Json])


def load(spec: ReplicaSpec) -> Work:
    """Return the forecaster of a spec.

    Raises:
        ContractError: There is no such function, or it does not take these arguments.
    """
    module, _, name = spec.target.partition(":")
    try:
        make = getattr(import_module(module), name)
        return make(**spec.arguments)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ContractError(
            f"No forecaster can be made of {spec.target!r}: {error}.",
            hint="Name it `module:function` and give the arguments that it takes.",
        ) from error
