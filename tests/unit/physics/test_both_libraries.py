"""NumPy and JAX agree; leading axes are a batch; functions compile, differentiate and refuse."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

GRID = Grid((6, 8), (0.5, 0.25), ("y", "x"), ("m", "m"), ("periodic", "open"))


def _gas(energy, grid):
    return physics.gas_entropy(energy, energy + 1.0, grid, heat_capacity=718.0, heat_ratio=1.4)


def _heat(energy, grid):
    return physics.heat_entropy(energy, grid, heat_capacity=4e6)


def _pyramid(energy, grid):
    parts = physics.pyramid_entropy(energy, grid, 2)
    xp = np if isinstance(energy, np.ndarray) else jnp
    return xp.stack([parts.fine, parts.coarse, parts.within], axis=-1)


def _blocks(energy, grid):
    return physics.block_average(energy, grid, 2)


def _projected(energy, grid):
    total = 0.5 * physics.total_energy(energy, grid)
    if isinstance(energy, np.ndarray):
        return physics.project_total(energy, np.asarray(total), grid)
    return physics.project_total(energy, total, grid)


def _gamma_of_three(energy, grid):
    return physics.gamma_distance(energy, grid, 3)


SMOOTH = {
    "total": physics.total_energy,
    "shares": physics.shares,
    "entropy": physics.map_entropy,
    "normalised": physics.normalised_entropy,
    "temperature": physics.effective_temperature,
    "spectrum": physics.octave_spectrum,
    "laplacian": physics.laplacian,
    "magnitude": physics.gradient_magnitude,
    "gas": _gas,
    "heat": _heat,
    "pyramid": _pyramid,
    "blocks": _blocks,
    "projection": _projected,
}
DIAGNOSTICS = {
    "gamma distance": physics.gamma_distance,
    "gamma distance of 3": _gamma_of_three,
    "steepness": physics.energy_smoothness,
    "temperature steepness": physics.temperature_smoothness,
}
ALL = SMOOTH | DIAGNOSTICS


def _maps(*batch):
    return np.random.default_rng(7).gamma(2.0, size=(*batch, *GRID.shape))


@pytest.mark.parametrize("name", ALL)
def test_both_libraries_agree(name):
    energy = _maps(3)
    found = ALL[name](energy, GRID)
    compiled = ALL[name](jnp.asarray(energy), GRID)
    np.testing.assert_allclose(compiled, found, rtol=1e-11, atol=1e-12 * np.abs(found).max())


@pytest.mark.parametrize("name", ALL)
def test_leading_axes_are_a_batch(name):
    energy = _maps(2, 3)
    together = ALL[name](energy, GRID)
    for i, j in np.ndindex(2, 3):
        np.testing.assert_allclose(together[i, j], ALL[name](energy[i, j], GRID), rtol=1e-12)


def test_the_gradient_puts_its_axis_before_the_batch():
    energy = _maps(2)
    together = physics.gradient(energy, GRID)
    assert together.shape == (2, 2, 6, 8)
    np.testing.assert_allclose(together[:, 1], physics.gradient(energy[1], GRID), atol=1e-12)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_are_those_of_finite_differences(name):
    random = np.random.default_rng(11)
    energy, direction = _maps(), random.normal(size=GRID.shape)
    weights = random.normal(size=SMOOTH[name](energy, GRID).shape)

    def scalar(values):
        return jnp.sum(jnp.asarray(weights) * SMOOTH[name](values, GRID))

    slope = float(jnp.sum(jax.grad(scalar)(jnp.asarray(energy)) * direction))
    step = 1e-6
    up, down = (scalar(jnp.asarray(energy + s * step * direction)) for s in (1, -1))
    assert slope == pytest.approx(float(up - down) / (2 * step), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", ["entropy", "spectrum", "magnitude", "projection"])
def test_a_flat_or_empty_map_has_finite_derivatives(name):
    def scalar(values):
        return jnp.sum(SMOOTH[name](values, GRID) ** 2)

    for energy in (jnp.zeros(GRID.shape), jnp.ones(GRID.shape)):
        assert np.isfinite(jax.grad(scalar)(energy)).all()


def test_functions_work_inside_a_callers_own_compilation_and_map():
    energy = jnp.asarray(_maps(4))

    def entropy(values):
        return physics.map_entropy(values, GRID)

    mapped = jax.jit(jax.vmap(entropy))(energy)
    np.testing.assert_allclose(mapped, physics.map_entropy(np.asarray(energy), GRID), rtol=1e-12)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("library", [np, jnp], ids=["numpy", "jax"])
def test_nan_and_a_wrong_shape_are_refused(name, library):
    broken = _maps()
    broken[1, 2] = np.nan
    with pytest.raises(ContractError, match="1 of 48 values are NaN"):
        ALL[name](library.asarray(broken), GRID)
    with pytest.raises(ContractError, match="does not end with the grid"):
        ALL[name](library.asarray(_maps()[:, 1:]), GRID)


@pytest.mark.parametrize(
    "name", ["shares", "entropy", "normalised", "temperature", "pyramid", "gamma distance"]
)
@pytest.mark.parametrize("library", [np, jnp], ids=["numpy", "jax"])
def test_energy_below_the_reference_is_refused(name, library):
    with pytest.raises(ContractError, match=r"lowest value is -"):
        ALL[name](library.asarray(_maps() - 5.0), GRID)
