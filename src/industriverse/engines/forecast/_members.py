"""What every forecaster is: something that fits a history and then looks ahead, causally."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

Table = Float[np.ndarray, "time state"]
Origins = Int[np.ndarray, "origin"]
Paths = Float[np.ndarray, "origin lead state"]


@runtime_checkable
class Fitted(Protocol):
    """A forecaster that has seen its history."""

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Look ahead from each origin, using nothing after it.

        Args:
            values: `(time, state)`. Its first rows are the history that was fitted; NaN is missing.
            origins: `(origin,)`. Row of the last sample each forecast may see.
            horizon: Leads, at least one.

        Returns:
            `(origin, lead, state)`. Finite and bounded (see `Bounds`); lead 0 is one step ahead.
        """
        ...


@runtime_checkable
class Forecaster(Protocol):
    """One way to forecast a table."""

    @property
    def name(self) -> str:
        """A plain name, unique among the members of a blend."""
        ...

    def fit(self, history: Table) -> Fitted:
        """Learn what there is to learn from the rows so far."""
        ...
