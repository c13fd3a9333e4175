"""The streams of the MicroAdapt benchmark: transformers, electricity, motion."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.errors import NotFoundError

from ._sets import SETS, ReferenceSet, read_set

Table = Float[np.ndarray, "time channel"]

HORIZON = 60
ORIGINS = 120
_FIT_SHARE = 0.7
_DAY_S = 86_400.0
_LIMBS = ("ankle", "leg", "trunk")
_AXES = ("horiz_fwd", "vert", "horiz_lateral")
_MILL = (
    "X1_ActualPosition",
    "Y1_ActualPosition",
    "Z1_ActualPosition",
    "X1_ActualVelocity",
    "Y1_ActualVelocity",
    "S1_ActualVelocity",
    "X1_CurrentFeedback",
    "Y1_CurrentFeedback",
)
GROUPS: dict[str, tuple[str, ...]] = {
    "ett": ("ett_h1", "ett_m1"),
    "electricity": ("vic_elec", "us_demand", "pjm_load", "steel_energy"),
    "motion": ("daphnet_gait", "cnc_mill", "air_track"),
}


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream, standardised by its first 70 %.

    Attributes:
        name, group: As in `GROUPS`.
        values: `(time, channel)`. NaN is missing.
        cut: First row of the test part.
        periods: Rows in a day and a week, of the sets that have a clock; else empty.
    """

    name: str
    group: str
    values: Table
    cut: int
    periods: tuple[int, ...]

    @property
    def origins(self) -> Int[np.ndarray, "origin"]:
        """Newest row that each forecast may see; an odd step, so that they fall on all hours."""
        return spaced(self.cut - 1, len(self.values) - HORIZON, ORIGINS)


def spaced(start: int, stop: int, count: int) -> Int[np.ndarray, "origin"]:
    """Return rows in equal, odd steps."""
    step = max(1, (stop - start) // count)
    return np.arange(start, stop, step - (step > 1 and step % 2 == 0))[:count]


def read_stream(name: str, data: Path) -> Stream:
    """Read a stream of `GROUPS`.

    Raises:
        NotFoundError: Its files are not there.
    """
    group = next(group for group, names in GROUPS.items() if name in names)
    values, step_s = _table(name, data)
    cut = int(_FIT_SHARE * len(values))
    scale = np.nanstd(values[:cut], axis=0)
    standard = (values - np.nanmean(values[:cut], axis=0)) / np.where(scale > 0, scale, 1.0)
    clock = group != "motion"
    day = round(_DAY_S / step_s)
    return Stream(name, group, standard, cut, (day, 7 * day) if clock else ())


def _table(name: str, data: Path) -> tuple[Table, float]:
    if name == "daphnet_gait":
        columns = tuple(f"{limb}_{axis}" for limb in _LIMBS for axis in _AXES)
        reference = ReferenceSet(name, "daphnet_gait/S06R02E0.csv.gz", 1 / 64, columns)
        return read_set(reference, data), reference.step_s
    if name == "cnc_mill":
        return _mill(data), 0.1
    if name == "air_track":
        return _air_track(data), 1 / 30
    reference = next(known for known in SETS if known.name == name)
    values = read_set(reference, data)
    # PJM's members reported from different years on.
    together = np.flatnonzero(~np.isnan(values).any(axis=1))
    return values[together[0] :], reference.step_s


def _mill(data: Path) -> Table:
    """Return every run of the mill, one after the other."""
    files = sorted((data / "cnc_mill").glob("experiment_*"))
    if not files:
        raise NotFoundError(
            "The reference set 'cnc_mill' has no file 'cnc_mill/experiment_*'.",
            hint="Give the folder of the reference data.",
        )
    runs = [ReferenceSet("run", f"cnc_mill/{file.name}", 0.1, _MILL) for file in files]
    return np.concatenate([read_set(run, data) for run in runs])


def _air_track(data: Path) -> Table:
    """Return place and speed of a mass between two springs on an air track."""
    path = data / "real_oscillators/real_linear_h_1.txt"
    if not path.exists():
        raise NotFoundError(
            f"The reference set 'air_track' has no file {str(path)!r}.",
            hint="Give the folder of the reference data.",
        )
    return np.loadtxt(path, comments="%")[:, 2:]
