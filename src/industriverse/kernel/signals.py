"""Telemetry: channels sampled on one regular clock, and the batches they arrive in."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from .errors import ContractError

SIGNAL_SCHEMA = pa.schema(
    [
        pa.field("time", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("quality", pa.float32(), nullable=False),
    ]
)
"""One row a reading. `quality` is in [0, 1]; a missing reading has a null value and quality 0."""


@dataclass(frozen=True, slots=True)
class SignalBatch:
    """Readings of any number of channels, as they arrive: long form, in `SIGNAL_SCHEMA`."""

    table: pa.Table

    def __post_init__(self) -> None:
        """Refuse another schema."""
        if self.table.schema != SIGNAL_SCHEMA:
            raise ContractError(
                f"A signal batch has the columns {self.table.schema.names}.",
                hint=f"Send {SIGNAL_SCHEMA.names} with the types of SIGNAL_SCHEMA.",
            )


@dataclass(frozen=True, slots=True)
class Channel:
    """One measured quantity. An unknown unit is the empty string, a pure number is "1"."""

    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Signals:
    """Channels on one regular clock.

    Attributes:
        start_s: Time of the first sample, seconds since the Unix epoch; 0 without a clock.
        step_s: Seconds between samples, above zero; 1 where the file has no time column.
        values: `(time, channel)`. NaN marks a missing reading.
        channels: Name and unit of each column.
        absolute: Whether `start_s` is a date, not only a count from the start.
        source: Where they came from: a file name, a topic.
    """

    start_s: float
    step_s: float
    values: Float[np.ndarray, "time channel"]
    channels: tuple[Channel, ...]
    absolute: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a clock that does not run and a table that does not fit its header."""
        if not (np.isfinite(self.step_s) and self.step_s > 0):
            raise ContractError(
                f"The sampling step is {self.step_s} s.", hint="It must be above 0."
            )
        if self.values.shape[1] != len(self.channels):
            raise ContractError(
                f"{self.values.shape[1]} columns of values have {len(self.channels)} names."
            )

    @property
    def times(self) -> Float[np.ndarray, "time"]:
        """`(time,)` [s]. The time of each sample, on the clock of `start_s`."""
        return self.start_s + self.step_s * np.arange(len(self.values))

    @property
    def names(self) -> tuple[str, ...]:
        """The channels' names, in order."""
        return tuple(channel.name for channel in self.channels)

    @property
    def units(self) -> dict[str, str]:
        """Unit by channel name."""
        return {channel.name: channel.unit for channel in self.channels}
