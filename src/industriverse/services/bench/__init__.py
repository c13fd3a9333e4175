"""Benchmarks: commands whose figures the documentation may quote."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.ports import EnergyMeter
from industriverse.services.atlas import Maps
from industriverse.services.documents import BenchDocument, PredictDocument
from industriverse.services.ensemble import Ensemble, EnsembleSettings, ReplicaSpec
from industriverse.services.training import Tools

__all__ = ["BENCHES", "BenchSettings", "run_bench"]

BENCHES = {
    "agents": "Unphysical and copied forecasts caught, false alarms, abstention out of the domain.",
    "atlas": "Time to load a map, make its pyramid, find it among 100 000, build a domain.",
    "calibration": "Coverage, interval score and CRPS on real data, beside split conformal.",
    "conservation": "What each solver keeps over a whole run, and whether its entropy law holds.",
    "coverage": "Intervals of the trained networks, calibrated on whole runs, also under a shift.",
    "ensemble": "Time in which three replicas agree, and what they survive; how they err together.",
    "forecast": "Forecast fields of each domain: law, network, the naive ones, and rivals.",
    "integrators": "Energy kept by steps in time, beside SciPy and diffrax at equal work.",
    "microadapt": "Forecasts 60 steps on, beside linear, ETS and ARIMA; time per point.",
    "predict": "Time of a whole prediction: telemetry and fields, cold and warm.",
    "proofs": "Smallest violation that each check catches, and its false alarms.",
    "real_fields": "Anomaly skill on reanalysis and climate fields, beside what is hard to beat.",
    "regimes": "Followed streams on labelled sets, beside peers; pace, false alarms, delay.",
    "simulation": "Time of our solvers and of their best peers at equal error, in one run.",
    "transitions": "Delay and false alarms of regime changes; what sensor faults and gaps spoil.",
}
StartEnsemble = Callable[[Sequence[ReplicaSpec], Path, EnsembleSettings], Ensemble]
_VERSIONS = ("industriverse", "numpy", "scipy", "jax", "xarray", "pyarrow")


@dataclass(frozen=True, slots=True)
class BenchSettings:
    """What a benchmark is given.

    Attributes:
        seed: For everything drawn.
        data: Folder of reference data sets.
        folder: Scratch folder.
        progress: Called with a sentence and the share done.
        predict_file: Reads and predicts a file, as the command line and the server do.
        maps: An empty atlas on the scratch folder's disk.
        training: Meter, files and solved runs, for the trained networks.
        start_ensemble: Starts three replicas whose keys lie in a folder.
        meter: Measures joules.
    """

    seed: int
    data: Path
    folder: Path
    progress: Callable[[str, float], None]
    predict_file: Callable[[Path], PredictDocument]
    maps: Maps | None = None
    training: Tools | None = None
    start_ensemble: StartEnsemble | None = None
    meter: EnergyMeter | None = None


def run_bench(name: str, settings: BenchSettings) -> BenchDocument:
    """Run one benchmark.

    Raises:
        NotFoundError: There is none of that name.
        UnavailableError: It needs data that are not here.
    """
    if name not in BENCHES:
        raise NotFoundError(
            f"There is no benchmark {name!r}.", hint=f"Choose one of {', '.join(BENCHES)}."
        )
    module: Any = import_module(f"industriverse.services.bench.{name}")
    measured: dict[str, Any] = module.run(settings)
    return BenchDocument(
        bench=name,
        seed=settings.seed,
        machine=_machine(),
        versions={package: version(package) for package in _VERSIONS},
        metrics=measured["metrics"],
        peers=measured.get("peers", {}),
        ratios=measured.get("ratios", {}),
        rows=measured.get("rows", []),
    )


def _machine() -> dict[str, str | int]:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
    }
