"""The octave spectrum: Parseval, single waves in their band, power laws, windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Boundary, Grid


def grid_of(shape, spacing, boundary: Boundary = "periodic", units=None):
    dims = len(shape)
    axes = ("z", "y", "x")[-dims:]
    return Grid(shape, spacing, axes, units or ("m",) * dims, (boundary,) * dims)


@pytest.mark.parametrize("shape", [(30,), (31,), (16, 24), (15, 9), (6, 7, 8)])
def test_bands_hold_the_variance_and_every_mode_once(shape):
    grid = grid_of(shape, (0.1,) * len(shape))
    field = np.random.default_rng(1).normal(size=shape) + 5.0
    bands = physics.octave_bands(grid)
    assert bands.modes.sum() == grid.cells - 1
    held = physics.octave_spectrum(field, grid) * bands.modes
    assert held.sum() == pytest.approx(field.var(), rel=1e-12)


@given(st.integers(1, 31), st.floats(0.1, 10.0), st.floats(0.0, 6.28))
def test_a_wave_lies_in_its_octave_with_its_power(turns, amplitude, phase):
    grid = grid_of((64,), (0.25,))
    x = np.arange(64) / 64
    power = physics.octave_spectrum(amplitude * np.sin(2 * np.pi * turns * x + phase), grid)
    bands = physics.octave_bands(grid)
    k = 2 * np.pi * turns / 16.0
    inside = (bands.lower <= k * (1 + 1e-9)) & (k * (1 + 1e-9) < bands.upper)
    assert inside.sum() == 1
    held = power * bands.modes
    assert held[inside][0] == pytest.approx(amplitude**2 / 2, rel=1e-9)
    assert held[~inside].max() < 1e-20 * amplitude**2 + 1e-28


def test_wavenumbers_are_physical_so_both_axes_agree():
    grid = grid_of((32, 64), (2.0, 1.0))
    y, x = np.meshgrid(np.arange(32) / 32, np.arange(64) / 64, indexing="ij")
    along_y, along_x = (physics.octave_spectrum(np.sin(2 * np.pi * 5 * c), grid) for c in (y, x))
    np.testing.assert_allclose(along_y, along_x, rtol=1e-9, atol=1e-20)


def test_axes_of_different_units_are_counted_in_cells():
    mixed = grid_of((16, 16), (1e-3, 50.0), units=("Hz", "s"))
    plain = grid_of((16, 16), (1.0, 1.0))
    field = np.random.default_rng(2).normal(size=(16, 16))
    found = physics.octave_spectrum(field, mixed)
    np.testing.assert_allclose(found, physics.octave_spectrum(field, plain), rtol=1e-12)


@pytest.mark.parametrize("slope", [0.0, -2.0, -3.5])
@pytest.mark.parametrize("boundary", ["periodic", "open"])
def test_a_power_law_shows_its_slope(slope, boundary):
    cells = 256
    k = np.hypot(np.fft.fftfreq(cells)[:, None], np.fft.fftfreq(cells)[None, :])
    k[0, 0] = 1.0
    white = np.fft.fft2(np.random.default_rng(3).normal(size=(cells, cells)))
    field = np.fft.ifft2(white * k ** (slope / 2)).real
    grid = grid_of((cells, cells), (1.0, 1.0), boundary)
    power = physics.octave_spectrum(field, grid)[2:-1]
    middle = np.log2(physics.octave_bands(grid).lower[2:-1])
    assert np.polyfit(middle, np.log2(power), 1)[0] == pytest.approx(slope, abs=0.15)


def test_the_window_keeps_the_power_of_white_noise():
    field = np.random.default_rng(4).normal(size=(40, 128, 128))
    for boundary in ("open", "reflecting"):
        power = physics.octave_spectrum(field, grid_of((128, 128), (1.0, 1.0), boundary))
        np.testing.assert_allclose(power.mean(axis=0)[3:] * 128**2, 1.0, rtol=0.05)


def test_the_window_stops_a_ramp_from_looking_rough():
    ramp = np.linspace(0.0, 1.0, 256)
    windowed = physics.octave_spectrum(ramp, grid_of((256,), (1.0,), "open"))
    wrapped = physics.octave_spectrum(ramp, grid_of((256,), (1.0,), "periodic"))
    assert windowed[-1] < 1e-4 * wrapped[-1]


def test_a_single_cell_is_refused():
    with pytest.raises(ContractError, match="one cell"):
        physics.octave_bands(grid_of((1, 1), (1.0, 1.0)))
