"""Reading a user's file."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from industriverse.kernel.fields import Trajectory
from industriverse.kernel.observations import Observation


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a file; empty means: find out.

    Attributes:
        variables: Variables to report, empty for all.
        units: Unit by variable, for a file that does not say.
        time_column: Name of the time column.
        domain: Declared domain.
        max_frames: Newest frames of a field to load; None for as many as fit in memory.
        fewest_frames: Frames that a field has at least; a forecast needs four, a map one.
        fewest_rows: Rows that a table has at least, and readings a channel.
        as_sampled: Keep a table's rows as they are, in order of time: none added for what is
            missing, none interpolated where the clock is irregular.
    """

    variables: tuple[str, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    time_column: str = ""
    domain: str = ""
    max_frames: int | None = None
    fewest_frames: int = 4
    fewest_rows: int = 30
    as_sampled: bool = False


@dataclass(frozen=True, slots=True)
class ReadResult:
    """An observation and what the reader had to decide.

    Attributes:
        observation: Signals or a trajectory, with every variable of the file on that grid.
        reported: The variables to forecast and report, in order.
        rows_or_shape: `[rows, channels]` or `[time, *space]`.
        warnings: One plain sentence each: gaps filled, sentinels dropped, step inferred …
        sha256: Of the file's bytes; of the sorted list of member hashes for a folder.
        row_times: `(row,)` [s]. On the clock of the observation's start, of rows kept as sampled;
            None where they are on a regular clock or have none.
    """

    observation: Observation
    reported: tuple[str, ...]
    rows_or_shape: tuple[int, ...]
    warnings: tuple[str, ...]
    sha256: str
    row_times: Float[np.ndarray, "row"] | None = None


@runtime_checkable
class ObservationReader(Protocol):
    """Reads files. Contract suite: `tests/contracts/observation_reader.py`."""

    def accepts(self, path: Path) -> bool:
        """Say whether this reader is for that file or folder, from its name and first bytes."""
        ...

    def read(self, path: Path, options: ReadOptions) -> ReadResult:
        """Read a file.

        Raises:
            InputError: What is wrong, where, what to do.
            NotFoundError: No such file, or no such variable in it.
        """
        ...


@dataclass(frozen=True, slots=True)
class LongRead:
    """A field whose frames do not fit into memory together.

    Attributes:
        frames: How many there are.
        windows: Yields all of them in order of time, some at a time, from the first at each call.
            Windows follow each other at one step, on one grid, with one mask and the same units.
        warnings: As for `ReadResult`.
        sha256: As for `ReadResult`.
    """

    frames: int
    windows: Callable[[], Iterator[Trajectory]]
    warnings: tuple[str, ...]
    sha256: str
    row_times: Float[np.ndarray, "row"] | None = None


@runtime_checkable
class LongFieldReader(ObservationReader, Protocol):
    """Reads files, and fields larger than memory too."""

    def open_long(
        self, path: Path, options: ReadOptions
    ) -> AbstractContextManager[LongRead | None]:
        """Hold a file open whose frames do not fit into memory together; None for any other.

        Raises:
            InputError, NotFoundError: As `read`.
        """
        ...
