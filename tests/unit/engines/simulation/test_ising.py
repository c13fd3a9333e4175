"""The Ising model against Onsager, Yang, enumeration and the universal Binder ratio."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from industriverse.engines.simulation.lattice import (
    Ising,
    Spins,
    clusters,
    critical_temperature,
    drawn,
    energy,
    flip_chances,
    ising_energy,
    ising_magnetisation,
)
from industriverse.kernel.errors import ContractError


def chains(
    temperature: float, cells: int, count: int, span: tuple[int, int], *, up=1.0, by_clusters=False
) -> Spins:
    """Return `count` runs side by side: so many frames, so many sweeps apart."""
    one = drawn(cells, 0, up)
    key = jax.random.split(jax.random.key(cells), count)
    start = Spins(*(jnp.broadcast_to(leaf, (count, *leaf.shape)) for leaf in one))._replace(key=key)
    frames, sweeps = span
    model = Ising(temperature, by_clusters=by_clusters)
    return jax.vmap(lambda spins: model.solve(spins, frames, float(sweeps)))(start)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Return the mean over `(chain, time)` and its standard error, chains being independent."""
    each = values.mean(axis=1)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))


def all_lattices(cells: int) -> np.ndarray:
    bits = np.array(list(itertools.product([-1, 1], repeat=cells * cells)), dtype=np.int8)
    return bits.reshape(-1, cells, cells).astype(np.int64)


def transition(states: np.ndarray, temperature: float, colour: int) -> np.ndarray:
    """Return the chance of each lattice to become each other in half a sweep."""
    chance = np.asarray(jax.vmap(lambda s: flip_chances(s, temperature, colour))(states))
    flipped = states[:, None] != states[None, :]
    each = np.where(flipped, chance[:, None], 1 - chance[:, None])
    return each.prod(axis=(2, 3))


@pytest.mark.parametrize("temperature", [0.9, 2.3, 6.0])
def test_both_half_sweeps_are_in_detailed_balance_on_every_2_by_2_lattice(temperature):
    states = all_lattices(2)
    weight = np.exp(-np.asarray(energy(jnp.asarray(states))) / temperature)
    weight /= weight.sum()
    halves = [transition(states, temperature, colour) for colour in (0, 1)]
    for half in halves:
        np.testing.assert_allclose(half.sum(axis=1), 1, atol=1e-14)
        flow = weight[:, None] * half
        np.testing.assert_allclose(flow, flow.T, atol=1e-16)
    np.testing.assert_allclose(weight @ halves[0] @ halves[1], weight, atol=1e-15)


def test_at_the_critical_point_a_4_by_4_lattice_has_the_enumerated_energy_and_moments():
    states = all_lattices(4)
    cost = np.asarray(energy(jnp.asarray(states)))
    temperature = critical_temperature()
    weight = np.exp(-(cost - cost.min()) / temperature)
    weight /= weight.sum()
    path = chains(temperature, 4, 256, (401, 2))
    spin = np.asarray(path.spin)[:, 50:]
    magnet = spin.mean(axis=(2, 3))
    exact_magnet = states.mean(axis=(1, 2))
    for measured, exact in (
        (np.asarray(energy(jnp.asarray(spin))), weight @ cost),
        (np.abs(magnet), weight @ np.abs(exact_magnet)),
        (magnet**4, weight @ exact_magnet**4),
    ):
        mean, error = mean_and_error(measured)
        assert abs(mean - exact) < 3 * error
        assert error < 0.01 * abs(exact)


@pytest.mark.parametrize("temperature", [1.8, 2.1, 2.6, 3.5])
def test_its_energy_is_onsagers(temperature):
    path = chains(temperature, 64, 8, (61, 10), up=1.0 if temperature < 2.27 else 0.5)
    mean, error = mean_and_error(np.asarray(energy(path.spin))[:, 20:] / 64**2)
    assert abs(mean - ising_energy(temperature)) < 3 * error
    assert error < 0.01
    if temperature < critical_temperature():
        mean, error = mean_and_error(np.asarray(path.spin)[:, 20:].mean(axis=(2, 3)))
        assert abs(mean - ising_magnetisation(temperature)) < 3 * error


def test_onsagers_energy_has_its_known_values():
    assert critical_temperature() == pytest.approx(2.269185, abs=1e-6)
    assert ising_energy(critical_temperature() * (1 + 1e-9)) == pytest.approx(-np.sqrt(2), abs=1e-6)
    assert ising_energy(0.5) == pytest.approx(-2 + 8 * np.exp(-16), abs=1e-9)
    assert ising_energy(1e3) == pytest.approx(-2 / 1e3, rel=1e-5)


def test_energy_is_what_the_bath_gave_exactly():
    start = drawn(32, 4)
    path = Ising(1.0, heating=0.01).solve(start, 11, 20.0)
    gained = energy(path.spin) - energy(start.spin)
    np.testing.assert_array_equal(gained, path.heat)
    assert int(jnp.abs(path.heat).max()) > 0


def test_slow_heating_ends_in_equilibrium():
    path = Ising(2.0, heating=0.005).solve(drawn(64, 1, 1.0), 2, 400.0)
    assert float(path.time[-1]) == 400.0
    assert float(energy(path.spin[-1])) / 64**2 == pytest.approx(ising_energy(4.0), abs=0.04)


def test_energy_counts_each_bond_once():
    assert int(energy(jnp.ones((6, 6), jnp.int64))) == -2 * 36
    one_down = jnp.ones((6, 6), jnp.int64).at[2, 3].set(-1)
    assert int(energy(one_down)) == -2 * 36 + 8


def test_a_lattice_without_two_colours_and_a_bath_below_zero_are_refused():
    with pytest.raises(ContractError, match="colours"):
        Ising(2.0).solve(drawn(5, 0), 2, 1.0)
    with pytest.raises(ContractError, match="above zero"):
        Ising(2.0, heating=-0.1).solve(drawn(4, 0), 3, 10.0)


def test_clusters_are_the_components_that_bonds_join():
    random = np.random.default_rng(5)
    down, right = random.random((2, 8, 8)) < 0.45
    sites = np.arange(64).reshape(8, 8)
    pairs = [(sites, np.roll(sites, -1, axis), bound) for axis, bound in ((0, down), (1, right))]
    rows = np.concatenate([a[bound] for a, _, bound in pairs])
    columns = np.concatenate([b[bound] for _, b, bound in pairs])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(64, 64))
    number, exact = connected_components(graph, directed=False)
    found = np.asarray(clusters(jnp.asarray(down), jnp.asarray(right))).ravel()
    assert len(np.unique(found)) == number
    assert len(set(zip(found.tolist(), exact.tolist(), strict=True))) == number


def test_clusters_have_the_energy_and_moments_of_all_4_by_4_lattices():
    states = all_lattices(4)
    cost = np.asarray(energy(jnp.asarray(states)))
    weight = np.exp(-(cost - cost.min()) / 2.5)
    weight /= weight.sum()
    path = chains(2.5, 4, 256, (120, 1), by_clusters=True)
    spin = np.asarray(path.spin)[:, 20:]
    for measured, exact in (
        (np.asarray(energy(jnp.asarray(spin))), weight @ cost),
        (spin.mean(axis=(2, 3)) ** 2, weight @ states.mean(axis=(1, 2)) ** 2),
    ):
        mean, error = mean_and_error(measured)
        assert abs(mean - exact) < 3 * error
        assert error < 0.01 * abs(exact)


@pytest.mark.slow
def test_the_binder_ratio_passes_its_universal_value_at_the_critical_temperature():
    """`U = 1 − ⟨m⁴⟩/3⟨m²⟩²` is there the same for all large sizes, 0.61069.

    The value is Kamieniarz & Blöte's (J. Phys. A 26, 1993).
    """
    low, high = 2.22, 2.32
    above, below = (binder(t, 16) for t in (low, high))
    crossing = low + (above - 0.61069) * (high - low) / (above - below)
    assert crossing == pytest.approx(critical_temperature(), rel=0.01)


def binder(temperature: float, cells: int) -> float:
    path = chains(temperature, cells, 96, (120, 1), by_clusters=True)
    magnet = np.asarray(path.spin)[:, 20:].mean(axis=(2, 3))
    return 1 - float((magnet**4).mean() / (3 * (magnet**2).mean() ** 2))
