"""Lennard-Jones atoms against NIST's reference values, closed forms and themselves, refined."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.particles import (
    Atoms,
    Bath,
    Fluid,
    LennardJones,
    Sheet,
    binned,
    lattice,
    moving,
    stepper,
    warmed,
)
from industriverse.engines.simulation.rollout import rollout
from industriverse.kernel.errors import ContractError

NIST_SAMPLE_4 = np.array(
    [
        [1.077169909511, -1.020988125886, -1.348259447733],
        [0.1830884592213, -1.557698231574, -1.782405485883],
        [-2.060346185437, 3.92737827629, 3.88955511529],
        [1.936298049102, 0.7181973326223, 3.715169082037],
        [-0.75141390417, -0.4184139469527, -3.250183630687],
        [2.257391305584, -1.126577405146, -2.291542913197],
        [0.1208868721243, -1.39561152, 2.003709382777],
        [3.327427055092, -1.476502868105, 3.39402389845],
        [2.130927328546, -1.106827632561, -0.1972896367169],
        [2.117442019559, -0.1844743512029, 0.9301638993772],
        [-1.45937811958, 2.382882188329, -3.78819940147],
        [2.432313424884, -1.11853791544, -1.224088264651],
        [2.41684536653, 1.845499053895, 2.906107003288],
        [2.51524791205, 0.03580976978134, -2.445590080636],
        [1.113585242376, -2.478011342991, -0.00809218952796],
        [1.261664073561, 1.075432348722, -2.751715752259],
        [-0.5811873476022, -2.429378395199, 2.668996832737],
        [-1.533182296119, 2.319699660489, 1.762429379767],
        [2.639946585704, -0.7847515599358, 2.251233247739],
        [-1.927486378623, -1.432729425739, -2.439226375584],
        [0.921280135544, -2.427925517025, 2.150024430246],
        [2.114172305774, 0.9586575168591, -1.790678078404],
        [-0.7312380271746, -3.366157234697, 0.1376597954432],
        [1.612569300954, -0.9233415846164, 2.037484769332],
        [3.967911812136, 0.2002508998947, 2.659432175592],
        [1.188751191387, -0.05955638413419, -0.7363070447875],
        [3.789497702433, 1.570674334424, 0.726591837482],
        [2.786625773109, -1.524167484397, 0.8358187540631],
        [-1.629362446504, -1.139061532617, -0.7654084051377],
        [2.592655226763, 3.786335083587, -1.252452130644],
    ]
)
"""Configuration 4 of NIST's Lennard-Jones reference calculations: 30 atoms, a cube of side 8."""
BOX = (8.0, 8.0, 8.0)
LIQUID = Fluid(LennardJones(), (5.4, 5.4, 5.4), room=124)


def moved(fluid, state, step, steps, frames=2, bath=None):
    advance = stepper(fluid, step, bath)
    return jax.jit(lambda first: rollout(advance, first, frames, steps // (frames - 1)))(state)


def at(path, index):
    return jax.tree.map(lambda part: part[index], path)


def energies(fluid, path):
    return np.asarray(jax.jit(jax.vmap(fluid.energy))(path.atoms))


@pytest.fixture(scope="module")
def liquid():
    """Return 125 atoms at density 0.794 that a bath at 0.85 has melted."""
    start = moving(LIQUID, warmed(lattice(5, LIQUID.sides), 0.85, 1))
    melted = at(moved(LIQUID, start, 0.004, 1000, bath=Bath(0.85, 1.0)), -1)
    return moving(LIQUID, warmed(np.asarray(melted.atoms.q), 0.85, 2))


def test_the_energy_of_nists_sample_is_theirs_to_the_last_digits():
    fluid = Fluid(LennardJones(3.0, "cut"), BOX)
    pairs = fluid.pairs(jnp.asarray(NIST_SAMPLE_4))
    assert float(pairs.share.sum()) == pytest.approx(-16.790321304625856, rel=1e-14)
    assert 30 * fluid.potential.tail(30 / 512)[0] == pytest.approx(-0.5451660014945704, rel=1e-14)
    # NIST prints the virial to five digits.
    assert float(pairs.virial) == pytest.approx(-46.249, abs=5e-4)


def test_with_a_cutoff_of_four_it_is_theirs_too():
    fluid = Fluid(LennardJones(4.0, "cut"), BOX)
    pairs = fluid.pairs(jnp.asarray(NIST_SAMPLE_4))
    assert float(pairs.share.sum()) == pytest.approx(-17.060, abs=5e-4)
    assert 30 * fluid.potential.tail(30 / 512)[0] == pytest.approx(-0.23008, abs=5e-6)


def test_the_well_is_one_deep_at_its_known_place():
    least = jnp.asarray(2 ** (1 / 3))
    energy, push = LennardJones(form="cut").pair(least)
    assert float(energy) == pytest.approx(-1, abs=1e-15)
    assert float(push) == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize(("form", "energy", "push"), [("shifted", 0, 1), ("force-shifted", 0, 0)])
def test_shifted_forms_end_at_zero(form, energy, push):
    ends = LennardJones(2.5, form).pair(jnp.asarray(2.5**2 * (1 - 1e-12)))
    assert float(ends[0]) == pytest.approx(energy, abs=1e-12)
    assert (abs(float(ends[1])) > 1e-3) == bool(push)


@pytest.mark.parametrize(("atoms", "axes"), [(70, 2), (96, 3)])
def test_a_list_holds_all_within_reach_in_their_order(atoms, axes):
    q = np.random.default_rng(1).uniform(-3, 12, (atoms, axes))
    fluid = Fluid(LennardJones(), (6.0,) * axes, room=60)
    known = fluid.listed(jnp.asarray(q))
    way = q[:, None] - q[None]
    near = ((way - 6 * np.round(way / 6)) ** 2).sum(axis=-1) < 2.9**2
    np.fill_diagonal(near, val=False)
    assert not bool(known.full)
    for atom, others in enumerate(np.asarray(known.others)):
        exact = np.flatnonzero(near[atom])
        np.testing.assert_array_equal(others, [*exact, *[atom] * (60 - len(exact))])


@pytest.mark.parametrize("form", ["cut", "shifted", "force-shifted"])
def test_forces_are_slopes_and_the_virial_is_the_slope_in_size(form):
    fluid = Fluid(LennardJones(3.0, form), BOX)
    q = jnp.asarray(NIST_SAMPLE_4)

    def energy(places, scale):
        # Minimum images of a scaled box are those of the box, scaled.
        way = (places[:, None, :] - places[None, :, :]) / 8
        square = (((way - jnp.round(way)) * 8 * scale) ** 2).sum(axis=-1)
        square = jnp.where(jnp.eye(30) > 0, 100.0, square)
        return fluid.potential.pair(square)[0].sum() / 2

    slope, by_size = jax.grad(energy, argnums=(0, 1))(q, jnp.asarray(1.0))
    pairs = fluid.pairs(q)
    np.testing.assert_allclose(pairs.force, -slope, atol=1e-11)
    assert float(pairs.virial) == pytest.approx(-float(by_size), rel=1e-12)
    assert float(pairs.share.sum()) == pytest.approx(float(energy(q, jnp.asarray(1.0))), rel=1e-13)


def test_two_atoms_swing_at_the_wells_frequency():
    """`V''(2^⅙) = 72/2^⅓` and half a mass: ω = 12/2^⅙."""
    fluid = Fluid(LennardJones(4.0, "cut"), (20.0, 20.0))
    away = 2 ** (1 / 6) + 1e-5
    atoms = Atoms(jnp.asarray([[0.0, 0.0], [0.0, away]]), jnp.zeros((2, 2)))
    path = moved(fluid, moving(fluid, atoms), 1e-4, 10_000, 1001)
    swing = np.asarray(path.atoms.q[:, 1, 1] - path.atoms.q[:, 0, 1]) - 2 ** (1 / 6)
    expected = 1e-5 * np.cos(12 / 2 ** (1 / 6) * np.arange(1001) * 1e-3)
    np.testing.assert_allclose(swing, expected, atol=5e-9)


def test_a_liquid_alone_keeps_energy_and_momentum(liquid):
    path = moved(LIQUID, liquid, 0.002, 1000, 1001)
    energy = energies(LIQUID, path)
    drift = abs(energy[-200:].mean() - energy[:200].mean()) / abs(energy.mean())
    assert drift <= 1e-4
    assert np.abs(np.asarray(path.atoms.p).sum(axis=1)).max() < 1e-10


def test_the_energys_error_is_of_second_order(liquid):
    errors = []
    for step, steps in ((0.004, 50), (0.002, 100)):
        energy = energies(LIQUID, moved(LIQUID, liquid, step, steps, steps + 1))
        errors.append(np.abs(energy - energy[0]).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.2)


def test_turned_round_it_runs_back(liquid):
    there = at(moved(LIQUID, liquid, 0.002, 100), -1)
    turned = moving(LIQUID, Atoms(there.atoms.q, -there.atoms.p))
    back = at(moved(LIQUID, turned, 0.002, 100), -1).atoms
    np.testing.assert_allclose(back.q, liquid.atoms.q, atol=1e-10)
    np.testing.assert_allclose(back.p, -liquid.atoms.p, atol=1e-10)


def test_lists_give_what_all_pairs_give():
    """The lists are made anew several times on the way."""
    short = Fluid(LennardJones(), (15.0, 15.0), room=32)
    whole = Fluid(LennardJones(), (15.0, 15.0), room=143)
    start = warmed(lattice(12, short.sides), 1.0, 5)
    some = at(moved(short, moving(short, start), 0.004, 150), -1)
    every = at(moved(whole, moving(whole, start), 0.004, 150), -1)
    assert some.known.others.shape[1] < every.known.others.shape[1]
    assert not np.array_equal(some.known.places, start.q)
    np.testing.assert_allclose(some.atoms.q, every.atoms.q, atol=1e-9)


def test_a_cold_bath_slows_lone_atoms_as_its_friction_says():
    fluid = Fluid(LennardJones(), (30.0, 30.0))
    atoms = Atoms(jnp.asarray([[0.0, 0.0], [15.0, 15.0]]), jnp.asarray([[0.3, 0.1], [-0.2, 0.4]]))
    last = at(moved(fluid, moving(fluid, atoms), 0.01, 100, bath=Bath(0.0, 0.7)), -1)
    np.testing.assert_allclose(last.atoms.p, atoms.p * np.exp(-0.7), rtol=1e-12)


def test_a_bath_brings_atoms_to_its_temperature():
    fluid = Fluid(LennardJones(), (24.0, 24.0), room=40)
    start = moving(fluid, warmed(lattice(16, fluid.sides), 0.2, 3), 9)
    path = moved(fluid, start, 0.004, 2000, 101, Bath(0.7, 2.0))
    warmth = (np.asarray(path.atoms.p[25:]) ** 2).mean()
    # 76 frames of 512 momenta, some alike: about 1 % at one deviation.
    assert warmth == pytest.approx(0.7, rel=0.03)


def test_what_atoms_carry_is_all_on_the_grid():
    random = np.random.default_rng(4)
    q = jnp.asarray(random.uniform(-20, 40, (50, 2)))
    carried = jnp.asarray(random.normal(size=50))
    field = binned(q, carried, (10.0, 10.0), 16)
    assert float(field.sum()) * (10 / 16) ** 2 == pytest.approx(float(carried.sum()), rel=1e-12)
    one = binned(jnp.asarray([[2.5, 7.5]]), jnp.ones(1), (8.0, 8.0), 8)
    assert float(one[2, 7]) == pytest.approx(1)
    assert float(jnp.abs(one).sum()) == pytest.approx(1)


def test_a_derivative_through_the_steps_agrees_with_a_difference():
    fluid = Fluid(LennardJones(), (6.6, 6.6), room=32)
    start = warmed(lattice(6, fluid.sides), 0.5, 2)
    last_step = stepper(fluid, 0.004)

    @jax.jit
    @jax.value_and_grad
    def last(scale):
        path = rollout(last_step, moving(fluid, Atoms(start.q, start.p * scale)), 2, 25)
        return (path.atoms.q[-1] ** 2).sum()

    slope = last(jnp.asarray(1.0))[1]
    difference = (last(jnp.asarray(1 + 1e-5))[0] - last(jnp.asarray(1 - 1e-5))[0]) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


def test_bad_arguments_are_refused():
    with pytest.raises(ContractError, match="twice"):
        Fluid(LennardJones(2.5), (4.0, 9.0))
    with pytest.raises(ContractError, match="4097"):
        Fluid(LennardJones(), (99.0, 99.0)).listed(jnp.zeros((4097, 2)))


def test_a_list_that_is_too_short_is_no_answer():
    sheet = Sheet(Fluid(LennardJones(), (12.0, 12.0), room=6))
    with pytest.raises(ContractError, match="6 neighbours"):
        sheet.watched(warmed(lattice(10, sheet.fluid.sides), 0.5, 0), 2, 0.01, 16)


def sampled(fluid, state, samples, bath):
    """Return energies and virials of the pairs, twenty steps of 0.004 apart."""
    advance = stepper(fluid, 0.004, bath)

    def look(state, _):
        state = jax.lax.fori_loop(0, 20, lambda _, now: advance(now), state)
        pairs = fluid.pairs(state.atoms.q)
        return state, (pairs.share.sum(), pairs.virial)

    run = jax.jit(lambda first: jax.lax.scan(look, first, None, length=samples)[1])
    return [np.asarray(series) for series in run(state)]


def estimated(series, blocks=10):
    """Return the mean, and its standard error from blocks much longer than memory lasts."""
    means = series.reshape(blocks, -1).mean(axis=1)
    return means.mean(), means.std(ddof=1) / np.sqrt(blocks)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("density", "energy", "pressure"),
    [
        (0.776, -5.5121, 0.0067714),
        (0.82, -5.7947, 0.55355),
        (0.86, -6.0305, 1.2660),
    ],
)
def test_a_liquid_has_nists_energy_and_pressure(density, energy, pressure):
    """At T* = 0.85, cut at three diameters, tails included; within three standard errors.

    NIST's own errors are not counted; ours must be small.
    """
    temperature = 0.85
    side = (216 / density) ** (1 / 3)
    fluid = Fluid(LennardJones(3.0, "cut"), (side, side, side), room=215)
    bath = Bath(temperature, 1.0)
    start = moving(fluid, warmed(lattice(6, fluid.sides), temperature, 1), 2)
    melted = at(moved(fluid, start, 0.004, 3000, bath=bath), -1)
    share, virial = sampled(fluid, melted, 1000, bath)
    tail_energy, tail_pressure = fluid.potential.tail(density)
    pressures = density * temperature + virial / (3 * side**3) + tail_pressure
    found, published = (share / 216 + tail_energy, pressures), (energy, pressure)
    for series, true, most in zip(found, published, (0.01, 0.05), strict=True):
        mean, error = estimated(series)
        assert error < most
        assert abs(mean - true) < 3 * error
