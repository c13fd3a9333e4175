"""Steps in time against closed forms, and what each promises to keep."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import ellipj, ellipk

from industriverse.engines.simulation.integrators import (
    Newton,
    Phase,
    Scheme,
    Separable,
    carried,
    collocation,
    compensated,
    composed,
    composition,
    discrete_gradient,
    flow,
    gauss_legendre,
    integrate,
    momentum,
    projected,
    stormer_verlet,
    variational,
    yoshida,
)
from industriverse.engines.simulation.particles import cluster_energy, heated, icosahedron
from industriverse.engines.simulation.spectral import Etdrk4
from industriverse.kernel.errors import ContractError


def kinetic(p):
    return (p**2).sum() / 2


PENDULUM = Separable(kinetic, lambda q: (1 - jnp.cos(q)).sum())
KEPLER = Separable(kinetic, lambda q: -1 / jnp.sqrt((q**2).sum()))
HENON_HEILES = Separable(kinetic, lambda q: (q**2).sum() / 2 + q[0] ** 2 * q[1] - q[1] ** 3 / 3)
MODULUS = np.sin(0.75)
PENDULUM_START = Phase(jnp.zeros(1), jnp.asarray([2 * MODULUS]))
KEPLER_START = Phase(jnp.asarray([0.4, 0.0]), jnp.asarray([0.0, 2.0]))
HENON_HEILES_START = Phase(jnp.asarray([0.0, 0.1]), jnp.asarray([0.47, 0.1]))


def lagrangian(system):
    return lambda q, v: kinetic(v) - system.potential(q)


METHODS = {
    "stormer-verlet": (2, 1, stormer_verlet),
    "yoshida 4": (4, 3, lambda system, size: yoshida(system, size, 4)),
    "yoshida 6": (6, 7, lambda system, size: yoshida(system, size, 6)),
    "yoshida 8": (8, 15, lambda system, size: yoshida(system, size, 8)),
    "gauss 4": (4, 1, lambda system, size: gauss_legendre(system.energy, size, 4)),
    "gauss 6": (6, 1, lambda system, size: gauss_legendre(system.energy, size, 6)),
    "variational": (2, 1, lambda system, size: variational(lagrangian(system), size)),
    "gonzalez": (2, 1, lambda system, size: discrete_gradient(system.energy, size)),
    "itoh-abe": (2, 1, lambda system, size: discrete_gradient(system.energy, size, "itoh-abe")),
}
"""Order, evaluations a step (1 for implicit ones: their figure is steps, not work), maker."""
SYMPLECTIC = [name for name in METHODS if name not in {"gonzalez", "itoh-abe"}]
ENERGY_KEEPING = ["gonzalez", "itoh-abe"]
STARTS = {
    "pendulum": Phase(jnp.zeros(2), jnp.asarray([2 * MODULUS, 0.0])),
    "kepler": KEPLER_START,
    "henon-heiles": HENON_HEILES_START,
}
PERIODS = {"pendulum": 4 * ellipk(MODULUS**2), "kepler": 2 * np.pi, "henon-heiles": 2 * np.pi}
EVALUATIONS = {"pendulum": 100, "kepler": 1000}
POTENTIALS = [system.potential for system in (PENDULUM, KEPLER, HENON_HEILES)]


def swing(time):
    """Return the pendulum's exact state, from the lowest point with amplitude 1.5 rad."""
    sn, cn, _, _ = ellipj(time, MODULUS**2)
    return np.array([2 * np.arcsin(MODULUS * sn), 2 * MODULUS * cn])


def measuring(make):
    """Return a run of any of the three systems; one compilation serves all tests of a method."""

    @jax.jit
    def run(which, state, size, steps, period):
        system = Separable(kinetic, lambda q: jax.lax.switch(which, POTENTIALS, q))
        step = make(system, size)

        def one(index, carry):
            state, first, last, swung = carry
            energy = system.energy(state)
            first += jnp.where(index < period, energy, 0.0)
            last += jnp.where(index >= steps - period, energy, 0.0)
            swung = jnp.maximum(swung, jnp.abs(energy - level))
            return step(state), first, last, swung

        level = system.energy(state)
        state, first, last, swung = jax.lax.fori_loop(0, steps, one, (state, 0.0, 0.0, 0.0))
        drift = jnp.abs(last - first) / period / jnp.abs(level) * 1000 / steps
        return state, drift, swung / jnp.abs(level)

    return run


@cache
def runner(name):
    return measuring(METHODS[name][2])


def order_of(run, sizes, end=4.0):
    """Return the order in which the pendulum's error falls between two numbers of steps."""
    errors = []
    for count in sizes:
        state, _, _ = run(0, STARTS["pendulum"], end / count, count, 1)
        errors.append(np.abs(np.array([state.q[0], state.p[0]]) - swing(end)).max())
    return np.log2(errors[0] / errors[1])


@pytest.mark.parametrize("name", METHODS)
def test_each_has_its_order_on_the_pendulum(name):
    assert order_of(runner(name), (16, 32)) == pytest.approx(METHODS[name][0], abs=0.25)


def test_projection_and_composition_have_their_orders():
    def back(system, size):
        level = system.energy(STARTS["pendulum"])
        return projected(yoshida(system, size, 4), system.energy, level)

    def keeping(system, size):
        return composed(discrete_gradient(system.energy, size), 4)

    assert order_of(measuring(back), (24, 48)) == pytest.approx(4, abs=0.25)
    assert order_of(measuring(keeping), (40, 80)) == pytest.approx(4, abs=0.25)


def measured_drift(name, case):
    """Return |⟨E⟩ over the last period − ⟨E⟩ over the first| / |E| per 1000 steps, and max |ΔE|."""
    period, evaluations = PERIODS[case], METHODS[name][1]
    count = round(EVALUATIONS[case] / evaluations) if case in EVALUATIONS else round(period / 0.05)
    size = float(period / count) if case in EVALUATIONS else 0.05
    steps = max(1000, 3 * count)
    _, drift, swung = runner(name)(list(STARTS).index(case), STARTS[case], size, steps, count)
    return float(drift), float(swung)


@pytest.mark.parametrize("case", STARTS)
@pytest.mark.parametrize("name", METHODS)
def test_energy_drifts_by_less_than_a_ten_thousandth_in_1000_steps(name, case):
    drift, swung = measured_drift(name, case)
    assert drift <= 1e-4
    if name in ENERGY_KEEPING:
        assert swung < 1e-12


CLUSTER = Separable(kinetic, lambda q: cluster_energy(q.reshape(-1, 3)))
SLOWEST = 6.5310
"""Vibration of the cluster, per reduced unit of time."""
TRIANGLE = 2 ** (1 / 6) * np.array([[0, 0, 0], [1, 0, 0], [0.5, np.sqrt(3) / 2, 0]])
"""Three atoms: Newton's method on 13 takes a tenth of a second a step in these methods."""
DROPS = dict.fromkeys(("gauss 4", "gauss 6", "itoh-abe"), TRIANGLE)


def drop(places):
    """Return warm atoms at rest as a whole, in one row."""
    atoms = heated(places, 0.1, 0)
    return Phase(atoms.q.ravel(), atoms.p.ravel())


def test_the_cluster_is_the_one_known():
    places = icosahedron()
    assert float(cluster_energy(jnp.asarray(places))) == pytest.approx(-44.326801, abs=5e-7)
    bent = np.asarray(jax.hessian(CLUSTER.potential)(jnp.asarray(places.ravel())))
    squares = np.linalg.eigvalsh(bent)
    np.testing.assert_allclose(squares[:6], 0, atol=1e-9)
    assert np.sqrt(squares[6]) == pytest.approx(SLOWEST, abs=1e-4)
    start = heated(places, 0.1, 0)
    np.testing.assert_allclose(start.p.sum(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(np.cross(start.q, start.p).sum(axis=0), 0, atol=1e-14)
    # Of 39 ways to move 33 are vibrations.
    assert float(kinetic(start.p)) == pytest.approx(33 * 0.1 / 2)


@pytest.mark.parametrize("name", METHODS)
def test_energy_of_a_cluster_drifts_by_less_than_a_ten_thousandth_in_1000_steps(name):
    """Over windows of the slowest vibration: chaotic motion has no period."""
    start = drop(DROPS.get(name, icosahedron()))
    size, window = 0.002, round(2 * np.pi / SLOWEST / 0.002)
    steps = 3 * window
    scheme = METHODS[name][2](CLUSTER, size)

    @jax.jit
    def energies(state):
        return jax.lax.map(CLUSTER.energy, integrate(scheme, state, steps))

    energy = np.asarray(energies(start))
    drift = abs(energy[-window:].mean() - energy[:window].mean()) / abs(energy[0])
    assert drift * 1000 / steps <= 1e-4
    assert np.abs(energy - energy[0]).max() < 1e-4 * abs(energy[0])
    if name in ENERGY_KEEPING:
        assert np.abs(energy / energy[0] - 1).max() < 1e-12


def flipped(state):
    return Phase(state.q, -state.p)


def row(state):
    return jnp.concatenate([state.q, state.p], axis=-1)


@cache
def one_step(name):
    """Return a jitted step of size 0.3 of Hénon–Heiles, its Jacobian in reverse mode."""

    def step(flat, stiffness):
        scaled = Separable(kinetic, lambda q: stiffness * HENON_HEILES.potential(q))
        return row(METHODS[name][2](scaled, 0.3)(Phase(flat[:2], flat[2:])))

    def both(flat, stiffness):
        value = step(flat, stiffness)
        return value, value

    slopes = jax.jit(jax.jacrev(both, argnums=(0, 1), has_aux=True))
    return lambda flat, stiffness=1.0: slopes(flat, stiffness)


AREA = np.block([[np.zeros((2, 2)), np.eye(2)], [-np.eye(2), np.zeros((2, 2))]])
PLACE = row(HENON_HEILES_START)


def asymplectic(name):
    jacobian = np.asarray(one_step(name)(PLACE)[0][0])
    return np.abs(jacobian.T @ AREA @ jacobian - AREA).max()


@pytest.mark.parametrize("name", SYMPLECTIC)
def test_symplectic_steps_keep_area(name):
    assert asymplectic(name) < 1e-13


@pytest.mark.parametrize("name", ENERGY_KEEPING)
def test_steps_that_keep_energy_do_not_keep_area(name):
    assert asymplectic(name) > 1e-7


@pytest.mark.parametrize("name", METHODS)
def test_each_runs_back_to_its_start(name):
    turn = jnp.asarray([1.0, 1.0, -1.0, -1.0])
    there = one_step(name)(PLACE)[1]
    np.testing.assert_allclose(turn * one_step(name)(turn * there)[1], PLACE, atol=2e-15)


@pytest.mark.parametrize("name", METHODS)
def test_a_derivative_through_each_agrees_with_a_difference(name):
    step = one_step(name)
    by_place, by_stiffness = step(PLACE)[0]
    way = jnp.asarray([0.3, -0.5, 0.7, 0.2])
    difference = (step(PLACE + 1e-5 * way)[1] - step(PLACE - 1e-5 * way)[1]) / 2e-5
    np.testing.assert_allclose(by_place @ way, difference, rtol=1e-7, atol=1e-9)
    difference = (step(PLACE, 1 + 1e-5)[1] - step(PLACE, 1 - 1e-5)[1]) / 2e-5
    np.testing.assert_allclose(by_stiffness, difference, rtol=1e-7, atol=1e-9)


def test_a_derivative_passes_through_a_projection():
    @jax.jit
    @jax.value_and_grad
    def last(speed):
        start = Phase(HENON_HEILES_START.q, speed * HENON_HEILES_START.p)
        level = HENON_HEILES.energy(start)
        step = projected(stormer_verlet(HENON_HEILES, 0.2), HENON_HEILES.energy, level)
        return (integrate(step, start, 10, 10).q[-1] ** 2).sum()

    slope = last(jnp.asarray(0.9))[1]
    difference = (last(jnp.asarray(0.9 + 1e-5))[0] - last(jnp.asarray(0.9 - 1e-5))[0]) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-7)


def assert_slopes_agree(last, at, rel=1e-7):
    """Hold a derivative in reverse mode against a central difference."""
    both = jax.jit(jax.value_and_grad(last))
    difference = (both(at + 1e-5)[0] - both(at - 1e-5)[0]) / 2e-5
    assert abs(float(difference)) > 1e-3
    assert float(both(jnp.asarray(at))[1]) == pytest.approx(float(difference), rel=rel)


def faster(speed):
    return Phase(HENON_HEILES_START.q, speed * HENON_HEILES_START.p)


def end_of(step, start):
    """Return a number from where a run of ten steps ends."""
    return (integrate(step, start, 10, 10).q[-1] ** 2).sum()


@pytest.mark.parametrize("order", [4, 6, 8])
@pytest.mark.parametrize("inner", ["stormer-verlet", "gonzalez"])
def test_a_derivative_passes_through_a_composition(order, inner):
    def last(speed):
        step = composed(METHODS[inner][2](HENON_HEILES, 0.2), order)
        return end_of(step, faster(speed))

    def of_size(size):
        step = composed(METHODS[inner][2](HENON_HEILES, size), order)
        return end_of(step, HENON_HEILES_START)

    assert_slopes_agree(last, 0.9)
    assert_slopes_agree(of_size, 0.2)


@pytest.mark.parametrize("name", ["yoshida 6", "gauss 4", "gonzalez"])
def test_a_derivative_passes_through_compensated_sums(name):
    def last(speed):
        step = compensated(METHODS[name][2](HENON_HEILES, 0.2))
        return (integrate(step, carried(faster(speed)), 10, 10).value.q[-1] ** 2).sum()

    assert_slopes_agree(last, 0.9)


@pytest.mark.parametrize("rule", ["gonzalez", "itoh-abe"])
def test_a_derivative_passes_through_steps_of_a_discrete_gradient(rule):
    def last(speed):
        return end_of(discrete_gradient(HENON_HEILES.energy, 0.2, rule), faster(speed))

    assert_slopes_agree(last, 0.9)


@pytest.mark.parametrize("rule", ["midpoint", "trapezoid"])
def test_a_derivative_passes_through_steps_of_a_discrete_action(rule):
    def last(stiffness):
        def bent(q, v):
            return kinetic(v) - stiffness * HENON_HEILES.potential(q)

        return end_of(variational(bent, 0.2, rule), HENON_HEILES_START)

    assert_slopes_agree(last, 0.9)


def test_a_derivative_passes_through_exponential_time_differencing():
    """Burgers' waves: by their start's height, and by the strength of what is not linear."""
    number = np.arange(17)
    scheme = Etdrk4.of(-0.1 * number**2, 0.01)
    place = 2 * np.pi * np.arange(32) / 32
    start = jnp.asarray(np.sin(place) + 0.3 * np.cos(2 * place))

    def last(height, strength):
        def nonlinear(waves):
            return -strength * 0.5j * number * jnp.fft.rfft(jnp.fft.irfft(waves) ** 2)

        def step(waves):
            return scheme.step(waves, nonlinear)

        end = integrate(step, jnp.fft.rfft(height * start), 50, 50)[-1]
        return (jnp.fft.irfft(end)[:7] ** 3).sum()

    assert_slopes_agree(lambda height: last(height, 1.0), 0.9)
    assert_slopes_agree(lambda strength: last(1.0, strength), 0.9)


def test_a_derivative_passes_through_a_run_of_a_cluster():
    places = icosahedron()

    def last(warmth):
        warm = drop(places)
        start = Phase(warm.q, warmth * warm.p)
        return (integrate(yoshida(CLUSTER, 0.002, 4), start, 100, 100).q[-1] ** 2).sum()

    assert_slopes_agree(last, 0.9, rel=1e-6)


def test_projection_keeps_the_energy_of_a_step_that_loses_it():
    def euler(state):
        rates = flow(KEPLER.energy, state)
        return Phase(state.q + 0.01 * rates.q, state.p + 0.01 * rates.p)

    level = KEPLER.energy(KEPLER_START)

    @jax.jit
    def energies(state):
        kept = integrate(projected(euler, KEPLER.energy, level), state, 1000)
        return jax.vmap(KEPLER.energy)(kept), KEPLER.energy(
            jax.tree.map(lambda part: part[-1], integrate(euler, state, 1000, 1000))
        )

    kept, lost = energies(KEPLER_START)
    np.testing.assert_allclose(kept, level, rtol=1e-13)
    assert abs(float(lost / level) - 1) > 0.1


def test_compensated_sums_beat_plain_ones_over_many_steps():
    """The scheme's own error in the energy is 1e-17 here, so what is left is rounding."""
    steps, every = 200_000, 100
    scheme = yoshida(PENDULUM, 0.005, 6)
    plain = jax.jit(lambda state: integrate(scheme, state, steps, every))(PENDULUM_START)
    start = carried(PENDULUM_START)
    kept = jax.jit(lambda state: integrate(compensated(scheme), state, steps, every))(start)
    spread = [
        float(np.std(np.asarray(jax.vmap(PENDULUM.energy)(path)))) for path in (plain, kept.value)
    ]
    assert spread[1] < 5e-16
    assert spread[0] > 10 * spread[1]


def test_for_an_ordinary_lagrangian_the_actions_are_known_schemes():
    """The midpoint's is Gauss–Legendre of order 2, the trapezoid's velocity Verlet."""

    def verlet(state):
        half = state.p + 0.05 * HENON_HEILES.force(state.q)
        q = state.q + 0.1 * half
        return Phase(q, half + 0.05 * HENON_HEILES.force(q))

    @jax.jit
    def both(state):
        trapezoid = variational(lagrangian(HENON_HEILES), 0.1, "trapezoid")
        middle = variational(lagrangian(HENON_HEILES), 0.1)
        collocated = gauss_legendre(HENON_HEILES.energy, 0.1, 2)
        return [
            row(integrate(step, state, 20, 20)) for step in (trapezoid, verlet, middle, collocated)
        ]

    trapezoid, known, middle, collocated = both(HENON_HEILES_START)
    np.testing.assert_allclose(trapezoid, known, atol=1e-14)
    np.testing.assert_allclose(middle, collocated, atol=1e-14)


def test_a_mass_that_depends_on_place_keeps_the_momentum_of_its_symmetry():
    """A particle in the plane in polar coordinates: `L = ½(ṙ² + r² φ̇²) + 1/r`."""

    def polar(q, v):
        return (v[0] ** 2 + q[0] ** 2 * v[1] ** 2) / 2 + 1 / q[0]

    q, v = jnp.asarray([0.4, 0.0]), jnp.asarray([0.0, 5.0])
    start = Phase(q, momentum(polar, q, v))
    assert float(start.p[1]) == pytest.approx(0.8)
    path = jax.jit(lambda state: integrate(variational(polar, 2 * np.pi / 2000), state, 2000, 100))(
        start
    )
    np.testing.assert_allclose(path.p[:, 1], 0.8, rtol=1e-12)
    np.testing.assert_allclose(path.q[-1], [0.4, 2 * np.pi], atol=2e-3)


def test_gauss_keeps_angular_momentum():
    def spins(state):
        path = integrate(gauss_legendre(KEPLER.energy, 2 * np.pi / 50, 4), state, 200, 10)
        return path.q[:, 0] * path.p[:, 1] - path.q[:, 1] * path.p[:, 0]

    np.testing.assert_allclose(jax.jit(spins)(KEPLER_START), 0.8, rtol=1e-12)


def test_the_tables_are_those_published():
    matrix, weights = collocation(2)
    side = np.sqrt(3) / 6
    np.testing.assert_allclose(matrix, [[0.25, 0.25 - side], [0.25 + side, 0.25]], atol=1e-16)
    np.testing.assert_allclose(weights, [0.5, 0.5])
    for order in (4, 6, 8):
        row = np.array(composition(order))
        assert row.sum() == pytest.approx(1, abs=1e-15)
        for power in range(3, order, 2):
            assert abs((row**power).sum()) < 1e-14


@pytest.mark.parametrize("name", ENERGY_KEEPING)
def test_a_state_at_rest_stays(name):
    _, at_rest = one_step(name)(jnp.zeros(4))
    np.testing.assert_array_equal(at_rest, jnp.zeros(4))


def test_runs_of_many_states_at_once_are_those_of_each():
    half = jax.tree.map(lambda part: part / 2, HENON_HEILES_START)
    many = jax.tree.map(lambda *parts: jnp.stack(parts), HENON_HEILES_START, half)

    def last(state):
        return row(integrate(gauss_legendre(HENON_HEILES.energy, 0.1, 4), state, 10, 10))

    both, second = jax.jit(lambda: (jax.vmap(last)(many), last(half)))()
    np.testing.assert_allclose(both[1], second, atol=1e-14)


def test_evaluations_are_counted():
    assert int(yoshida(KEPLER, 0.1, 6).evaluations(KEPLER_START)) == 7
    # One column for each of four unknowns, and the residual itself, in each round; then the change.
    count = int(jax.jit(gauss_legendre(KEPLER.energy, 0.01, 2).evaluations)(KEPLER_START))
    assert (count - 1) % 5 == 0
    assert 2 <= (count - 1) // 5 <= 6


def test_an_equation_that_is_not_solved_gives_no_number():
    lost = jax.jit(gauss_legendre(KEPLER.energy, 0.1, 4, Newton(rounds=1)))(KEPLER_START)
    assert np.isnan(lost.q).all()


def test_bad_arguments_are_refused():
    assert isinstance(stormer_verlet(KEPLER, 0.1), Scheme)
    with pytest.raises(ContractError):
        composition(5)
    with pytest.raises(ContractError):
        gauss_legendre(KEPLER.energy, 0.1, 3)
    with pytest.raises(ContractError):
        integrate(stormer_verlet(KEPLER, 0.1), KEPLER_START, 10, 3)
