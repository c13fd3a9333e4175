"""Sound against the modes of a box, the law of reflection, and light of the same equations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.rollout import steps_between
from industriverse.engines.simulation.waves import LIGHT, MAGNETIC, Acoustics, Maxwell
from industriverse.kernel.errors import ContractError

CELLS = 32
SIDE = 2.0
STEP = SIDE / CELLS
AIR, SPEED = 1.2, 343.0
FRAMES, FRAME_S = 201, 4.8e-4
ONES = jnp.ones((CELLS, CELLS))
NOISE = np.random.default_rng(1).standard_normal((CELLS, CELLS))


def air(cells: int = CELLS) -> Acoustics:
    ones = jnp.ones((cells, cells))
    return Acoustics(AIR * ones, SPEED * ones, SIDE / cells)


def mixture() -> Acoustics:
    """Return fluids a thousand times as dense as others, with three times their speed."""
    random = np.random.default_rng(0)
    dense = jnp.asarray(10 ** random.uniform(0, 3, (CELLS, CELLS)))
    return Acoustics(dense, jnp.asarray(random.uniform(300, 900, (CELLS, CELLS))), STEP)


def mode_of(m: int, n: int, cells: int = CELLS) -> np.ndarray:
    at = np.pi * (np.arange(cells) + 0.5) / cells
    return np.outer(np.cos(m * at), np.cos(n * at))


def test_modes_of_a_rigid_box_swing_as_the_grids_dispersion_says():
    _, step_s = steps_between(FRAME_S, air().grid.largest_step)
    for m, n in ((2, 1), (13, 7)):
        mode = mode_of(m, n)
        sound = air().solve(jnp.asarray(mode), FRAMES, FRAME_S)
        waves = np.hypot(*(np.sin(k * np.pi / CELLS / 2) for k in (m, n)))
        omega = 2 / step_s * np.arcsin(SPEED * step_s / STEP * waves)
        exact = np.cos(omega * FRAME_S * np.arange(FRAMES))
        np.testing.assert_allclose(sound.pressure, exact[:, None, None] * mode, atol=1e-11)


@pytest.mark.parametrize(("m", "n"), [(1, 0), (1, 1), (2, 1)])
def test_a_rigid_box_rings_at_its_frequencies(m, n):
    mode = mode_of(m, n)
    sound = air().solve(jnp.asarray(mode), FRAMES, FRAME_S)
    path = np.einsum("tyx,yx->t", sound.pressure, mode)
    middle, ends = path[1:-1], path[2:] + path[:-2]
    omega = np.arccos((middle @ ends) / (middle @ middle) / 2) / FRAME_S
    assert omega == pytest.approx(np.pi * SPEED / SIDE * np.hypot(m, n), rel=1e-3)


def strip(behind: tuple[float, float], start: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where and how high a pulse is that parted in two; another fluid lies beyond 0.6."""
    columns = 512
    x = (np.arange(columns) + 0.5) / columns
    density, speed = (
        jnp.asarray(np.where(x < 0.6, here, there) * np.ones((4, 1)))
        for here, there in zip((AIR, SPEED), behind, strict=True)
    )
    system = Acoustics(density, speed, 1 / columns, ("periodic", "open"), fastest=2 * SPEED)
    pulse = np.exp(-((x - start) ** 2) / (2 * 0.03**2))
    sound = system.solve(jnp.asarray(pulse * np.ones((4, 1))), 2, 0.35 / SPEED)
    return x, np.asarray(sound.pressure[-1, 0])


@pytest.mark.parametrize("behind", [(AIR, 2 * SPEED), (3 * AIR, SPEED), (5 * AIR, SPEED / 2)])
def test_a_pulse_meets_another_fluid_as_impedances_say(behind):
    """Reflected (Z₂ − Z₁)/(Z₂ + Z₁), transmitted 2 Z₂/(Z₂ + Z₁); the start splits in halves."""
    x, pressure = strip(behind, 0.4)
    here, there = AIR * SPEED, behind[0] * behind[1]
    back = (there - here) / (there + here)
    before, after = x < 0.6, x > 0.6
    seen = pressure[before & (x > 0.2)]
    place = x[before & (x > 0.2)]
    found = seen[np.abs(seen).argmax()]
    assert found == pytest.approx(back / 2, rel=0.02)
    assert place[np.abs(seen).argmax()] == pytest.approx(0.6 - 0.15, abs=0.003)
    assert pressure[after].max() == pytest.approx((1 + back) / 2, rel=0.02)
    reach = x[after][pressure[after].argmax()]
    assert reach == pytest.approx(0.6 + 0.15 * behind[1] / SPEED, abs=0.004)


def test_an_open_edge_sends_back_less_than_a_thousandth():
    x, pressure = strip((AIR, SPEED), 0.17)
    assert pressure.max() == pytest.approx(0.5, rel=0.01)
    assert np.abs(pressure[x < 0.35]).max() < 1e-3


@pytest.mark.parametrize("edge", ["reflecting", "periodic"])
def test_energy_volume_and_turning_are_kept_in_any_fluid(edge):
    fluids = mixture()
    system = Acoustics(fluids.density, fluids.speed, STEP, (edge, edge))
    random = np.random.default_rng(2)
    x, y = random.standard_normal((CELLS, CELLS + 1)), random.standard_normal((CELLS + 1, CELLS))
    x[:, [0, -1]], y[[0, -1]] = 0.0, 0.0
    flow = (jnp.asarray(1e-2 * x), jnp.asarray(1e-2 * y))
    sound = system.solve(jnp.asarray(1e3 * (NOISE + 0.5)), FRAMES, FRAME_S, velocity=flow)
    assert np.ptp(np.asarray(sound.pressure)[:, 3, 4]) > 100
    assert sound.turning[0] > 1e-3
    np.testing.assert_allclose(sound.energy, sound.energy[0], rtol=1e-12)
    np.testing.assert_allclose(sound.volume, sound.volume[0], rtol=1e-10)
    np.testing.assert_allclose(sound.turning, sound.turning[0], rtol=1e-10)


def test_what_an_inflow_gives_is_what_the_fluid_takes():
    fluids = mixture()
    mouth = jnp.asarray(np.where(np.hypot(*np.indices((CELLS, CELLS)) - 12) < 4, 1.0, 0.0))
    sound = fluids.solve(0 * ONES, 50, FRAME_S, inflow=lambda time: mouth * jnp.sin(400 * time))
    assert sound.energy.max() > 0
    size = float(sound.energy.max())
    np.testing.assert_allclose(sound.energy, sound.work, atol=1e-12 * size)
    area = float(mouth.sum()) * STEP**2
    entered = area * (1 - np.cos(400 * FRAME_S * np.arange(50))) / 400
    np.testing.assert_allclose(sound.volume, entered, atol=1e-3 * entered.max())


def test_sound_and_light_of_the_same_equations_are_the_same():
    """Pressure is E out of the plane, ρ is μ₀ and 1/(ρc²) is ε."""
    glass = jnp.asarray(1 + 3 * np.random.default_rng(3).random((CELLS, CELLS)))
    light = Maxwell(glass, STEP, ("periodic", "periodic")).solve(jnp.asarray(NOISE), 11, 1e-9)
    system = Acoustics(
        MAGNETIC * ONES, LIGHT / jnp.sqrt(glass), STEP, ("periodic", "periodic"), fastest=LIGHT
    )
    sound = system.solve(jnp.asarray(NOISE), 11, 1e-9)
    np.testing.assert_allclose(sound.pressure, light.out, atol=1e-12)
    np.testing.assert_allclose(sound.x, -light.y, atol=1e-12 * float(jnp.abs(light.y).max()))
    np.testing.assert_allclose(sound.energy, light.energy, rtol=1e-12)


def test_it_is_of_second_order():
    def error(cells: int) -> float:
        modes = [mode_of(m, n, cells) for m, n in ((1, 1), (2, 1))]
        rates = [np.pi * SPEED / SIDE * np.hypot(m, n) for m, n in ((1, 1), (2, 1))]
        last = air(cells).solve(jnp.asarray(sum(modes)), FRAMES, FRAME_S).pressure[10]
        exact = sum(m * np.cos(r * 10 * FRAME_S) for m, r in zip(modes, rates, strict=True))
        return float(np.abs(np.asarray(last) - exact).max())

    assert np.log2(error(16) / error(32)) == pytest.approx(2, abs=0.1)


def test_a_derivative_with_respect_to_the_speed_agrees_with_a_difference():
    start = jnp.asarray(np.exp(-(np.hypot(*np.indices((CELLS, CELLS)) - 14.5) ** 2) / 18))

    def heard(scale: jax.Array) -> jax.Array:
        system = Acoustics(AIR * ONES, scale * SPEED * ONES, STEP, fastest=1.2 * SPEED)
        return (system.solve(start, 21, FRAME_S).pressure[-1, :8, :8] ** 2).sum()

    slope = jax.grad(heard)(jnp.asarray(1.0))
    difference = (heard(jnp.asarray(1 + 1e-5)) - heard(jnp.asarray(1 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


@pytest.mark.parametrize(("density", "speed"), [(0.0, 1.0), (1.0, -2.0)])
def test_fluids_without_mass_or_sound_are_refused(density, speed):
    with pytest.raises(ContractError, match="not above zero"):
        Acoustics(density * ONES, speed * ONES, STEP)
