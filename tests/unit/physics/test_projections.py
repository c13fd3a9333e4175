"""Projections: optimality conditions, an independent solver, and refusals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize

from industriverse import physics
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

GRID = Grid((3, 4), (0.5, 0.2), ("y", "x"), ("m", "m"), ("open", "periodic"))
fields = arrays(np.float64, GRID.shape, elements=st.floats(-100, 100))


def total_of(density):
    return density.sum() * GRID.cell_volume


@given(fields, st.floats(0, 1e4))
def test_the_simplex_projection_fulfils_the_optimality_conditions(field, total):
    found = physics.project_total(field, np.array(total), GRID)
    assert found.min() >= 0.0
    assert total_of(found) == pytest.approx(total, rel=1e-12, abs=1e-12)
    shift = field - found  # one multiplier where the map is positive, nowhere above it
    alive = found > 1e-9 * max(found.max(), 1e-300)
    if total > 1e-6:
        tau = shift[alive].mean()
        np.testing.assert_allclose(shift[alive], tau, atol=1e-9 * (1 + abs(tau)))
        assert (shift[~alive] <= tau + 1e-6 * (1 + abs(tau))).all()


@given(fields, st.floats(0.1, 50))
def test_projecting_twice_changes_nothing(field, total):
    once = physics.project_total(field, np.array(total), GRID)
    twice = physics.project_total(once, np.array(total), GRID)
    np.testing.assert_allclose(twice, once, atol=1e-11 * total / GRID.cell_volume)


def test_each_map_of_a_batch_gets_its_own_total():
    field = np.random.default_rng(1).normal(size=(2, 3, *GRID.shape))
    totals = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 500.0]])
    found = physics.project_total(field, totals, GRID)
    np.testing.assert_allclose(found.sum(axis=(-2, -1)) * GRID.cell_volume, totals, rtol=1e-12)


def test_the_projection_differentiates_in_map_and_total():
    random = np.random.default_rng(2)
    field, weight = random.normal(size=(2, *GRID.shape))

    def score(values, total):
        return jnp.sum(weight * physics.project_total(values, total, GRID))

    by_map, by_total = jax.grad(score, argnums=(0, 1))(jnp.asarray(field), jnp.asarray(0.3))
    step, way = 1e-7, random.normal(size=GRID.shape)
    nearby = [score(jnp.asarray(field + s * step * way), jnp.asarray(0.3)) for s in (1, -1)]
    assert float((by_map * way).sum()) == pytest.approx(
        float(nearby[0] - nearby[1]) / (2 * step), rel=1e-5
    )
    nearby = [score(jnp.asarray(field), jnp.asarray(0.3 + s * step)) for s in (1, -1)]
    assert float(by_total) == pytest.approx(float(nearby[0] - nearby[1]) / (2 * step), rel=1e-5)


def _reference(field, total, lower, upper, steepest):
    """Solve the same quadratic programme with a general solver."""

    def slopes(flat):
        density = flat.reshape(GRID.shape)
        along_y = np.diff(density, axis=0) / GRID.spacing[0]
        along_x = (np.roll(density, -1, axis=1) - density) / GRID.spacing[1]
        both = np.concatenate([along_y.ravel() / steepest[0], along_x.ravel() / steepest[1]])
        return np.concatenate([1.0 - both, 1.0 + both])

    def missing(flat):
        return flat.sum() * GRID.cell_volume - total

    def half_square(flat):
        return 0.5 * ((flat - field.ravel()) ** 2).sum()

    def pull(flat):
        return flat - field.ravel()

    conditions = [{"type": "eq", "fun": missing}]
    if steepest is not None:
        conditions.append({"type": "ineq", "fun": slopes})
    mean = total / GRID.cell_volume / GRID.cells
    return optimize.minimize(
        half_square,
        np.full(GRID.cells, mean),
        jac=pull,
        bounds=[(lower, None if np.isinf(upper) else upper)] * GRID.cells,
        constraints=conditions,
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    ).x.reshape(GRID.shape)


@pytest.mark.parametrize("library", [np, jnp], ids=["numpy", "jax"])
@pytest.mark.parametrize(
    ("lower", "upper", "steepest"),
    [(0.0, 1.5, None), (0.4, 1.5, None), (0.0, np.inf, (1.0, 2.0)), (0.2, 1.2, (0.8, 1.5))],
)
def test_bounds_and_slopes_give_the_map_of_a_general_solver(library, lower, upper, steepest):
    field = np.random.default_rng(3).normal(1.0, 1.0, size=GRID.shape)
    found = physics.project_lawful(
        library.asarray(field), 1.0, GRID, lower=lower, upper=upper, steepest=steepest
    )
    assert found.converged
    assert found.residual <= 1e-8
    density = np.asarray(found.density)
    assert total_of(density) == pytest.approx(1.0, rel=1e-12)
    assert density.min() >= 0.0
    expected = _reference(field, 1.0, lower, upper, steepest)
    np.testing.assert_allclose(density, expected, atol=1e-6)


def test_a_lawful_map_stays_as_it_is():
    field = 1.0 + 0.01 * np.sin(2 * np.pi * np.arange(12.0).reshape(GRID.shape) / 12)
    found = physics.project_lawful(
        field, total_of(field), GRID, lower=0.5, upper=2.0, steepest=(1.0, 1.0)
    )
    np.testing.assert_allclose(found.density, field, atol=1e-10)
    assert found.converged


def test_running_out_of_rounds_is_said():
    field = np.random.default_rng(4).normal(1.0, 5.0, size=GRID.shape)
    found = physics.project_lawful(field, 1.0, GRID, steepest=(0.1, 0.1), rounds=2)
    assert not found.converged
    assert found.residual > 1e-8


@pytest.mark.parametrize(
    ("total", "bounds", "message"),
    [
        (-1.0, {}, "mean density of -"),
        (1.0, {"upper": 0.5}, "outside 0 to 0.5"),
        (1.0, {"lower": 2.0, "upper": 1.0}, "2 to 1"),
        (1.0, {"steepest": (1.0,)}, "2 axes"),
        (1.0, {"steepest": (1.0, 0.0)}, "2 axes"),
        (np.nan, {}, "mean density of nan"),
    ],
)
def test_what_no_map_can_fulfil_is_refused(total, bounds, message):
    with pytest.raises(ContractError, match=message):
        physics.project_lawful(np.ones(GRID.shape), total, GRID, **bounds)


def test_a_negative_total_is_refused():
    with pytest.raises(ContractError, match="total of -1"):
        physics.project_total(np.ones(GRID.shape), np.array(-1.0), GRID)
