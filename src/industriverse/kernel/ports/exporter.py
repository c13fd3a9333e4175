"""Turning a forecast into files that other programs open."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from industriverse.kernel.observations import Observation
from industriverse.kernel.results import Forecast


@runtime_checkable
class Exporter(Protocol):
    """Writes files. Contract suite: `tests/contracts/exporter.py`."""

    def forecast_file(self, forecast: Forecast, observation: Observation) -> bytes:
        """Return a CF NetCDF file.

        It holds, by variable, the mean under its own name, `NAME_lower`, `NAME_upper`, and a
        lead-time coordinate.
        """
        ...

    def picture(self, document: Mapping[str, Any]) -> bytes:
        """Return a PNG of a `PredictDocument`: past, mean, intervals, baseline, verdicts."""
        ...
