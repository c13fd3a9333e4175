"""Gas under its own gravity against Jeans' dispersion, a sheet's exact fall, and its balances."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.gas import Gas, HeavyGas, conserved, stirred
from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import full_params, installed, load
from industriverse.kernel.solvers import entropy_violation, solver_card

GAMMA = 5 / 3
UNIT = 1 / (4 * np.pi)
"""G at which side, mean density and free-fall time are one."""


def cloud(cells):
    return HeavyGas(Gas(GAMMA, 1 / cells), UNIT)


def sound_of(jeans_ratio):
    return 1 / (2 * np.pi * jeans_ratio)


def at_rest(density, jeans_ratio):
    rest = np.zeros_like(density)
    pressure = sound_of(jeans_ratio) ** 2 / GAMMA * density**GAMMA
    return conserved(jnp.asarray(np.stack([density, rest, rest, pressure])), GAMMA)


def rippled(cells, along_y, along_x, size):
    """Return a density with one wave, as means over the cells, and the wave at their centres."""
    at = (np.arange(cells) + 0.5) / cells
    wave = np.cos(2 * np.pi * (along_y * at[:, None] + along_x * at[None, :]))
    return 1 + size * np.sinc(along_y / cells) * np.sinc(along_x / cells) * wave, wave


def amplitude(path, wave):
    return (np.asarray(path[:, 0]) * wave).mean(axis=(1, 2)) * 2


def growth(cells, waves, jeans_ratio, time=2.0):
    """Return the rate that `cosh st` shows, negative for `cos`, and Jeans' `√(4πGρ − c²k²)`."""
    density, wave = rippled(cells, waves[0], waves[1], 1e-4)
    path = cloud(cells).solve(at_rest(density, jeans_ratio), 2, time)
    size = amplitude(path, wave)
    rate = np.arccosh(size[1] / size[0] + 0j) / time
    square = 1 - (sound_of(jeans_ratio) * 2 * np.pi) ** 2 * np.hypot(*waves) ** 2
    return (rate.real if square > 0 else -abs(rate.imag)), np.sign(square) * abs(square) ** 0.5


def test_the_potential_of_a_wave_is_known_and_the_pull_is_its_slope():
    density, wave = rippled(32, 1, 2, 0.3)
    gas = HeavyGas(Gas(GAMMA, 2 / 32), 3.0)
    size = float((density - 1).max() / wave.max())
    square = np.pi**2 * 5
    deep = np.asarray(gas.potential(jnp.asarray(density)))
    np.testing.assert_allclose(deep, -12 * np.pi * size / square * wave, atol=1e-12)
    pull = np.asarray(gas.pull(jnp.asarray(density)))
    np.testing.assert_allclose(pull[1] / pull[0], np.sin(np.pi / 8) / np.sin(np.pi / 16), rtol=1e-9)


def test_drawn_gas_does_not_pull_itself_along():
    density = jnp.asarray(stirred(32, 0.2, 3))
    pull = cloud(32).pull(density)
    assert np.abs((density[None] * pull).mean(axis=(1, 2))).max() < 1e-15
    assert float(jnp.abs(pull).max()) > 0.01


@pytest.mark.parametrize(
    ("waves", "jeans_ratio"), [((0, 1), 3.0), ((1, 1), 3.0), ((1, 0), 1.3), ((0, 1), 0.7)]
)
def test_ripples_grow_or_swing_as_jeans_says(waves, jeans_ratio):
    found, exact = growth(32, waves, jeans_ratio)
    assert (exact > 0) == (jeans_ratio > np.hypot(*waves))
    assert found == pytest.approx(exact, rel=0.01)


def test_the_rate_of_growth_is_of_second_order():
    errors = [abs(np.subtract(*growth(cells, (0, 1), 2.0))) for cells in (16, 32)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.2)


def test_a_wave_of_the_jeans_length_is_the_border():
    for jeans_ratio, grows in ((0.98, False), (1.02, True)):
        density, wave = rippled(32, 1, 0, 1e-4)
        path = cloud(32).solve(at_rest(density, jeans_ratio), 2, 4.0)
        size = amplitude(path, wave)
        assert (size[1] > size[0]) == grows
    assert cloud(8).jeans_length(1.0, sound_of(1.0)) == pytest.approx(1.0)


def test_a_cold_sheet_falls_together_as_its_exact_solution():
    """In a sheet cold gas moves as `x = q + A cosh(t) sin(2πq)/2π` until paths cross."""
    cells, size, time = 64, -0.05, 2.5
    q = np.linspace(0, 1, 200_001)

    def density(now):
        places = q + size * np.cosh(now) * np.sin(2 * np.pi * q) / (2 * np.pi)
        # Cells take the mass between their faces.
        return np.diff(np.interp(np.linspace(0, 1, cells + 1), places, q)) * cells

    start = np.broadcast_to(density(0.0), (cells, cells))
    path = cloud(cells).solve(at_rest(start, 60.0), 2, time)
    exact = density(time)
    assert exact.max() > 1.4
    np.testing.assert_allclose(path[1, 0, 3], exact, atol=0.005 * exact.max())


def test_a_collapse_keeps_mass_momentum_and_energy_and_makes_entropy():
    gas = cloud(32)
    path = gas.solve(at_rest(stirred(32, 0.1, 1), 2.0), 17, 0.75)
    kept = gas.budget(path)
    assert float(path[:, 0].max()) > 10
    np.testing.assert_allclose(kept.mass, kept.mass[0], rtol=1e-13)
    np.testing.assert_allclose(kept.momentum, 0, atol=1e-13)
    size = float(jnp.abs(kept.gravity).max())
    np.testing.assert_allclose(kept.energy, kept.energy[0], atol=1e-11 * size)
    # Ten times what gravity gave up at first went into heat and motion: something was kept.
    assert size > 10 * abs(float(kept.gravity[0]))
    assert np.diff(np.asarray(kept.entropy)).min() > -1e-6
    assert kept.entropy[-1] - kept.entropy[0] > 0.1


@pytest.mark.parametrize(
    "given",
    [{"jeans_ratio": 4.0}, {"jeans_ratio": 2.0, "gamma": 1.4}, {"gamma": 3.0}, {"ripple": 0.2}],
    ids=str,
)
def test_entropy_falls_by_no_more_than_the_card_allows(given):
    manifest = installed().get("self-gravity")
    run, params = load(manifest), full_params(manifest, {"cells": 32, "frames": 21, **given})
    outputs = run({}, params)  # pyright: ignore[reportCallIssue]
    card = solver_card(manifest)
    assert entropy_violation(card, outputs) <= card.entropy_tolerance
    assert outputs["density"].max() > 2 * outputs["density"][0].max()


def test_below_the_jeans_length_gas_only_swings():
    gas = cloud(32)
    path = gas.solve(at_rest(stirred(32, 0.05, 2), 0.8), 21, 2.0)
    spread = np.asarray(path[:, 0]).std(axis=(1, 2))
    assert spread.max() < 1.5 * spread[0]


def test_the_steps_are_of_second_order_or_better():
    gas = cloud(18)
    step = jax.jit(gas.step)
    ends = []
    for count in (8, 16, 32):
        state = at_rest(stirred(18, 0.1, 1), 1.5)
        for _ in range(count):
            state = step(state, jnp.asarray(0.5 / count))
        ends.append(state[1:3])
    errors = [float(jnp.abs(end - ends[2]).max()) for end in ends[:2]]
    # Against the finest: (1 − 1/16)/(1/4 − 1/16) = 5 for second order, 9 for third.
    assert errors[0] / errors[1] > 5


def test_a_derivative_of_a_step_agrees_with_a_difference():
    gas = cloud(18)
    density = stirred(18, 0.1, 1)

    @jax.jit
    def late(size):
        start = at_rest(density, 2.0)
        start = start.at[2].add(size * jnp.asarray(density - 1))
        return gas.step(start, jnp.asarray(0.005))[0]

    at, one = jnp.asarray(0.05), jnp.asarray(1.0)
    _, slope = jax.jvp(late, (at,), (one,))
    difference = (late(at + 1e-4) - late(at - 1e-4)) / 2e-4
    np.testing.assert_allclose(slope, difference, rtol=0, atol=1e-5 * float(jnp.abs(slope).max()))


def test_bad_arguments_are_refused():
    with pytest.raises(ContractError, match="periodic"):
        HeavyGas(Gas(GAMMA, 1.0, ("open", "periodic")), 1.0)
    with pytest.raises(ContractError, match="even side"):
        cloud(9).solve(jnp.ones((4, 9, 9)), 2, 1.0)
    with pytest.raises(ContractError, match="mean density"):
        stirred(32, 0.9, 1)
