"""The published documents: what `predict`, a proof and a receipt look like as JSON.

One set of models for the CLI's `--json`, the HTTP answers and the schemas in `docs/schemas/`.
All times are RFC 3339 UTC or seconds; CEU are integers in micro-units beside their decimal form.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]
Series = list[Finite | None]


class Document(BaseModel):
    """Base: no unknown member, no NaN."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class InputDocument(Document):
    """What was read."""

    kind: Literal["signals", "field"]
    name: str = Field(description="File or topic.")
    sha256: str = Field(description="Of the bytes that were read.")
    rows: int | None = Field(description="Rows of telemetry; null for fields.")
    shape: list[int] = Field(description="[rows, channels] or [time, *space].")
    variables: list[str] = Field(description="Reported variables.")
    units: dict[str, str] = Field(description="Unit by variable; empty where unknown.")
    start: str | None = Field(description="Time of the first sample, where the file has dates.")
    step_s: Finite = Field(description="Seconds between samples.")
    warnings: list[str]


class AnnotationDocument(Document):
    """The energy reading of the recent past."""

    domain: str
    domain_confidence: Finite
    unit: str
    energy: Finite
    delta_energy: Finite
    entropy: Finite
    normalised_entropy: Finite
    delta_entropy: Finite
    temperature: Finite
    gamma_distance: Finite


class NeighbourDocument(Document):
    """A known state near the present one."""

    id: str
    similarity: Finite
    title: str
    domain: str


class RegimeDocument(Document):
    """The operating regime."""

    label: Literal["initializing", "stable", "transitional", "chaotic", "phase_change", "anomalous"]
    confirmed: bool
    probabilities: dict[str, Finite]
    features: dict[str, Finite]
    evidence: str


class SeriesDocument(Document):
    """One variable's forecast, a number per lead."""

    mean: Series
    lower: Series
    upper: Series
    inner_lower: Series
    inner_upper: Series
    persistence: Series
    seasonal_naive: Series | None = Field(description="null where the data show no season.")


class CalibrationDocument(Document):
    """How the intervals came about and what they achieved so far."""

    method: str
    scores: list[int]
    coverage: Series


class LawTermDocument(Document):
    """One term of a governing equation."""

    channel: str = Field(description="In whose equation it stands.")
    name: str = Field(description="In plain symbols.")
    latex: str
    about: str = Field(description="What it does, in words.")
    coefficient: Finite
    standard_error: Finite
    unit: str


class LawDocument(Document):
    """What the search for the governing equation of some variables came to."""

    variables: list[str]
    found: bool
    words: str = Field(
        description="The law in sentences. Without one the nearest equation, where that is among "
        "the forecasters, else empty."
    )
    latex: str = Field(description="The same in LaTeX.")
    terms: list[LawTermDocument]
    misfit: Finite | None = Field(
        description="What it leaves of the changes between frames; with noise in units of that."
    )
    frames: int = Field(description="Frames that it was sought from.")
    reason: str = Field(description="Why there is no law; empty where there is one.")


class ForecastDocument(Document):
    """The future, with intervals."""

    lead_times: list[Finite] = Field(description="Seconds after the last observation.")
    variables: list[str]
    units: dict[str, str]
    model: str
    weights: dict[str, Finite]
    coverage_target: Finite
    baselines: list[str]
    skill: dict[str, Finite] = Field(description="CRPS skill on this file's past, by baseline.")
    calibration: CalibrationDocument
    laws: list[LawDocument] = Field(
        default=[], description="Of fields: the governing equations that were sought."
    )
    values: dict[str, SeriesDocument] = Field(
        description="By variable. For fields: the mean over the grid; whole fields lie in `paths`."
    )
    paths: dict[str, str] = Field(description="Files written, by role.")


class SeriesPreview(Document):
    """The last observed samples, for a picture."""

    kind: Literal["series"] = "series"
    times: list[Finite] = Field(description="Seconds since the last observation, at most zero.")
    values: dict[str, Series]


class MapFrame(Document):
    """One forecast frame of the first variable, block-averaged."""

    lead_s: Finite
    mean: Series
    half_width: Series


class ReplayFrame(Document):
    """One frame of a past forecast, beside what came."""

    lead_s: Finite
    truth: Series
    mean: Series
    error: Series = Field(description="Mean less truth.")
    half_width: Series = Field(description="null where no interval could be stated yet.")


class MapReplay(Document):
    """The newest past forecast whose outcome is known, made without seeing it."""

    origin_s: Finite = Field(description="Last frame seen, seconds before the last observed.")
    frames: list[ReplayFrame]


class MapPreview(Document):
    """The last observed map and the forecast ones, at most 64 cells a side, rows first."""

    kind: Literal["maps"] = "maps"
    variable: str
    unit: str
    shape: tuple[int, int]
    observed: Series
    frames: list[MapFrame]
    replay: MapReplay | None = None


class CheckDocument(Document):
    """One law held against the forecast."""

    name: Literal["conservation", "entropy", "spectrum", "continuity", "smoothness"]
    verdict: Literal["passed", "failed", "not applicable"]
    value: Finite | None
    threshold: Finite | None
    margin: Finite | None = Field(description="Signed share of the threshold; positive is safe.")
    note: str


class ProofDocument(Document):
    """The proof, in short; the whole of it is `proof.json`."""

    id: str
    stage: Literal["lawful", "settled"]
    passed: bool
    copied: bool = Field(description="The forecast repeats an input frame; it can never mint.")
    mintable: bool
    domain: str
    balance: str
    entropy_law: str
    checks: list[CheckDocument]


class ReceiptDocument(Document):
    """What it cost."""

    id: str
    ceu: Finite = Field(description="Charged; joules times the regime multiplier.")
    micro_ceu: int
    held_micro_ceu: int
    joules: Finite
    joules_uncertainty: Finite
    multiplier: Finite
    method: str


class PredictDocument(Document):
    """The whole answer of `predict`."""

    trace_id: str
    created: str
    abstained: bool
    reason: str
    input: InputDocument
    annotation: AnnotationDocument
    neighbours: list[NeighbourDocument]
    regime: RegimeDocument
    forecast: ForecastDocument
    preview: SeriesPreview | MapPreview = Field(discriminator="kind")
    proof: ProofDocument
    receipt: ReceiptDocument
    timing_ms: dict[str, Finite]


class BacktestRow(Document):
    """How forecasts of one variable fared at one lead."""

    variable: str
    lead_s: Finite = Field(description="Seconds ahead.")
    scores: int = Field(description="Forecasts that met a truth.")
    coverage: Finite = Field(description="Share of truths inside the outer interval.")
    inner_coverage: Finite = Field(description="Share inside the 50 % interval.")
    crps: Finite = Field(description="Continuous ranked probability score, in the variable's unit.")
    interval_score: Finite = Field(description="Width plus penalties, in the variable's unit.")
    skill: dict[str, Finite] = Field(description="1 - CRPS / CRPS of each baseline.")


class BacktestDocument(Document):
    """Forecasts scored on the file's own past, from origins that never see the future."""

    input: InputDocument
    horizon: int
    origins: int
    coverage_target: Finite
    coverage: Finite = Field(description="Over all variables and leads.")
    skill: dict[str, Finite] = Field(description="Mean over variables and leads.")
    weights: dict[str, Finite] = Field(description="Mean weight of each member.")
    rows: list[BacktestRow]
    notes: list[str]


class FlagDocument(Document):
    """A fault of one channel, or of the clock, and where it is."""

    kind: Literal["spike", "flat_line", "drift", "drop_out", "clock_jump"]
    channel: str = Field(description="Empty for the clock.")
    start: int = Field(description="First row, from 0.")
    end: int = Field(description="The row after the last.")
    time: str = Field(description="Of the first row: RFC 3339, or seconds where there is no date.")
    size: Finite = Field(
        description="Deviations of a spike or drift; rows of a flat line or drop-out; steps by "
        "which the clock is late."
    )


class QualityWindow(Document):
    """Rows judged together, and what cleaning did to them."""

    start: int
    end: int = Field(description="The row after the last.")
    score: Finite
    energy_removed: Finite = Field(description="Share of the energy; below 0 where some was added.")
    entropy_removed: Finite = Field(description="Share of the map entropy.")
    delta_energy: Finite = Field(
        description="Newest energy map of the clean rows less that before."
    )
    delta_entropy: Finite = Field(description="The same of map entropy, in nats.")
    unit: str = Field(description="Of the energy; empty where unknown.")


class QualityDocument(Document):
    """What is wrong with a file's readings, and how much of them is sound."""

    input: InputDocument
    score: Finite = Field(description="Share of all readings under no flag.")
    scores: dict[str, Finite] = Field(description="The same of each channel.")
    replaced: int = Field(description="Readings that cleaning replaced.")
    counts: dict[str, int] = Field(description="Flags of each kind.")
    flags: list[FlagDocument]
    windows: list[QualityWindow]


class ChangeDocument(Document):
    """The pattern of the readings is another one from here on."""

    index: int = Field(description="First sample of the new pattern, from 0.")
    time: str = Field(description="Of that sample: RFC 3339, or seconds where there is no date.")
    score: Finite = Field(description="One less the chance of so much evidence without a change.")
    detected: int = Field(description="Sample at which it was announced; none after it was used.")
    detected_time: str
    evidence: str


class SegmentDocument(Document):
    """Samples between two changes, under one regime."""

    start: int = Field(description="First sample, from 0.")
    end: int = Field(description="The sample after the last.")
    start_time: str
    end_time: str = Field(description="Of the last sample.")
    label: Literal["initializing", "stable", "transitional", "chaotic", "phase_change", "anomalous"]
    confirmed: bool
    probability: Finite = Field(description="Of the label.")


class AnomalyDocument(Document):
    """Samples unlike all that came before them."""

    start: int = Field(description="First sample, from 0.")
    end: int = Field(description="The sample after the last.")
    start_time: str
    end_time: str = Field(description="Of the last sample.")
    score: Finite = Field(description="One less the share of the past that was as unlike.")


class RegimesDocument(Document):
    """The regimes of a whole record, as a stream would have seen them."""

    input: InputDocument
    n: int = Field(description="Samples.")
    false_alarms: Finite = Field(description="Asked for, a sample.")
    change_points: list[ChangeDocument]
    segments: list[SegmentDocument]
    anomalies: list[AnomalyDocument]
    regime: RegimeDocument = Field(description="Of the newest samples.")
    recommended_action: Literal["proceed", "monitor", "investigate", "alert", "defer"]
    risk_level: Literal["low", "medium", "high"]
    scores_path: str | None = Field(description="One causal anomaly score a sample, as CSV.")


class ReadingsPreview(Document):
    """The readings of a whole record, thinned for a picture."""

    samples: list[int] = Field(description="Numbers of the samples shown, from 0, rising.")
    times: list[Finite] = Field(
        description="Of those samples: seconds since 1970 in UTC, or on the file's own clock."
    )
    absolute: bool = Field(description="Whether the times are dates.")
    thinned: bool = Field(
        description="Whether they are the lowest and highest readings of each stretch, not all."
    )
    values: dict[str, Series] = Field(description="By variable, a number a sample shown.")


class KeptRegimesDocument(RegimesDocument):
    """A followed record as it is kept, with what a picture of it needs."""

    id: str = Field(pattern=r"^rgm_[0-9a-f]{32}$")
    created: str
    preview: ReadingsPreview
    scores: list[Finite] | None = Field(
        description="One causal anomaly score a sample, where asked for; they are not kept."
    )


class BenchDocument(Document):
    """What a benchmark measured, with its peers from the same run."""

    bench: str
    seed: int
    machine: dict[str, str | int]
    versions: dict[str, str]
    metrics: dict[str, Finite]
    peers: dict[str, dict[str, Finite]]
    ratios: dict[str, Finite]
    rows: list[dict[str, str | bool | Finite | None]]


_Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


class SignatureItem(Document):
    """One signature of an envelope."""

    keyid: _Hex64 = Field(description="SHA-256 of the raw public key.")
    sig: _Base64 = Field(description="Ed25519 over the DSSE pre-authentication encoding.")


class EnvelopeItem(Document):
    """A DSSE envelope around an in-toto statement; its canonical bytes are the log's leaf."""

    payload: _Base64
    payloadType: Literal["application/vnd.in-toto+json"]
    signatures: Annotated[list[SignatureItem], Field(min_length=1, max_length=1)]


class InclusionItem(Document):
    """RFC 6962 inclusion of the envelope in the log."""

    leaf_index: int
    tree_size: int
    hashes: list[_Hex64]


class CheckpointItem(Document):
    """The log's signed size and root."""

    origin: str
    size: int
    root: _Hex64
    time: str
    keyid: _Hex64
    signature: _Base64


class ProofFile(Document):
    """A whole `proof.json`: RFC 8785 bytes, verifiable with nothing else."""

    version: Literal[1]
    envelope: EnvelopeItem
    public_key: _Base64
    inclusion: InclusionItem
    checkpoint: CheckpointItem
