"""What can be chosen, and the sizes that follow from it."""

from dataclasses import dataclass

from industriverse.kernel.errors import ContractError

CHUNK = 64
"""Samples between two rounds of learning; every other interval is a multiple of it."""
READ = 64
"""Newest samples from which a unit of the population reads its state."""


@dataclass(frozen=True, slots=True)
class Config:
    """Choices; every size is fixed by them, so memory does not grow with the stream.

    Attributes:
        horizon: Leads that units are fitted to and errors are recorded for.
        history: Samples kept; a cycle is found if three of them fit. A multiple of 64.
        window: Samples that a unit of the population is estimated from.
        capacity: Units in the population; the least adaptive makes room for a new one.
        regimes: Most regimes told apart.
        top_k: Units that the population's forecast averages.
        memory: Samples after which what the incremental fits learned weighs 1/e.
        growth: Rate α of the logistic assignment, per sample.
    """

    horizon: int = 60
    history: int = 8192
    window: int = 192
    capacity: int = 16
    regimes: int = 8
    top_k: int = 5
    memory: int = 50_000
    growth: float = 0.1

    def __post_init__(self) -> None:
        if min(self.horizon, self.capacity, self.regimes, self.top_k, self.memory) < 1:
            raise ContractError(
                "horizon, capacity, regimes, top_k and memory must be 1 or more; they are "
                f"{self.horizon}, {self.capacity}, {self.regimes}, {self.top_k}, {self.memory}.",
            )
        if self.window < 2 * CHUNK:
            raise ContractError(f"A window of {self.window} samples is less than {2 * CHUNK}.")
        if self.history % CHUNK or self.history < 16 * CHUNK + 2 * self.horizon:
            raise ContractError(
                f"A history of {self.history} samples is not a multiple of {CHUNK}, or below "
                f"{16 * CHUNK} and twice the horizon {self.horizon}.",
            )
        if not self.growth > 0:
            raise ContractError(f"The growth rate must be above 0; it is {self.growth}.")
