"""Maxwell's equations against modes, Yee's dispersion, Fresnel's laws and open space."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from industriverse.engines.simulation.rollout import steps_between
from industriverse.engines.simulation.waves import (
    ELECTRIC,
    LIGHT,
    MAGNETIC,
    Light,
    Maxwell,
    Pair,
    discs,
    pulses,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Boundary

CELLS = 32
SIDE = 1.0
STEP = SIDE / CELLS
FRAMES, FRAME_S = 301, 2.7e-10
VACUUM = jnp.ones((CELLS, CELLS))
CENTRES = (np.arange(CELLS) + 0.5) * STEP
MIXED = jnp.asarray(1 + 5 * np.random.default_rng(0).random((CELLS, CELLS)))
NOISE = np.random.default_rng(1).standard_normal((CELLS, CELLS))


def shape_of(m: int, n: int, wave=np.sin) -> np.ndarray:
    """Return the mode with m half waves up and n across."""
    return wave(m * np.pi * CENTRES)[:, None] * wave(n * np.pi * CENTRES)[None, :]


def frequency(path: np.ndarray) -> float:
    """Return ω of a pure oscillation: its samples obey a₊ + a₋ = 2 cos(ω Δ) a."""
    middle, ends = path[1:-1], path[2:] + path[:-2]
    return float(np.arccos((middle @ ends) / (middle @ middle) / 2) / FRAME_S)


def yee(m: int, n: int, step_s: float) -> float:
    """Return ω of a mode by Yee's dispersion relation."""
    waves = np.hypot(*(np.sin(k * np.pi * STEP / SIDE / 2) for k in (m, n)))
    return float(2 / step_s * np.arcsin(LIGHT * step_s / STEP * waves))


@pytest.mark.parametrize(("out", "wave"), [("electric", np.sin), ("magnetic", np.cos)])
def test_a_mode_of_a_box_swings_as_yees_dispersion_says(out, wave):
    system = Maxwell(VACUUM, STEP, out_of_plane=out)
    _, step_s = steps_between(FRAME_S, system.grid.largest_step)
    for m, n in ((1, 2), (9, 14)):
        mode = shape_of(m, n, wave)
        light = system.solve(jnp.asarray(mode), FRAMES, FRAME_S)
        exact = np.cos(yee(m, n, step_s) * FRAME_S * np.arange(FRAMES))
        np.testing.assert_allclose(light.out, exact[:, None, None] * mode, atol=1e-11)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 2)])
def test_a_conducting_box_rings_at_its_frequencies(m, n):
    mode = shape_of(m, n)
    light = Maxwell(VACUUM, STEP).solve(jnp.asarray(mode), FRAMES, FRAME_S)
    exact = np.pi * LIGHT / SIDE * np.hypot(m, n)
    assert frequency(np.einsum("tyx,yx->t", light.out, mode)) == pytest.approx(exact, rel=1e-3)


def test_a_box_half_full_of_glass_rings_as_its_characteristic_equation_says():
    centres = (np.arange(2 * CELLS) + 0.5) * STEP / 2
    half, glass, up = SIDE / 2, 4.0, np.pi / SIDE

    def across(omega: float) -> tuple[float, float]:
        return np.sqrt((omega / LIGHT) ** 2 - up**2), np.sqrt(glass * (omega / LIGHT) ** 2 - up**2)

    def mismatch(omega: float) -> float:
        # E and its slope pass the interface unbroken: k₁ cot(k₁ a) + k₂ cot(k₂ a) = 0.
        front, behind = (k * half for k in across(omega))
        return front * np.cos(front) * np.sin(behind) + behind * np.cos(behind) * np.sin(front)

    omega = float(brentq(mismatch, 1.02 * up * LIGHT, 1.6 * up * LIGHT, xtol=1.0))  # pyright: ignore[reportArgumentType]
    front, behind = across(omega)
    left = np.sin(front * centres) / np.sin(front * half)
    right = np.sin(behind * (SIDE - centres)) / np.sin(behind * half)
    mode = np.sin(up * centres)[:, None] * np.where(half > centres, left, right)[None, :]
    slab = jnp.asarray(np.where(half > centres, 1.0, glass)[None, :] * np.ones((2 * CELLS, 1)))
    light = Maxwell(slab, STEP / 2).solve(jnp.asarray(mode), FRAMES, FRAME_S)
    path = np.einsum("tyx,yx,yx->t", light.out, mode, slab)
    assert frequency(path) == pytest.approx(omega, rel=1e-3)


@pytest.mark.parametrize("out", ["electric", "magnetic"])
@pytest.mark.parametrize("edge", ["reflecting", "periodic"])
def test_energy_and_divergence_are_kept_in_any_dielectric(out, edge):
    system = Maxwell(MIXED, STEP, (edge, edge), out)
    random = np.random.default_rng(2)
    flow = (random.standard_normal((CELLS, CELLS + 1)), random.standard_normal((CELLS + 1, CELLS)))
    # Nothing crosses a wall, and the two ends of what repeats are one.
    x, y = (jnp.asarray(part / 377 if out == "electric" else 377 * part) for part in flow)
    x, y = x.at[:, jnp.array([0, -1])].set(0.0), y.at[jnp.array([0, -1])].set(0.0)
    light = system.solve(jnp.asarray(NOISE), FRAMES, FRAME_S, in_plane=(x, y))
    assert light.divergence[0] > 0.1
    assert np.ptp(np.asarray(light.out)[:, 5, 7]) > 1
    np.testing.assert_allclose(light.energy, light.energy[0], rtol=1e-12)
    np.testing.assert_allclose(light.divergence, light.divergence[0], rtol=1e-10)


def test_from_rest_nothing_diverges():
    light = Maxwell(MIXED, STEP, out_of_plane="magnetic").solve(jnp.asarray(NOISE), FRAMES, FRAME_S)
    assert light.divergence.max() < 1e-12


def test_what_a_current_gives_is_what_the_fields_gain():
    """Two starts at once, one of them dark."""
    aerial = jnp.asarray(np.exp(-((CENTRES[:, None] - 0.4) ** 2 + (CENTRES - 0.6) ** 2) / 0.01))
    starts = jnp.stack([0 * aerial, jnp.asarray(NOISE)])

    def run(start: jax.Array) -> Light:
        system = Maxwell(MIXED, STEP)
        return system.solve(start, 30, 1e-9, current=lambda time: aerial * jnp.sin(2e9 * time))

    light = jax.vmap(run)(starts)
    assert (np.ptp(light.work, axis=1) > 0.1 * light.work.max(axis=1)).all()
    gained = light.energy - light.energy[:, :1]
    np.testing.assert_allclose(gained, light.work, atol=1e-12 * float(light.energy.max()))


def test_light_goes_back_the_way_it_came():
    system = Maxwell(MIXED, STEP)
    start = jnp.asarray(pulses(CELLS, SIDE, seed=3, count=2, width=0.1, wavelength=0.5))
    still = Pair(start, jnp.zeros((CELLS, CELLS + 1)), jnp.zeros((CELLS + 1, CELLS)))
    there = system.grid.march(system.medium, still, FRAMES, FRAME_S)
    turned = Pair(there.scalar[-1], -there.x[-1], -there.y[-1])
    back = system.grid.march(system.medium, turned, FRAMES, FRAME_S)
    assert jnp.abs(there.scalar[-1] - start).max() > 0.3
    np.testing.assert_allclose(back.scalar[-1], start, atol=1e-11)


@pytest.mark.parametrize(("layer", "decibels"), [(12, -100.0), (16, -110.0)])
def test_open_edges_send_back_less_than_a_thousandth(layer, decibels):
    """Against a plane so large that nothing comes back in time; −60 dB is asked for."""

    def run(cells: int, edge: Boundary) -> np.ndarray:
        at = (np.arange(cells) - cells / 2 + 0.5) * STEP
        away = (at[:, None] - 0.05) ** 2 + (at[None, :] + 0.05) ** 2
        pulse = jnp.asarray(np.exp(-away / (2 * (3 * STEP) ** 2)))
        system = Maxwell(jnp.ones((cells, cells)), STEP, (edge, edge), layer=layer)
        return np.asarray(system.solve(pulse, 22, FRAME_S).out)

    wide = run(3 * CELLS, "periodic")
    error = np.abs(run(CELLS, "open") - wide[:, CELLS:-CELLS, CELLS:-CELLS]).max()
    assert np.abs(wide[:, CELLS]).max() > 0.1
    assert 20 * np.log10(error / np.abs(wide).max()) == pytest.approx(decibels, abs=2)


@pytest.mark.parametrize("out", ["electric", "magnetic"])
@pytest.mark.parametrize("tilt", [0, 1])
def test_glass_reflects_as_fresnel_says(out, tilt):
    """A packet meets a half space of index 2; each of its waves against Fresnel's amplitude."""
    rows, columns, spacing, glass = 64, 1024, 1 / 256, 4.0
    x, up = (np.arange(columns) + 0.5) * spacing, 2 * np.pi * tilt / (rows * spacing)
    k = 2 * np.pi * np.fft.fftfreq(columns, spacing)
    packet = np.exp(-((x - 1.2) ** 2) / (2 * 0.2**2) + 30j * (x - 1.2))
    # A wave exp(i k x − i ω t) of the field out of the plane needs this field in the plane.
    inertia = MAGNETIC if out == "electric" else ELECTRIC
    omega = LIGHT * np.hypot(k, up)
    pushed = 1j * np.fft.fft(packet) / np.where(omega > 0, omega, np.inf) / inertia
    across = np.real(np.fft.ifft(1j * k * pushed * np.exp(-0.5j * k * spacing)))
    y = np.arange(rows + 1) * spacing
    stripes = np.cos(up * (y[:-1] + spacing / 2))
    flow = (
        jnp.asarray(np.outer(stripes, np.append(across, across[0]))),
        jnp.asarray(np.outer(-up * np.sin(up * y), np.real(np.fft.ifft(pushed)))),
    )
    slab = jnp.asarray(np.where(x < 2.0, 1.0, glass)[None, :] * np.ones((rows, 1)))
    system = Maxwell(slab, spacing, ("periodic", "periodic"), out)
    start = jnp.asarray(np.outer(stripes, np.real(packet)))
    last = system.solve(start, 2, 2.0 / LIGHT, in_plane=flow).out[-1]
    shown = stripes @ np.asarray(last) / (stripes @ stripes)

    first = np.abs(np.fft.fft(np.real(packet)))
    back = np.abs(np.fft.fft(np.where(x < 2.0, shown, 0.0)))
    band = (k > 0) & (first > 0.5 * first.max())
    front = k[band] * (1 if out == "electric" else glass)
    behind = np.sqrt(glass * (omega[band] / LIGHT) ** 2 - up**2)
    exact = np.abs((front - behind) / (front + behind))
    assert band.sum() > 5
    np.testing.assert_allclose(back[band] / first[band], exact, atol=0.01)


def test_it_is_of_second_order():
    parts = ((1, 1), (2, 1))

    def error(cells: int) -> float:
        at, rates = (np.arange(cells) + 0.5) / cells, [np.pi * LIGHT * np.hypot(*p) for p in parts]
        modes = [np.outer(np.sin(m * np.pi * at), np.sin(n * np.pi * at)) for m, n in parts]
        system = Maxwell(jnp.ones((cells, cells)), 1 / cells)
        last = system.solve(jnp.asarray(sum(modes)), FRAMES, FRAME_S).out[10]
        exact = sum(
            mode * np.cos(rate * 10 * FRAME_S) for mode, rate in zip(modes, rates, strict=True)
        )
        return float(np.abs(np.asarray(last) - exact).max())

    errors = [error(cells) for cells in (16, 32, 64)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    np.testing.assert_allclose(orders, 2, atol=0.2)


def test_a_derivative_with_respect_to_glass_agrees_with_a_difference():
    start = jnp.asarray(pulses(CELLS, SIDE, seed=3, count=1, width=0.1, wavelength=1.0))
    lens = jnp.asarray(discs(CELLS, SIDE, seed=1, count=3, radius=0.2))

    def seen(strength: jax.Array) -> jax.Array:
        last = Maxwell(1 + strength * lens, STEP).solve(start, FRAMES, FRAME_S).out[15]
        return (last[:8, :8] ** 2).sum()

    slope = jax.grad(seen)(jnp.asarray(2.0))
    difference = (seen(jnp.asarray(2.0 + 1e-5)) - seen(jnp.asarray(2.0 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


def test_the_seed_draws_the_scene():
    first, other = (
        pulses(CELLS, SIDE, seed=seed, count=2, width=0.1, wavelength=0.3) for seed in (0, 1)
    )
    assert np.abs(first - other).max() > 0.5
    share = discs(CELLS, SIDE, seed=5, count=1, radius=0.2)
    assert 0.25 * np.pi * 0.2**2 / 4 < share.mean() < np.pi * 0.2**2
    assert np.abs(share - discs(CELLS, SIDE, seed=6, count=1, radius=0.2)).max() == 1.0


def test_less_than_vacuum_is_refused():
    with pytest.raises(ContractError, match=r"0\.5"):
        Maxwell(0.5 * VACUUM, STEP)
