"""What the stages need from outside."""

from collections.abc import Callable
from dataclasses import dataclass

from industriverse.engines.regimes import RegimeModel
from industriverse.kernel.domains import DomainAdapter
from industriverse.kernel.ports import (
    BlobStore,
    Clock,
    EnergyMeter,
    Exporter,
    RunStore,
)
from industriverse.services.billing import Billing
from industriverse.services.forecasting import TrainedNetwork
from industriverse.services.known_states import KnownStates
from industriverse.services.prove import Prove


@dataclass(frozen=True, slots=True)
class Tools:
    """Ports and services of a prediction.

    Attributes:
        domains: Loads every domain's adapter, once asked.
        regime_model: Loads the regime classifier, once asked.
        network: Loads the network of a domain, once asked; None where there is none.
        known: States seen before, to find those near the present one.
        watts: Of one busy core, for the estimate that the quote is made of.
    """

    domains: Callable[[], tuple[DomainAdapter, ...]]
    regime_model: Callable[[], RegimeModel]
    network: Callable[[str], TrainedNetwork | None]
    known: KnownStates
    meter: EnergyMeter
    billing: Billing
    prove: Prove
    runs: RunStore
    blobs: BlobStore
    exporter: Exporter
    clock: Clock
    watts: float
