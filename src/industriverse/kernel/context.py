"""What travels with each call, across every transport."""

from dataclasses import dataclass, replace

from .errors import ContractError, RefusedError
from .ids import new_trace_id


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, under which trace, with how much energy and time left.

    Attributes:
        trace_id: W3C trace id, 32 hex digits.
        tenant: Whose data and budget.
        principal: Who acts.
        deadline_s: Monotonic clock reading after which nobody waits any more, or None.
        joules_left: Energy budget left, or None when unlimited.
    """

    trace_id: str
    tenant: str = "local"
    principal: str = "local"
    deadline_s: float | None = None
    joules_left: float | None = None

    @classmethod
    def fresh(cls, *, tenant: str = "local", principal: str = "local") -> "Context":
        """Return a context with a trace of its own."""
        return cls(new_trace_id(), tenant, principal)

    @classmethod
    def from_traceparent(cls, header: str, *, tenant: str, principal: str) -> "Context":
        """Continue the trace of a W3C `traceparent` header.

        Raises:
            ContractError: The header is malformed.
        """
        parts = header.split("-")
        well_formed = (
            len(parts) == 4  # noqa: PLR2004 (version-trace-span-flags)
            and len(parts[1]) == 32  # noqa: PLR2004
            and set(parts[1]) <= set("0123456789abcdef")
            and set(parts[1]) != {"0"}
        )
        if not well_formed:
            raise ContractError(f"traceparent {header!r} is not a W3C trace context.")
        return cls(parts[1], tenant, principal)

    def spend(self, joules: float) -> "Context":
        """Return the context with less energy left.

        Raises:
            RefusedError: The budget does not hold that much.
        """
        if self.joules_left is None:
            return self
        if joules > self.joules_left:
            raise RefusedError(
                f"The call needs {joules:.3g} J; its budget holds {self.joules_left:.3g} J.",
                hint="Raise the energy budget or shorten the horizon.",
            )
        return replace(self, joules_left=self.joules_left - joules)
