"""Modelled joules: CPU-seconds times watts per core, from a stated table or a setting."""

import time
from dataclasses import dataclass
from pathlib import Path

from industriverse.kernel.errors import ContractError
from industriverse.kernel.results import Metering

from .meter_shares import Shares

WATTS_PER_CORE = {
    "EPYC 7742": 225 / 64,
    "EPYC 7763": 280 / 64,
    "EPYC 9654": 360 / 96,
    "Xeon(R) Platinum 8280": 205 / 28,
    "Xeon(R) Platinum 8380": 270 / 40,
    "Xeon(R) Platinum 8480+": 350 / 56,
    "Xeon(R) Gold 6248": 150 / 20,
    "i7-1165G7": 28 / 4,
    "Ryzen 7 5800X": 105 / 8,
    "Ryzen 9 5950X": 105 / 16,
}
"""[W]. The makers' thermal design power over the number of cores, by part of the CPU's name."""

UNKNOWN_WATTS = 5.0
"""[W]. For a CPU that the table does not hold; the table's entries lie between 3.5 and 13."""

_KNOWN_SPREAD = 0.35  # one standard deviation: load, clock rate and memory move a core's power
_UNKNOWN_SPREAD = 0.6


@dataclass(frozen=True, slots=True)
class CorePower:
    """What a busy core draws.

    Attributes:
        watts: [W]. Above zero.
        spread: One standard deviation as a share of `watts`.
        source: Where the number is from, in words.
    """

    watts: float
    spread: float
    source: str


class ModelMeter:
    """Models this process' energy; measurements at once share it."""

    def __init__(self, power: CorePower) -> None:
        if not 0 < power.watts <= 1000:  # noqa: PLR2004 (no core draws a kilowatt)
            raise ContractError(f"A core draws {power.watts} W; it must be above 0, at most 1000.")
        self._power = power
        self._cpu = Shares(time.process_time)

    def start(self) -> "ModelMeasurement":
        """Begin a measurement."""
        return ModelMeasurement(self._power, self._cpu)


class ModelMeasurement:
    """A running measurement; the first `stop` ends it, later ones repeat its answer."""

    def __init__(self, power: CorePower, cpu: Shares) -> None:
        self._power, self._cpu = power, cpu
        self._began = time.perf_counter()
        self._mark = cpu.enter()
        self._result: Metering | None = None

    def stop(self) -> Metering:
        """Return the energy between start and the first stop."""
        if self._result is None:
            cpu_s = self._cpu.leave(self._mark)
            joules = cpu_s * self._power.watts
            self._result = Metering(
                joules=joules,
                uncertainty=joules * self._power.spread,
                method=f"modelled (CPU-seconds × {self._power.watts:.2f} W, {self._power.source})",
                cpu_s=cpu_s,
                wall_s=time.perf_counter() - self._began,
            )
        return self._result


def core_power(cpuinfo: Path = Path("/proc/cpuinfo")) -> CorePower:
    """Look this machine's CPU up in the table."""
    name = _cpu_name(cpuinfo)
    for part, watts in WATTS_PER_CORE.items():
        if part in name:
            return CorePower(watts, _KNOWN_SPREAD, f"design power per core of {part}")
    return CorePower(UNKNOWN_WATTS, _UNKNOWN_SPREAD, "typical core, CPU not in the table")


def _cpu_name(cpuinfo: Path) -> str:
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = (line.partition(":") for line in text.splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == "model name"), "")
