"""Intervals of the trained networks: calibrated on whole runs, judged on others, and under a shift.

The radius of each lead and channel, in units of the network's own deviation, comes from
calibration runs by conformal risk control: runs are exchangeable, their cells are not. Conformal
persistence gets radii from the same runs in the same way.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.stats import betabinom

from industriverse.engines.agents import interval_radii
from industriverse.engines.forecast.network import unpack
from industriverse.kernel.errors import UnavailableError
from industriverse.services.regime_model import models_folder
from industriverse.services.training import ForecastSet, Tools

from . import BenchSettings
from ._coverage_runs import Errors, Radii, Subject
from .forecast import trained_sets

COVERAGE = 0.9
_BAND = 0.99
_EAGER = 1.0
"""Growth of the radius, in logarithms, for a share of cells missed beyond the wanted one."""
_WARM = 10
"""Shifted runs that only teach."""
_WANTED = (0.88, 0.92)
_SHIFTED = 0.85

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many runs are solved, a domain.

    Attributes:
        calibration: Runs that set the radii.
        test: Runs that are judged.
        shifted: Runs with parameters beyond their range.
    """

    calibration: int = 200
    test: int = 100
    shifted: int = 60


def run(settings: BenchSettings) -> dict[str, Any]:
    """Calibrate and judge every domain that has shipped weights.

    Solved runs are not kept, what they came to is: the command goes on where it was stopped.

    Raises:
        NotFoundError: No domain has weights.
        UnavailableError: The benchmark was given no place for what it keeps.
    """
    if settings.training is None:
        raise UnavailableError("The benchmark `coverage` needs a folder for what it keeps.")
    subjects = subjects_of(models_folder() / "forecast", settings.training)
    rows: list[Row] = []
    for number, subject in enumerate(subjects):
        settings.progress(subject.chosen.domain, number / len(subjects))
        rows.append(covered(subject, Sizes()))
    return {"metrics": metrics(rows), "rows": rows}


def subjects_of(folder: Path, tools: Tools) -> list[Subject]:
    """Return every domain with weights in a folder.

    Raises:
        NotFoundError: There is none.
    """
    return [
        _subject(chosen, folder / f"{chosen.domain}.safetensors", tools)
        for chosen in trained_sets(folder)
    ]


def _subject(chosen: ForecastSet, path: Path, tools: Tools) -> Subject:
    model, card = unpack(tools.read(path))
    return Subject(chosen, model, card["sha256"], card["data"]["cells"], tools)


def covered(subject: Subject, sizes: Sizes) -> Row:
    """Return a domain's row: coverage, interval score beside persistence's, and under a shift."""
    domain, tell = subject.chosen.domain, subject.tools.progress
    seen: list[Errors] = []
    for index in range(sizes.calibration):
        tell(f"{domain}: calibration run {index + 1}", index / sizes.calibration)
        seen.append(subject.errors("calibration", index))
    ours = radii_of(np.stack([one.ours for one in seen]))
    held = radii_of(np.stack([one.held for one in seen]))
    judged = []
    for index in range(sizes.test):
        tell(f"{domain}: test run {index + 1}", index / sizes.test)
        judged.append(subject.judged(index, (ours, held), COVERAGE))
    hits = np.sum([one.hit for one in judged], axis=0)
    low, high = band(sizes.calibration, sizes.test)
    return {
        "domain": domain,
        "calibration": sizes.calibration,
        "test": sizes.test,
        "coverage": float(np.mean([one.inside for one in judged])),
        "least_covered_lead": float(np.mean([one.inside for one in judged], axis=(0, 2)).min()),
        "most_covered_lead": float(np.mean([one.inside for one in judged], axis=(0, 2)).max()),
        "band": [low, high],
        "leads_outside_band": int(((hits < low) | (hits > high)).sum()),
        "interval_score": float(np.mean([one.score for one in judged])),
        "interval_score_of_persistence": float(np.mean([one.held for one in judged])),
        **_shifted(subject, ours, sizes.shifted),
    }


def radii_of(errors: Float[np.ndarray, "run lead channel drawn"]) -> Radii:
    """Return the radius of each lead and channel."""
    channels = range(errors.shape[2])
    return np.stack([interval_radii(errors[:, :, c], COVERAGE) for c in channels], axis=1)


def band(calibration: int, test: int) -> tuple[int, int]:
    """Return how many of the test runs are covered in 99 of 100 cases, by ranks."""
    rank = int(np.ceil((calibration + 1) * COVERAGE))
    law = betabinom(test, rank, calibration + 1 - rank)
    return int(law.ppf((1 - _BAND) / 2)), int(law.ppf((1 + _BAND) / 2))


def _shifted(subject: Subject, radii: Radii, runs: int) -> Row:
    """Return the coverage under a shift: with the radii as they are, and as they learn."""
    told: list[Errors] = []
    for index in range(runs):
        subject.tools.progress(f"{subject.chosen.domain}: shifted run {index + 1}", index / runs)
        one = subject.shifted(index)
        if one is None:
            return {"shifted": 0, "shifted_coverage": None, "shifted_coverage_adapted": None}
        told.append(one)
    still = np.mean([one.ours <= radii[:, :, None] for one in told[_WARM:]])
    return {
        "shifted": runs,
        "shifted_coverage": float(still),
        "shifted_coverage_adapted": adapted(np.stack([one.ours for one in told]), radii),
    }


def adapted(errors: Float[np.ndarray, "run lead channel drawn"], radii: Radii) -> float:
    """Return the coverage of radii that grow and shrink with the runs' misses, after ten runs.

    Quantile tracking on the logarithm of the radius, so that none is infinite or below zero.

    References:
        Angelopoulos, Candès and Tibshirani (2023), Conformal PID control for time series.
    """
    radii, inside = radii.copy(), list[float]()
    for one in errors:
        within = one <= radii[:, :, None]
        inside.append(float(within.mean()))
        radii = radii * np.exp(_EAGER * ((1 - within.mean(axis=2)) - (1 - COVERAGE)))
    return float(np.mean(inside[_WARM:]))


def metrics(rows: list[Row]) -> dict[str, float]:
    """Return the totals over domains."""
    shifted = [row["shifted_coverage_adapted"] for row in rows if row["shifted"]]
    low, high = _WANTED
    return {
        "domains": float(len(rows)),
        "domains_covered_88_to_92": float(sum(low <= row["coverage"] <= high for row in rows)),
        "leads_outside_band": float(sum(row["leads_outside_band"] for row in rows)),
        "domains_with_a_better_interval_score": float(
            sum(row["interval_score"] <= row["interval_score_of_persistence"] for row in rows)
        ),
        "domains_shifted": float(len(shifted)),
        "domains_shifted_covered_85": float(sum(value >= _SHIFTED for value in shifted)),
    }
