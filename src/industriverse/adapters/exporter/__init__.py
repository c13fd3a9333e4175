"""An `Exporter` to CF NetCDF and PNG."""

from collections.abc import Mapping
from typing import Any

from industriverse.kernel.observations import Observation
from industriverse.kernel.results import Forecast

__all__ = ["FileExporter"]


class FileExporter:
    """Writes forecasts as NetCDF-4 and documents as pictures; libraries load on first use."""

    def forecast_file(self, forecast: Forecast, observation: Observation) -> bytes:
        """Return a CF NetCDF file of a forecast."""
        from ._netcdf import forecast_bytes  # noqa: PLC0415 (netCDF4 is slow to import)

        return forecast_bytes(forecast, observation)

    def picture(self, document: Mapping[str, Any]) -> bytes:
        """Return a PNG of a `PredictDocument`."""
        from ._picture import picture_bytes  # noqa: PLC0415 (matplotlib is slow to import)

        return picture_bytes(document)
