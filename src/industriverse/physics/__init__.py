"""Energy, entropy, spectra, derivatives and projections of maps, in double precision."""

from ._derivatives import gradient, gradient_magnitude, laplacian
from ._energy import (
    PyramidEntropy,
    block_average,
    coarse_grid,
    map_entropy,
    normalised_entropy,
    pyramid_entropy,
    shares,
    total_energy,
)
from ._flows import divergence_share, step_integral, strain_power
from ._ideal_gas import closed_gas_entropy, gas_energy
from ._projections import Projection, project_lawful, project_total
from ._smoothness import energy_smoothness, temperature_smoothness
from ._spectrum import OctaveBands, hann_window, octave_bands, octave_spectrum
from ._temperature import effective_temperature, gamma_distance
from ._thermodynamics import gas_entropy, heat_entropy

__all__ = [
    "OctaveBands",
    "Projection",
    "PyramidEntropy",
    "block_average",
    "closed_gas_entropy",
    "coarse_grid",
    "divergence_share",
    "effective_temperature",
    "energy_smoothness",
    "gamma_distance",
    "gas_energy",
    "gas_entropy",
    "gradient",
    "gradient_magnitude",
    "hann_window",
    "heat_entropy",
    "laplacian",
    "map_entropy",
    "normalised_entropy",
    "octave_bands",
    "octave_spectrum",
    "project_lawful",
    "project_total",
    "pyramid_entropy",
    "shares",
    "step_integral",
    "strain_power",
    "temperature_smoothness",
    "total_energy",
]
