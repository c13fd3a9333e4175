"""What comes out: annotation, regime, forecast, quote and receipt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float

from .fields import EnergyMap

RegimeLabel = Literal[
    "initializing", "stable", "transitional", "chaotic", "phase_change", "anomalous"
]
REGIME_LABELS: tuple[RegimeLabel, ...] = (
    "initializing",
    "stable",
    "transitional",
    "chaotic",
    "phase_change",
    "anomalous",
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """The energy reading of an observation's recent past (physics.md §1–2).

    Attributes:
        maps: Successive energy maps, oldest first; the last one is the present.
        energy: `(map,)` total energy of each map, in `unit` × cell volume.
        entropy: `(map,)` map entropy of each, in nats.
        temperature: `(map,)` effective temperature 2⟨e⟩ΔV/d of each.
        gamma_distance: Kolmogorov–Smirnov distance of the last map's cells to their Gamma law.
        unit: Unit of `energy`.
        domain: Domain whose formula was used.
        domain_confidence: In [0, 1]; 1 when the user or the file named the domain.
    """

    maps: tuple[EnergyMap, ...]
    energy: Float[np.ndarray, "map"]
    entropy: Float[np.ndarray, "map"]
    temperature: Float[np.ndarray, "map"]
    gamma_distance: float
    unit: str
    domain: str
    domain_confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A known state near the present one in embedding space."""

    id: str
    similarity: float
    title: str
    domain: str


@dataclass(frozen=True, slots=True)
class Regime:
    """The operating regime and why (physics.md §5).

    Attributes:
        label: The most probable regime, or `initializing` when there is too little data.
        confirmed: Whether the evidence has held for long enough to act on.
        probabilities: Label to probability; they sum to one.
        features: The measured features behind it, by name.
        evidence: One plain sentence.
    """

    label: RegimeLabel
    confirmed: bool
    probabilities: Mapping[str, float]
    features: Mapping[str, float]
    evidence: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the intervals were calibrated, and what they achieved on the data seen so far.

    Attributes:
        method: e.g. `adaptive conformal`.
        target: Wanted coverage.
        scores: Number of past forecasts that were scored, by lead index.
        coverage: Share of past truths inside their interval, by lead index; NaN where none.
    """

    method: str
    target: float
    scores: tuple[int, ...]
    coverage: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LawTerm:
    """One term of a governing equation.

    Attributes:
        channel: In whose equation it stands.
        name: In plain symbols, e.g. `∇²u`.
        latex: The same in LaTeX.
        about: What it does, in words.
        coefficient: What it is multiplied by [unit].
        standard_error: Of the coefficient [unit].
        unit: Of length, time and the channels.
    """

    channel: str
    name: str
    latex: str
    about: str
    coefficient: float
    standard_error: float
    unit: str


@dataclass(frozen=True, slots=True)
class LawFinding:
    """What a search for the governing equation of some variables came to.

    Attributes:
        variables: Whose equation was sought.
        found: Whether there is one.
        words: The law in sentences. Without one, the nearest equation where that is among the
            forecasters, else empty.
        latex: The same in LaTeX.
        terms: What stands on its right side.
        misfit: What the law leaves of the changes between frames, relative to them, or with noise
            what it misses over the noise; NaN where none was sought.
        frames: Frames that it was sought from.
        reason: Why there is no law; empty where there is one.
    """

    variables: tuple[str, ...]
    found: bool
    words: str
    latex: str
    terms: tuple[LawTerm, ...]
    misfit: float
    frames: int
    reason: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A forecast of the newest frames that a field holds, made without seeing them.

    Attributes:
        origin_s: Time of the last frame that it saw, before the last one that there is; at most 0.
        mean: Variable to `(lead, *space)`.
        truth: Variable to `(lead, *space)`; NaN where missing.
        lower, upper: Variable to `(lead, *space)`; NaN where no interval could be stated yet.
    """

    origin_s: float
    mean: Mapping[str, Float[np.ndarray, "lead *space"]]
    truth: Mapping[str, Float[np.ndarray, "lead *space"]]
    lower: Mapping[str, Float[np.ndarray, "lead *space"]]
    upper: Mapping[str, Float[np.ndarray, "lead *space"]]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The future of each reported variable, with intervals.

    Attributes:
        lead_s: `(lead,)` seconds after the last observation.
        mean: Variable to `(lead, *space)`.
        variance: Variable to `(lead, *space)`, at least zero.
        lower, upper: Variable to `(lead, *space)`; ends of the interval at `calibration.target`.
        inner_lower, inner_upper: The same at 50 %.
        units: Unit of each variable.
        model: What made the mean, e.g. `blend`.
        weights: Member to weight; they sum to one.
        baselines: Baseline name to variable to `(lead, *space)`; `persistence` always.
        calibration: How the intervals came about.
        skill: Mean CRPS skill against each baseline in the backtest of this very file, by name.
        abstained: Whether the platform declines to stand behind it; `mean` is then the baseline.
        reason: Why it abstained; empty otherwise.
        laws: Governing equations that were sought in the frames of a field.
        replay: How the newest past forecast of a field fared, where one is known whole.
    """

    lead_s: Float[np.ndarray, "lead"]
    mean: Mapping[str, Float[np.ndarray, "lead *space"]]
    variance: Mapping[str, Float[np.ndarray, "lead *space"]]
    lower: Mapping[str, Float[np.ndarray, "lead *space"]]
    upper: Mapping[str, Float[np.ndarray, "lead *space"]]
    inner_lower: Mapping[str, Float[np.ndarray, "lead *space"]]
    inner_upper: Mapping[str, Float[np.ndarray, "lead *space"]]
    units: Mapping[str, str]
    model: str
    weights: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, Float[np.ndarray, "lead *space"]]]
    calibration: Calibration
    skill: Mapping[str, float] = field(default_factory=dict[str, float])
    abstained: bool = False
    reason: str = ""
    laws: tuple[LawFinding, ...] = ()
    replay: Replay | None = None


@dataclass(frozen=True, slots=True)
class Metering:
    """Energy that a piece of work took.

    Attributes:
        joules: At least zero.
        uncertainty: One standard deviation, in joules.
        method: `measured (RAPL)` or `modelled (CPU-seconds × W)`, with the constants in words.
        cpu_s: CPU time of the work.
        wall_s: Wall time of the work.
    """

    joules: float
    uncertainty: float
    method: str
    cpu_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Quote:
    """What a call may cost at most, in micro-CEU, held before the work starts."""

    id: str
    micro_ceu: int
    joules: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a call did cost (physics.md §8).

    Attributes:
        id: Settlement id; also the key of its ledger transaction.
        micro_ceu: Charged, never above the hold.
        held_micro_ceu: Held by the quote.
        multiplier: Regime multiplier in [0.8, 1.5].
        metering: The energy and how it was known.
    """

    id: str
    micro_ceu: int
    held_micro_ceu: int
    multiplier: float
    metering: Metering
