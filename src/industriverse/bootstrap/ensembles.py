"""Puts ensembles together: a desk here, and three replicas in processes of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.replica_processes import ReplicaProcesses
from industriverse.engines.consensus import REPLICAS
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Messenger
from industriverse.services.ensemble import Ensemble, EnsembleSettings, ReplicaSpec


@dataclass(frozen=True, slots=True)
class Seat:
    """What a replica's process is given.

    Attributes:
        key: File of its private key; made on the first start, read by nobody else.
        spec: Its forecaster.
    """

    key: Path
    spec: ReplicaSpec


def start_ensemble(
    specs: Sequence[ReplicaSpec], folder: Path, settings: EnsembleSettings | None = None
) -> Ensemble:
    """Start three replicas and wait until they are loaded.

    Args:
        specs: The forecaster of each, best with weights and a seed of its own.
        folder: Where the replicas' keys lie, one file each.
        settings: How they agree.

    Raises:
        ContractError: There are not three of them.
        UnavailableError: One did not start.
    """
    if len(specs) != REPLICAS:
        raise ContractError(f"An ensemble has {REPLICAS} replicas, not {len(specs)}.")
    seats = [Seat(folder / f"replica-{n}.pem", spec) for n, spec in enumerate(specs)]
    processes = ReplicaProcesses(serve_replica, seats)
    ensemble = Ensemble(
        processes.messenger, SystemClock(), settings or EnsembleSettings(), processes.close
    )
    try:
        ensemble.wait_until_loaded()
    except BaseException:
        ensemble.close()
        raise
    return ensemble


def serve_replica(number: int, messenger: Messenger, seat: Seat) -> None:
    """Be one replica until the desk closes; runs in a process of its own."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 (only replicas compute)

    from industriverse.adapters.key_file import KeyFileSigner  # noqa: PLC0415
    from industriverse.services.ensemble import Serving, load  # noqa: PLC0415

    with threadpool_limits(1, "blas"):
        work = load(seat.spec)
        Serving(number, messenger, KeyFileSigner(seat.key), SystemClock(), work).until_closed()
