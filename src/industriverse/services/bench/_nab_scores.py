"""Scores of the Numenta Anomaly Benchmark: an early detection pays, a false alarm costs.

References:
    Lavin & Ahmad (2015), ICMLA, arXiv:1510.03336; rules of release 1.1, as the benchmark applies
    them. The second half holds the form in which decisions are given, as SKAB scores changes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.errors import ContractError

Window = tuple[int, int]
"""First and last row of a window, both inside it."""
Rows = Float[np.ndarray, "time"]

_STEEPNESS = 5.0
_FAR = 3.0
"""Windows after the last one beyond which a false alarm costs all it can."""
_PROBATION, _PROBATION_ROWS = 0.15, 5000
_ABOVE_ALL = 1.1
"""A threshold that no score reaches."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What errors cost, where the earliest detection of a window is worth 1.

    Attributes:
        name: As shown.
        false_alarm: For each false alarm far behind any window.
        miss: For each window without a detection.
    """

    name: str
    false_alarm: float
    miss: float


STANDARD = Profile("standard", 0.11, 1.0)
LOW_FALSE_POSITIVES = Profile("low_fp", 0.22, 1.0)
LOW_FALSE_NEGATIVES = Profile("low_fn", 0.11, 2.0)
PROFILES = (STANDARD, LOW_FALSE_POSITIVES, LOW_FALSE_NEGATIVES)


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """Anomaly scores of one file, and where its anomalies are.

    Attributes:
        scores: `(time,)` about 0 to 1; below 1.1.
        windows: In order, without overlap.
    """

    scores: Rows
    windows: Sequence[Window]

    def __post_init__(self) -> None:
        """Refuse scores that are no numbers and windows that do not fit.

        Raises:
            ContractError: They are not as above.
        """
        rows = len(self.scores)
        if not (np.isfinite(self.scores).all() and (self.scores < _ABOVE_ALL).all()):
            raise ContractError(
                f"Anomaly scores are finite and below {_ABOVE_ALL}; these span "
                f"{self.scores.min()} to {self.scores.max()}."
            )
        ends = [-1, *(edge for window in self.windows for edge in window), rows]
        if any(after <= before for before, after in pairwise(ends)):
            raise ContractError(
                f"Windows {list(self.windows)} do not lie in order inside {rows} rows.",
                hint="Give the first and the last row of each, at least two rows long.",
            )


@dataclass(frozen=True, slots=True)
class Sweep:
    """The best that one threshold for all files reaches.

    Attributes:
        threshold: Scores at or above it are detections.
        raw: Sum over the files, in detections of full worth.
        normalised: 0 is to detect nothing, 100 to detect each window at its first row.
        by_file: Raw score of each file.
    """

    threshold: float
    raw: float
    normalised: float
    by_file: tuple[float, ...]


def probation(rows: int) -> float:
    """Return the number of a file's first rows that are not scored."""
    return min(math.floor(_PROBATION * rows), _PROBATION * _PROBATION_ROWS)


def sigmoid_worth(position: Float[np.ndarray, "row"]) -> Float[np.ndarray, "row"]:
    """Return `2/(1 + e^(5x)) − 1`: 1 early in a window, 0 at its end, −1 far behind it.

    Args:
        position: -1 at the window's left edge, 0 at its right edge, 1 one window further.
    """
    worth = 2.0 / (1.0 + np.exp(_STEEPNESS * np.minimum(position, _FAR))) - 1.0
    return np.where(position > _FAR, -1.0, worth)


def row_worths(rows: int, windows: Sequence[Window]) -> tuple[Rows, Int[np.ndarray, "time"]]:
    """Return what a detection at each row is worth, and the number of its window, -1 outside."""
    worth = np.full(rows, -1.0)
    inside = np.full(rows, -1)
    full = sigmoid_worth(np.array([-1.0]))[0]
    for number, (first, last) in enumerate(windows):
        width = last - first + 1
        within = np.arange(first, last + 1)
        worth[within] = sigmoid_worth((within - last - 1) / width) / full
        inside[within] = number
        worth[last + 1 :] = sigmoid_worth(np.arange(1, rows - last) / (width - 1))
    return worth, inside


@dataclass(frozen=True, slots=True)
class _Pool:
    """The scored rows of all files."""

    scores: Rows
    worth: Rows
    window: Int[np.ndarray, "time"]
    visible: int


def _pooled(files: Sequence[ScoredFile], profile: Profile) -> _Pool:
    scores, worths, windows, passed = [np.empty(0)], [np.empty(0)], [np.empty(0, int)], 0
    for file in files:
        worth, window = row_worths(len(file.scores), file.windows)
        first = math.ceil(probation(len(file.scores)))
        scores.append(file.scores[first:])
        worths.append(np.where(window < 0, profile.false_alarm * worth, worth)[first:])
        windows.append(np.where(window < 0, -1, window + passed)[first:])
        passed += len(file.windows)
    window = np.concatenate(windows)
    visible = len(np.unique(window[window >= 0]))
    return _Pool(np.concatenate(scores), np.concatenate(worths), window, visible)


def _thresholds(pool: _Pool, profile: Profile) -> tuple[Rows, Rows]:
    """Return every threshold, falling, and the raw score at each."""
    order = np.argsort(-pool.scores, kind="stable")
    scores, worth, window = pool.scores[order], pool.worth[order], pool.window[order]
    gain = np.where(window < 0, worth, 0.0)
    rows = np.argsort(window, kind="stable")[np.count_nonzero(window < 0) :]
    for own in np.split(rows, np.flatnonzero(np.diff(window[rows])) + 1):
        best = np.maximum.accumulate(np.concatenate([[-profile.miss], worth[own]]))
        gain[own] = np.diff(best)
    raw = np.cumsum(gain) - profile.miss * pool.visible
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)[: len(scores)]
    nothing = -profile.miss * pool.visible
    return np.append(_ABOVE_ALL, scores[last]), np.append(nothing, raw[last])


def raw_at(file: ScoredFile, threshold: float, profile: Profile = STANDARD) -> float:
    """Return one file's raw score where scores at or above a threshold are detections."""
    thresholds, raw = _thresholds(_pooled([file], profile), profile)
    return float(raw[np.flatnonzero(thresholds >= min(threshold, _ABOVE_ALL))[-1]])


def normalised(files: Sequence[ScoredFile], raw: float, profile: Profile = STANDARD) -> float:
    """Return a raw score on the scale of 0 (detects nothing) to 100 (every window at once).

    Raises:
        ContractError: There is no window to detect.
    """
    nothing = -profile.miss * _pooled(files, profile).visible
    perfect = float(sum(len(file.windows) for file in files))
    if perfect == 0.0:
        raise ContractError("There is no window in these files, so no score.")
    return 100.0 * (raw - nothing) / (perfect - nothing)


def sweep(files: Sequence[ScoredFile], profile: Profile = STANDARD) -> Sweep:
    """Return the score at the best threshold, sought over all scores of all files.

    Raises:
        ContractError: There is no window to detect.
    """
    thresholds, raw = _thresholds(_pooled(files, profile), profile)
    best = int(np.argmax(raw))
    threshold = float(thresholds[best])
    by_file = tuple(raw_at(file, threshold, profile) for file in files)
    return Sweep(threshold, float(raw[best]), normalised(files, float(raw[best]), profile), by_file)


@dataclass(frozen=True, slots=True)
class Decided:
    """How given decisions fare against changes at known times; files add up.

    Attributes:
        raw: Profile's name to the sum of worths.
        changes: Number of true changes.
        missed: Those without a decision in time.
        false: Decisions outside of every window.
        delays: [s]. From each change that was found to its first decision.
    """

    raw: dict[str, float] = field(default_factory=dict[str, float])
    changes: int = 0
    missed: int = 0
    false: int = 0
    delays: tuple[float, ...] = ()

    def __add__(self, other: "Decided") -> "Decided":
        """Return both together."""
        names = {**self.raw, **other.raw}
        return Decided(
            {name: self.raw.get(name, 0.0) + other.raw.get(name, 0.0) for name in names},
            self.changes + other.changes,
            self.missed + other.missed,
            self.false + other.false,
            self.delays + other.delays,
        )

    def score(self, profile: Profile = STANDARD) -> float:
        """Return the score: 0 is no decision, 100 each change at once and nothing else.

        Raises:
            ContractError: There is no change to find.
        """
        if self.changes == 0:
            raise ContractError("There is no change in these files, so no score.")
        nothing = -profile.miss * self.changes
        return 100.0 * (self.raw[profile.name] - nothing) / (self.changes - nothing)


_STEPS = 1000


def _falling_worth(share: float, profile: Profile) -> float:
    """Return SKAB's worth of a decision at a share of its window: 1 falls to minus a false alarm.

    In a thousand steps along tanh over (-π/2, π/2).
    """
    step = min(int(share * _STEPS), _STEPS - 1)
    angle = -math.pi / 2 + step * math.pi / (_STEPS - 1)
    half = (1.0 + profile.false_alarm) / 2
    return half - profile.false_alarm - half * math.tanh(angle) / math.tanh(math.pi / 2)


def decided(truth: Sequence[float], found: Sequence[float], width_s: float = 60.0) -> Decided:
    """Score decisions of one file as SKAB's leaderboard scores changes.

    A window opens at each true change and lasts `width_s`; where two overlap, the later one begins
    when the earlier ends. The first decision in a window counts; one outside is a false alarm.

    Args:
        truth: [s]. Times of the true changes, rising.
        found: [s]. Times of the decisions.
        width_s: [s]. The leaderboard has 60.

    References:
        Katser & Kozitsin (2020), Skoltech Anomaly Benchmark; its scorer, `chp_score` with
        `anomaly_window_destination="righter"`.
    """
    times = np.sort(np.asarray(found, np.float64))
    loose = np.ones(len(times), bool)
    shares: list[float] = []
    delays: list[float] = []
    opens = -math.inf
    for change in truth:
        opens, closes = max(change, opens), change + width_s
        own = (times >= opens) & (times <= closes)
        loose &= ~own
        if own.any():
            shares.append(float(times[own][0] - opens) / (closes - opens))
            delays.append(float(times[own][0] - change))
        opens = closes
    missed, false = len(truth) - len(delays), int(loose.sum())
    raw = {
        profile.name: sum(_falling_worth(share, profile) for share in shares)
        - profile.miss * missed
        - profile.false_alarm * false
        for profile in PROFILES
    }
    return Decided(raw, len(truth), missed, false, tuple(delays))
