"""Plane flow against exact solutions, linear theory, its budgets and its own refinement."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from industriverse.engines.simulation.fluids import (
    Incompressible,
    KeptWaves,
    courant_step,
    kolmogorov,
    random_flow,
    shear_layer,
    taylor_green,
)
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.plugins import full_params, installed, load
from industriverse.kernel.solvers import solver_card

BOX = Waves(32, 2 * np.pi)


def cells_of(waves: Waves):
    centre = (np.arange(waves.cells) + 0.5) * waves.length / waves.cells
    return np.meshgrid(centre, centre)


def solved(vorticity, frames, frame_s, **given):
    waves, drift = given.pop("waves", BOX), given.get("drift", (0.0, 0.0))
    step = given.pop("largest_step", None) or courant_step(vorticity, waves, drift)
    flow = Incompressible(given.pop("viscosity", 0.0), waves, step, **given)
    return flow.solve(jnp.asarray(vorticity), frames, frame_s)


def test_taylor_green_vortices_decay_as_they_should_while_they_drift():
    x, y = cells_of(BOX)
    path = solved(-4 * np.cos(2 * x) * np.cos(2 * y), 3, 0.7, viscosity=0.05, drift=(0.3, -0.2))
    for at, frame in zip([0.0, 0.7, 1.4], zip(*path[:3], strict=True), strict=True):
        moved_x, moved_y = 2 * (x - 0.3 * at), 2 * (y + 0.2 * at)
        fade = np.exp(-8 * 0.05 * at)
        exact_u = 0.3 + fade * np.cos(moved_x) * np.sin(moved_y)
        exact_v = -0.2 - fade * np.sin(moved_x) * np.cos(moved_y)
        np.testing.assert_allclose(frame[0], exact_u, atol=1e-7)
        np.testing.assert_allclose(frame[1], exact_v, atol=1e-7)
        np.testing.assert_allclose(
            frame[2], -4 * fade * np.cos(moved_x) * np.cos(moved_y), atol=1e-6
        )


def test_taylor_green_vortices_at_rest_decay_to_rounding():
    start = taylor_green(BOX, 3, 2.0, seed=4)
    path = solved(start, 2, 2.0, viscosity=0.01)
    np.testing.assert_allclose(path.vorticity[1], start * np.exp(-18 * 0.01 * 2.0), atol=1e-11)


def test_advection_is_that_of_the_definition_without_aliases():
    waves = Waves(32, 3.0)
    vorticity = random_flow(waves, 3, 1.0, seed=1)
    kept = KeptWaves(waves)
    flow = Incompressible(0.0, waves, 1.0, drift=(0.4, 0.1))
    here = kept.back(flow.advection(kept.forward(jnp.asarray(vorticity)) * kept.mask))
    # −u·∇ω on a grid twice as fine, which holds every product, then cut to the kept waves.
    spectrum = np.fft.rfft2(vorticity) * waves.kept
    square = np.where(waves.square > 0, waves.square, np.inf)
    factors = [1j * waves.y / square, -1j * waves.x / square, 1j * waves.x, 1j * waves.y]
    wide = np.zeros((4, 64, 33), np.complex128)
    rows = np.r_[0:16, 48:64]
    wide[:, rows, :17] = np.stack([factor * spectrum for factor in factors])
    u, v, slope_x, slope_y = np.fft.irfft2(wide * 4, s=(64, 64))
    product = np.fft.rfft2((u + 0.4) * slope_x + (v + 0.1) * slope_y)[rows, :17] / 4
    exact = -np.fft.irfft2(product * waves.kept, s=(32, 32))
    np.testing.assert_allclose(here, exact, atol=1e-12 * np.abs(exact).max())


def test_it_is_of_fourth_order_in_time():
    start = random_flow(BOX, 3, 1.0, seed=0)
    ends = [
        solved(start, 2, 0.8, viscosity=0.02, largest_step=0.8 / steps).vorticity[1]
        for steps in (16, 32, 256)
    ]
    errors = [float(jnp.abs(end - ends[-1]).max()) for end in ends[:2]]
    assert 3.8 < np.log2(errors[0] / errors[1]) < 4.6


def test_energy_and_enstrophy_of_an_inviscid_flow_are_kept_but_for_the_steps():
    start = random_flow(BOX, 3, 1.0, seed=2)
    drifts = []
    for steps in (64, 128):
        u, v, vorticity, _ = solved(start, 2, 2.0, largest_step=2.0 / steps)
        energy = np.mean(u**2 + v**2, axis=(1, 2))
        enstrophy = np.mean(vorticity**2, axis=(1, 2))
        drifts.append([abs(energy[1] / energy[0] - 1), abs(enstrophy[1] / enstrophy[0] - 1)])
    assert np.max(drifts[1]) < 1e-6
    assert np.min(np.log2(np.divide(drifts[0], drifts[1]))) > 4.5


def test_viscosity_takes_energy_at_twice_its_product_with_enstrophy_and_mean_velocity_is_kept():
    start = random_flow(BOX, 4, 1.0, seed=3)
    u, v, vorticity, _ = solved(start, 41, 0.02, viscosity=0.03, drift=(0.5, -1.0))
    energy = np.mean(np.square(u) + np.square(v), axis=(1, 2)) / 2
    enstrophy = np.mean(np.square(vorticity), axis=(1, 2)) / 2
    simpson = np.r_[1, np.tile([4, 2], 20)[:-1], 1] * 0.02 / 3
    assert energy[0] - energy[-1] == pytest.approx(2 * 0.03 * simpson @ enstrophy, rel=1e-6)
    assert (np.diff(energy) < 0).all()
    assert (np.diff(enstrophy) < 0).all()
    np.testing.assert_allclose(np.mean(u, axis=(1, 2)), 0.5, atol=1e-14)
    np.testing.assert_allclose(np.mean(v, axis=(1, 2)), -1.0, atol=1e-14)
    divergence = 1j * BOX.x * np.fft.rfft2(u[-1]) + 1j * BOX.y * np.fft.rfft2(v[-1])
    assert np.abs(np.fft.irfft2(divergence)).max() < 1e-12


def kolmogorov_rates(speed, viscosity, along, bands, reach=24):
    """Return growth rates and modes of `exp(i along x) Σ ω_n exp(i n bands y)` on U sin(bands y).

    Their equation: `∂ω/∂t = −i along U sin(bands y) (ω − bands² ψ) + ν∇²ω`.
    """
    n = np.arange(-reach, reach + 1)
    square = along**2 + (bands * n) ** 2
    weight = along * speed / 2 * (1 - bands**2 / square)
    matrix = np.diag(weight[1:], 1) - np.diag(weight[:-1], -1) - np.diag(viscosity * square)
    values, modes = np.linalg.eig(matrix)
    values = np.asarray(values, np.complex128)
    first = np.argmax(values.real)
    return values[first], modes[:, first]


def threshold(along, bands):
    """Return the Reynolds number U/(ν k) above which the flow U sin ky is unstable."""

    def rate(reynolds):
        return kolmogorov_rates(1.0, 1 / (reynolds * bands), along, bands)[0].real

    return float(brentq(rate, 1.0, 5.0))  # pyright: ignore[reportArgumentType]


def test_long_waves_bring_down_kolmogorovs_flow_above_the_square_root_of_two():
    """Meshalkin & Sinai (1961): the check of the linear theory that the solver is held against."""
    assert threshold(0.002, 1.0) == pytest.approx(np.sqrt(2), rel=1e-5)
    assert threshold(0.25, 1.0) > np.sqrt(2)


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_kolmogorovs_flow_loses_its_balance_at_the_threshold(share):
    viscosity = 1 / (share * threshold(1.0, 2.0) * 2)
    # The grid keeps ky to 10, so the theory is cut at n = 5 too.
    rate, mode = kolmogorov_rates(1.0, viscosity, 1.0, 2.0, reach=5)
    x, y = cells_of(BOX)
    laminar = -2 * np.cos(2 * y)
    n = np.arange(-5, 6)[:, None, None]
    ripple = (
        1e-6 * (mode[:, None, None] * np.exp(1j * (x[None] + 2 * n * y[None]))).sum(axis=0).real
    )
    path = solved(laminar + ripple, 2, 5.0, viscosity=viscosity, stirring=viscosity * 4 * laminar)
    grown = np.asarray(path.vorticity[1]) - laminar
    assert rate.imag == 0
    assert rate.real * (share - 1) > 0
    exact = ripple * np.exp(rate.real * 5.0)
    assert np.abs(grown - exact).max() < 5e-6 * np.abs(exact).max()


def test_the_cards_regimes_are_ten_percent_from_the_threshold_of_three_bands():
    """Over all waves of the square the longest one goes first, and no wave as short as a band."""
    edge = 1 / (threshold(1.0, 3.0) * 2 * np.pi * 3)
    assert threshold(2.0, 3.0) > threshold(1.0, 3.0)
    assert kolmogorov_rates(1.0, 0.001, 3.0, 3.0)[0].real < 0
    regimes = solver_card(installed().get("incompressible-flow")).regimes
    np.testing.assert_allclose(regimes["transitional"], [(0.9 * edge, 1.1 * edge)], rtol=1e-3)
    assert regimes["stable"][0][0] == regimes["transitional"][0][1]


@pytest.mark.parametrize(("share", "stays"), [(0.9, False), (1.1, True)])
def test_a_default_kolmogorov_run_stays_laminar_above_the_threshold_only(share, stays):
    manifest = installed().get("incompressible-flow")
    viscosity = share / (threshold(1.0, 3.0) * 2 * np.pi * 3)
    given = {"start": 3, "kinematic_viscosity": viscosity, "cells": 24, "frames": 2, "frame_s": 30}
    run = load(manifest)
    across = run({}, full_params(manifest, given))["velocity_y"]  # pyright: ignore[reportCallIssue]
    grown = np.abs(across[1]).max() / np.abs(across[0]).max()
    assert grown < 1e-3 if stays else grown > 3


def test_kolmogorovs_laminar_flow_stands_and_its_force_does_the_work_that_viscosity_takes():
    start = kolmogorov(BOX, 2, 1.5, seed=5)
    _, v, vorticity, work = solved(start, 3, 4.0, viscosity=0.1, stirring=0.1 * 4 * start)
    np.testing.assert_allclose(vorticity[2], start, atol=1e-12)
    np.testing.assert_allclose(np.abs(v), 0.0, atol=1e-13)
    lost = 2 * 0.1 * np.mean(start**2) / 2 * 8.0
    assert float(work[2]) == pytest.approx(lost, rel=1e-12)


def test_work_closes_the_budget_of_an_unsteady_stirred_flow():
    start = random_flow(BOX, 3, 1.0, seed=6)
    u, v, vorticity, work = solved(
        start, 41, 0.02, viscosity=0.03, stirring=kolmogorov(BOX, 2, 1.0, seed=1)
    )
    energy = np.mean(np.square(u) + np.square(v), axis=(1, 2)) / 2
    enstrophy = np.mean(np.square(vorticity), axis=(1, 2)) / 2
    simpson = np.r_[1, np.tile([4, 2], 20)[:-1], 1] * 0.02 / 3
    lost = 2 * 0.03 * simpson @ enstrophy
    assert abs(float(work[-1])) > 0.01
    assert energy[-1] - energy[0] == pytest.approx(float(work[-1]) - lost, abs=2e-6)


def velocity_of(vorticity, waves: Waves):
    stream = np.fft.rfft2(vorticity) / np.where(waves.square > 0, waves.square, np.inf)
    return np.fft.irfft2(1j * waves.y * stream), np.fft.irfft2(-1j * waves.x * stream)


def test_starts_have_the_speed_asked_for_and_one_seed_is_one_flow_on_every_grid():
    small, large = random_flow(BOX, 3, 2.0, seed=8), random_flow(Waves(64, 2 * np.pi), 3, 2.0, 8)
    both = [np.fft.rfft2(small)[:9, :9], np.fft.rfft2(large)[:9, :9] / 4]
    np.testing.assert_allclose(both[0], both[1], atol=1e-10)
    u, v = velocity_of(small, BOX)
    assert np.mean(u**2 + v**2) == pytest.approx(4.0)
    u, v = velocity_of(shear_layer(Waves(128, 1.0), 1, 3.0, 2), Waves(128, 1.0))
    # Layers 1/30 thick a quarter box from their middles: tanh(7.5) but for the mean.
    assert np.abs(u).max() == pytest.approx(3.0, rel=1e-3)
    assert np.abs(v).max() == pytest.approx(0.15, rel=1e-3)


def test_a_derivative_with_respect_to_the_start_agrees_with_a_difference():
    start = jnp.asarray(random_flow(BOX, 3, 1.0, seed=9))
    flow = Incompressible(0.02, BOX, 0.05)

    def last(scale: jax.Array) -> jax.Array:
        return jnp.mean(flow.solve(start * scale, 2, 0.5).velocity_x[1] ** 4)

    both = jax.jit(jax.value_and_grad(last))
    (low, _), (_, slope), (high, _) = (both(scale) for scale in (1 - 1e-5, 1.0, 1 + 1e-5))
    difference = (high - low) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


def test_many_starts_at_once_are_each_alone():
    starts = jnp.asarray(np.stack([random_flow(BOX, 3, 1.0, seed) for seed in (1, 2)]))
    flow = Incompressible(0.02, BOX, 0.05)
    both = jax.vmap(lambda start: flow.solve(start, 2, 0.3))(starts)
    alone = flow.solve(starts[1], 2, 0.3)
    np.testing.assert_allclose(both.vorticity[1], alone.vorticity, atol=1e-12)


@pytest.mark.slow
def test_a_layer_of_shear_rolls_up_at_the_rate_of_michalke():
    """U tanh(y/d) grows its wave α d = 0.4446 at 0.1897 U/d (Michalke 1964), inviscid.

    The layers are 14 d apart, so that each is alone to exp(−2π).
    """
    waves, thick = Waves(96, 1.0), 0.4446 / (4 * np.pi)
    x, y = cells_of(waves)
    from_middle = y - 0.5
    depth = (0.25 - np.abs(from_middle)) / thick
    layers = np.sign(from_middle) / thick / np.cosh(depth) ** 2
    ripple = 1e-5 * np.cos(4 * np.pi * x) / np.cosh(depth)
    path = solved(layers + ripple, 3, 0.4, waves=waves)
    size = [float(np.abs(np.fft.rfft2(v)[:, 2]).max()) for v in np.asarray(path.velocity_y)]
    rate = np.log(size[2] / size[1]) / 0.4
    assert rate * thick == pytest.approx(0.1897, rel=0.01)
