"""Which domain an input belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from industriverse.kernel.domains import DomainAdapter
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory

_FALLBACK = "field"


@dataclass(frozen=True, slots=True)
class Choice:
    """A domain and how sure it is.

    Attributes:
        adapter: The domain.
        confidence: In [0, 1]; 1 when it was declared.
        declared: Whether the user or the file named it.
    """

    adapter: DomainAdapter
    confidence: float
    declared: bool


def choose(
    trajectory: Trajectory, adapters: Sequence[DomainAdapter], *, declared: str = ""
) -> Choice:
    """Return the domain that an input belongs to.

    What the user declares wins, then what the file declares, then the surest fit.

    Raises:
        ContractError: The declared domain does not exist or lacks a variable; or none fits.
    """
    known = {adapter.law.domain: adapter for adapter in adapters}
    named = (declared or trajectory.domain).strip().lower()
    if named:
        if named not in known:
            raise ContractError(
                f"There is no domain {named!r}.",
                hint=f"Declare one of: {', '.join(sorted(known))}.",
            )
        known[named].energy(trajectory)
        return Choice(known[named], 1.0, declared=True)
    sure = sorted(((a.fits(trajectory), a.law.domain == _FALLBACK, a) for a in adapters), key=_rank)
    if not sure or sure[-1][0] <= 0:
        raise ContractError(
            f"No domain fits the variables {', '.join(trajectory.names)}.",
            hint=f"Declare one of: {', '.join(sorted(known))}.",
        )
    return Choice(sure[-1][2], sure[-1][0], declared=False)


def _rank(entry: tuple[float, bool, DomainAdapter]) -> tuple[float, bool, str]:
    """Surest first; of two alike never the fallback."""
    return entry[0], not entry[1], entry[2].law.domain
