"""Measured joules: the CPU packages' RAPL counters that Linux shows under powercap."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.results import Metering

from .meter_shares import Shares

POWERCAP = Path("/sys/class/powercap")
_SPREAD = 0.1  # one standard deviation of RAPL plus the split by CPU time
_HIGHEST_WATTS = 1000.0  # no package draws more: the rate at which a counter could wrap unseen
_IDLE_FIELDS = (3, 4)  # of /proc/stat: idle and waiting for I/O


@dataclass(slots=True)
class _Package:
    folder: Path
    range_uj: int
    last_uj: int

    def joules(self) -> float:
        """Return the energy since the last reading, across one wrap of the counter."""
        now = _read_int(self.folder / "energy_uj")
        spent = (now - self.last_uj) % (self.range_uj + 1)
        self.last_uj = now
        return spent / 1e6


class RaplMeter:
    """Measures the packages' energy and takes this process' share of the busy CPU time.

    Args:
        powercap: Folder of the counters.
        proc_stat: File with the machine's CPU times.

    Raises:
        UnavailableError: There is no counter, or it may not be read.
    """

    def __init__(self, powercap: Path = POWERCAP, proc_stat: Path = Path("/proc/stat")) -> None:
        self._proc_stat = proc_stat
        self._packages = _packages(powercap)
        self._own, self._busy = time.process_time(), _busy_s(proc_stat)
        self._read_at = time.monotonic()
        self._total = 0.0
        self.unseen_j = 0.0
        self._shares = Shares(self._joules)
        self._cpu = Shares(time.process_time)

    def start(self) -> "RaplMeasurement":
        """Begin a measurement."""
        return RaplMeasurement(self, self._shares, self._cpu)

    def _joules(self) -> float:
        """Return this process' joules since the meter was made; called under the shares' lock."""
        spent = sum(package.joules() for package in self._packages)
        own, busy, now = time.process_time(), _busy_s(self._proc_stat), time.monotonic()
        own_s, busy_s = own - self._own, max(busy - self._busy, own - self._own)
        self.unseen_j += self._possible_wraps(now - self._read_at)
        self._own, self._busy, self._read_at = own, busy, now
        self._total += spent * own_s / busy_s if busy_s > 0 else 0.0
        return self._total

    def _possible_wraps(self, gap_s: float) -> float:
        ranges = (package.range_uj / 1e6 for package in self._packages)
        return sum(size for size in ranges if gap_s * _HIGHEST_WATTS > size)


class RaplMeasurement:
    """A running measurement; the first `stop` ends it, later ones repeat its answer."""

    def __init__(self, meter: RaplMeter, energy: Shares, cpu: Shares) -> None:
        self._meter, self._energy, self._cpu = meter, energy, cpu
        self._began = time.perf_counter()
        self._cpu_mark = cpu.enter()
        self._mark = energy.enter()
        self._unseen_j = meter.unseen_j
        self._result: Metering | None = None

    def stop(self) -> Metering:
        """Return the energy between start and the first stop."""
        if self._result is None:
            joules = self._energy.leave(self._mark)
            self._result = Metering(
                joules=joules,
                uncertainty=joules * _SPREAD + self._meter.unseen_j - self._unseen_j,
                method="measured (RAPL packages, shared by CPU time)",
                cpu_s=self._cpu.leave(self._cpu_mark),
                wall_s=time.perf_counter() - self._began,
            )
        return self._result


def _packages(powercap: Path) -> list[_Package]:
    try:
        # `intel-rapl:0` is a package (AMD's too); `intel-rapl:0:0` is a part of it.
        folders = [f for f in sorted(powercap.glob("intel-rapl:*")) if f.name.count(":") == 1]
        chosen = [f for f in folders if _name(f).startswith("package")]
        found = [
            _Package(f, _read_int(f / "max_energy_range_uj"), _read_int(f / "energy_uj"))
            for f in chosen
        ]
    except (OSError, ValueError) as error:
        raise UnavailableError(
            f"The energy counters under {powercap} cannot be read: {error}.",
            hint="Let this user read energy_uj, or use modelled energy.",
        ) from error
    if not found:
        raise UnavailableError(f"There is no energy counter under {powercap}.")
    return found


def _name(folder: Path) -> str:
    return (folder / "name").read_text(encoding="ascii").strip()


def _read_int(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))


def _busy_s(proc_stat: Path) -> float:
    first = proc_stat.read_text(encoding="ascii").splitlines()[0].split()[1:9]
    ticks = sum(int(value) for i, value in enumerate(first) if i not in _IDLE_FIELDS)
    return ticks / os.sysconf("SC_CLK_TCK")
