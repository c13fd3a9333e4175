"""Everything is float64, on either library, from the first import on."""

import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse import physics
from industriverse.kernel.fields import Grid

GRID = Grid((64, 64), (1.0, 1.0), ("y", "x"), ("m", "m"), ("periodic", "open"))
FIELDS = [
    physics.total_energy,
    physics.shares,
    physics.map_entropy,
    physics.normalised_entropy,
    physics.effective_temperature,
    physics.gamma_distance,
    physics.octave_spectrum,
    physics.gradient,
    physics.laplacian,
    physics.energy_smoothness,
]


def test_importing_physics_alone_turns_double_precision_on():
    program = (
        "import industriverse.physics, jax.numpy as jnp;"
        "print(jnp.zeros(3).dtype, jnp.asarray(1.0).dtype)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.split() == ["float64", "float64"]


@pytest.mark.parametrize("function", FIELDS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("library", [np, jnp], ids=["numpy", "jax"])
def test_single_precision_in_gives_double_precision_out(function, library):
    energy = np.random.default_rng(0).gamma(1.0, size=(64, 64)).astype(np.float32)
    found = function(library.asarray(energy), GRID)
    assert found.dtype == np.float64
    assert isinstance(found, np.ndarray) == (library is np)
    expected = function(energy.astype(np.float64), GRID)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("library", [np, jnp], ids=["numpy", "jax"])
def test_sums_of_single_precision_fields_do_not_lose_small_cells(library):
    energy = np.full((64, 64), 1.0, np.float32)
    energy[0, 0] = 2.0**26  # next to it a single-precision accumulator cannot see ones
    found = float(physics.total_energy(library.asarray(energy), GRID))
    assert found == 2.0**26 + 64 * 64 - 1
