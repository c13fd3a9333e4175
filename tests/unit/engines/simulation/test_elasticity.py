"""Elastic waves against both speeds, Lamé's modes, Rayleigh's wave and impedances."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from industriverse.engines.simulation.rollout import steps_between
from industriverse.engines.simulation.waves import Elasticity, kicks
from industriverse.kernel.errors import ContractError

CELLS = 32
SIDE = 2.0
STEP = SIDE / CELLS
PRESSURE, SHEAR, DENSITY = 5.0, 2.5, 2.7
FRAMES, FRAME_S = 101, 0.033
SIDES = ("periodic", "free")
ONES = np.ones((CELLS, CELLS))
WALLS = np.arange(CELLS + 1) * STEP
CENTRES = (np.arange(CELLS) + 0.5) * STEP


def rock(sides, cells: int = CELLS, rows: int = 0) -> Elasticity:
    ones = jnp.ones((rows or cells, cells))
    return Elasticity(DENSITY * ones, PRESSURE * ones, SHEAR * ones, SIDE / cells, sides)


def frequency(path: np.ndarray) -> float:
    """Return ω of a pure oscillation: its samples obey a₊ + a₋ = 2 cos(ω Δ) a."""
    middle, ends = path[1:-1], path[2:] + path[:-2]
    return float(np.arccos((middle @ ends) / (middle @ middle) / 2) / FRAME_S)


@pytest.mark.parametrize(("m", "n"), [(1, 2), (5, 3)])
def test_both_waves_run_as_the_grids_dispersion_says(m, n):
    system = rock(("periodic", "periodic"))
    _, step_s = steps_between(FRAME_S, system.largest_step)
    across, up = (2 * np.pi * k / SIDE for k in (m, n))
    slow_x, slow_y = np.sin(across * STEP / 2), np.sin(up * STEP / 2)
    at_x = np.cos(up * CENTRES[:, None] + across * WALLS[None, :])
    at_y = np.cos(up * WALLS[:, None] + across * CENTRES[None, :])
    for speed, x, y in ((PRESSURE, slow_x, slow_y), (SHEAR, -slow_y, slow_x)):
        quake = system.solve((jnp.asarray(x * at_x), jnp.asarray(y * at_y)), FRAMES, FRAME_S)
        omega = 2 / step_s * np.arcsin(speed * step_s / STEP * np.hypot(slow_x, slow_y))
        swing = np.cos(omega * FRAME_S * np.arange(FRAMES))[:, None, None]
        exact = x * swing * (at_x[:, 1:] + at_x[:, :-1]) / 2
        np.testing.assert_allclose(quake.x, exact, atol=1e-12)
        exact = y * swing * (at_y[1:] + at_y[:-1]) / 2
        np.testing.assert_allclose(quake.y, exact, atol=1e-12)


@pytest.mark.parametrize(("along", "speed"), [("x", PRESSURE), ("y", SHEAR)])
def test_between_rigid_walls_both_waves_ring(along, speed):
    wave_x = np.sin(np.pi * WALLS / SIDE)[None, :] * np.ones((CELLS, 1))
    wave_y = np.sin(np.pi * CENTRES / SIDE)[None, :] * np.ones((CELLS + 1, 1))
    start = (wave_x, 0 * wave_y) if along == "x" else (0 * wave_x, wave_y)
    quake = rock(("periodic", "rigid")).solve(
        (jnp.asarray(start[0]), jnp.asarray(start[1])), FRAMES, FRAME_S
    )
    path = np.asarray(getattr(quake, along))[:, 3, 15]
    assert frequency(path) == pytest.approx(np.pi * speed / SIDE, rel=1e-3)


def lame_mode(cells: int) -> tuple[jax.Array, jax.Array]:
    walls, centres = np.arange(cells + 1) * np.pi / cells, (np.arange(cells) + 0.5) * np.pi / cells
    x = -np.outer(np.sin(centres), np.cos(walls))
    y = np.outer(np.cos(walls), np.sin(centres))
    return jnp.asarray(x), jnp.asarray(y)


def test_a_free_square_rings_in_lames_mode():
    """Shear without swelling that leaves all four sides free of force: ω = √2 π c_s / L."""
    quake = rock(("free", "free")).solve(lame_mode(CELLS), FRAMES, FRAME_S)
    path = np.asarray(quake.x)[:, CELLS // 2, 2]
    assert frequency(path) == pytest.approx(2**0.5 * np.pi * SHEAR / SIDE, rel=1e-3)


def test_it_is_of_second_order():
    def error(cells: int) -> float:
        quake = rock(("free", "free"), cells).solve(lame_mode(cells), FRAMES, FRAME_S)
        x = np.asarray(quake.x[20])
        start = np.asarray(quake.x[0])
        return float(np.abs(x - start * np.cos(2**0.5 * np.pi * SHEAR / SIDE * 20 * FRAME_S)).max())

    assert np.log2(error(16) / error(32)) == pytest.approx(2, abs=0.1)


def test_rayleighs_wave_runs_along_a_free_side():
    """(2 − c²/c_s²)² = 4 √(1 − c²/c_p²) √(1 − c²/c_s²) (Rayleigh 1885)."""

    def mismatch(speed: float) -> float:
        fast, slow = (1 - (speed / c) ** 2 for c in (PRESSURE, SHEAR))
        return (1 + slow) ** 2 - 4 * np.sqrt(fast * slow)

    speed = float(brentq(mismatch, 0.5 * SHEAR, 0.999 * SHEAR))  # pyright: ignore[reportArgumentType]
    k, rows = 2 * np.pi / SIDE, 2 * CELLS
    fast, slow = (k * np.sqrt(1 - (speed / c) ** 2) for c in (PRESSURE, SHEAR))
    share = 2 * k * fast / (k**2 + slow**2)
    deep, deep_walls = (np.arange(rows) + 0.5) * STEP, np.arange(rows + 1) * STEP
    x_of = np.exp(-fast * deep) - share * slow / k * np.exp(-slow * deep)
    y_of = fast / k * np.exp(-fast * deep_walls) - share * np.exp(-slow * deep_walls)
    x = -np.outer(x_of, np.sin(k * WALLS))
    y = -np.outer(y_of, np.cos(k * CENTRES))
    system = rock(("free", "periodic"), rows=rows)
    quake = system.solve((jnp.asarray(x), jnp.asarray(y)), FRAMES, FRAME_S)
    path = np.einsum("tyx,yx->t", quake.y, quake.y[0])
    assert frequency(path) == pytest.approx(speed * k, rel=0.01)


@pytest.mark.parametrize("wave", ["pressure", "shear"])
def test_a_pulse_meets_another_solid_as_impedances_say(wave):
    """Velocity reflected (Z₁ − Z₂)/(Z₁ + Z₂), transmitted 2 Z₁/(Z₁ + Z₂), halves of the start."""
    columns = 512
    x = (np.arange(columns) + 0.5) / columns
    beyond = jnp.asarray((x > 0.6) * np.ones((4, 1)))
    slower = 1 - beyond / 2
    system = Elasticity(
        DENSITY * (1 + 2 * beyond), PRESSURE * slower, SHEAR * slower, 1 / columns, SIDES
    )
    faces = np.arange(columns + 1) / columns
    push, slide = (1.0, 0.0) if wave == "pressure" else (0.0, 1.0)
    bells = [np.exp(-((at - 0.4) ** 2) / (2 * 0.03**2)) for at in (faces, x)]
    start = (
        jnp.asarray(push * bells[0] * np.ones((4, 1))),
        jnp.asarray(slide * bells[1] * np.ones((5, 1))),
    )
    # Shear takes twice as long for the same way.
    quake = system.solve(start, 3, 0.35 / PRESSURE)
    seen = np.asarray(quake.x[1, 0] if wave == "pressure" else quake.y[2, 0])
    back = (1 - 1.5) / (1 + 1.5)
    before, after = (x > 0.2) & (x < 0.6), x > 0.6
    assert seen[before].min() == pytest.approx(back / 2, rel=0.02)
    assert seen[after].max() == pytest.approx((1 + back) / 2, rel=0.02)
    assert x[before][seen[before].argmin()] == pytest.approx(0.6 - 0.15, abs=0.003)
    assert x[after][seen[after].argmax()] == pytest.approx(0.6 + 0.15 / 2, abs=0.003)


@pytest.mark.parametrize("sides", [("free", "free"), ("rigid", "free"), ("free", "periodic")])
def test_energy_and_momentum_are_kept_in_any_solid(sides):
    random = np.random.default_rng(0)
    dense = jnp.asarray(10 ** random.uniform(0, 2, (CELLS, CELLS)))
    fast = jnp.asarray(random.uniform(2, 5, (CELLS, CELLS)))
    slow = fast * jnp.asarray(random.uniform(0.1, 0.8, (CELLS, CELLS)))
    x, y = random.standard_normal((CELLS, CELLS + 1)), random.standard_normal((CELLS + 1, CELLS))
    x[:, -1] = x[:, 0]
    y[[0, -1]] = 0.0
    pull = jnp.asarray(random.standard_normal((CELLS, CELLS)))
    system = Elasticity(dense, fast, slow, STEP, sides)
    quake = system.solve((jnp.asarray(x), jnp.asarray(y)), FRAMES, FRAME_S, pull=(pull, -2 * pull))
    assert np.ptp(np.asarray(quake.x)[:, 3, 4]) > 0.5
    np.testing.assert_allclose(quake.energy, quake.energy[0], rtol=1e-12)
    if "rigid" in sides:
        assert np.ptp(np.asarray(quake.momentum)[:, 1]) > 0.1
    else:
        np.testing.assert_allclose(
            quake.momentum, quake.momentum[:1] + 0 * quake.momentum, atol=1e-11
        )


def test_a_derivative_with_respect_to_the_shear_speed_agrees_with_a_difference():
    x, y = (jnp.asarray(part) for part in kicks(CELLS, SIDE, seed=1, count=1, width=0.2))

    def felt(scale: jax.Array) -> jax.Array:
        ones = jnp.asarray(ONES)
        system = Elasticity(
            DENSITY * ones, PRESSURE * ones, scale * SHEAR * ones, STEP, fastest=1.05 * PRESSURE
        )
        return (system.solve((x, y), 11, FRAME_S).y[-1, :8, :8] ** 2).sum()

    slope = jax.grad(felt)(jnp.asarray(1.0))
    difference = (felt(jnp.asarray(1 + 1e-5)) - felt(jnp.asarray(1 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


@pytest.mark.parametrize(("density", "shear"), [(0.0, 1.0), (1.0, 0.0), (1.0, 4.5)])
def test_impossible_solids_are_refused(density, shear):
    ones = jnp.asarray(ONES)
    with pytest.raises(ContractError, match=r"not above zero|swell"):
        Elasticity(density * ones, PRESSURE * ones, shear * ones, STEP)
