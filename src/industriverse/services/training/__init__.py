"""Training: data sets of the catalogue's domains, our network, and its rivals."""

from ._sets import (
    CELLS_A_SIDE,
    PARTS,
    ForecastSet,
    Part,
    data_hash,
    forecast_set,
    forecast_sets,
    recording,
)

__all__ = [
    "CELLS_A_SIDE",
    "PARTS",
    "ForecastSet",
    "Part",
    "data_hash",
    "forecast_set",
    "forecast_sets",
    "recording",
]
