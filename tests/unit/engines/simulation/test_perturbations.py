"""Perturbations against what was asked for: masks, levels, energies, laws of delay."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.perturbations import (
    PITCHFORK,
    Bias,
    ColouredNoise,
    Dead,
    Delayed,
    Drift,
    DropOut,
    Edges,
    Extent,
    Gap,
    Kick,
    MissingAbove,
    MissingAtRandom,
    MissingBursts,
    Perturbation,
    ProportionalNoise,
    Pulse,
    Quantised,
    Ramp,
    Saturated,
    Scaled,
    Spikes,
    Stuck,
    Swapped,
    WhiteNoise,
    fahrenheit,
    kick_of,
    kicked_path,
    mirrored_exit,
    noisy_exit,
    perturb,
    ramp_truth,
    signal_to_noise,
)
from industriverse.kernel.errors import ContractError

ROOT3 = float(np.sqrt(3))


def telemetry(rows=200, channels=3, seed=0):
    random = np.random.default_rng(seed)
    return random.standard_normal((rows, channels)) + 5.0


def all_kinds(extent: Extent) -> list[Perturbation]:
    return [
        WhiteNoise(10.0, extent),
        ColouredNoise(10.0, 1.0, extent),
        ProportionalNoise(0.1, extent),
        Quantised(0.5, extent),
        Stuck(extent),
        Bias(0.7, extent),
        Drift(0.01, extent),
        Spikes(4.0, 0.2, extent),
        Saturated(4.5, 5.5, extent),
        Dead(extent),
        DropOut(0.3, 4.0, 0.0, extent),
        Delayed(3, extent),
        Scaled(1000.0, 0.0, extent),
        fahrenheit(extent),
        MissingAtRandom(0.2, extent),
        MissingBursts(0.2, 5.0, extent),
        Gap(extent),
        MissingAbove(5.0, extent),
        Pulse(2.0, 5.0, extent),
    ]


def really_changed(before, after):
    return ~((before == after) | (np.isnan(before) & np.isnan(after)))


@settings(deadline=None, max_examples=60)
@given(
    kind=st.integers(0, len(all_kinds(Extent())) - 1),
    start=st.integers(0, 40),
    length=st.integers(20, 60),
    where=st.sampled_from([None, (0,), (2, 0), (1, 2)]),
    seed=st.integers(0, 1000),
)
def test_the_mask_is_where_the_data_changed_and_lies_in_the_extent(
    kind, start, length, where, seed
):
    before = telemetry(120)
    before[7:9, 1] = np.nan
    kept = before.copy()
    extent = Extent(where, start, start + length)
    if isinstance(all_kinds(extent)[kind], Stuck):
        before = kept = telemetry(120)
    done = perturb(before, [all_kinds(extent)[kind]], seed=seed)
    np.testing.assert_array_equal(before, kept)
    (truth,) = done.truths
    np.testing.assert_array_equal(truth.mask, really_changed(before, done.values))
    assert not (truth.mask & ~truth.acting).any()
    assert truth.where == tuple(where or (0, 1, 2))
    assert (truth.start, truth.stop) == (start, start + length)
    assert truth.acting.sum() == length * len(where or (0, 1, 2))


@settings(deadline=None, max_examples=30)
@given(order=st.permutations(range(6)), seed=st.integers(0, 99))
def test_several_keep_their_truths_in_order_and_cover_every_change(order, seed):
    kinds = [
        Swapped(0, 1, 20, 90),
        Delayed(4, Extent((2,), 30)),
        WhiteNoise(20.0),
        Spikes(3.0, 0.1, Extent((1,))),
        MissingBursts(0.1, 6.0),
        Saturated(4.0, 6.0, Extent((0,))),
    ]
    names = ["swapped", "delayed", "white noise", "spikes", "missing in bursts", "saturated"]
    before = telemetry(150)
    done = perturb(before, [kinds[i] for i in order], seed=seed)
    assert [truth.what for truth in done.truths] == [names[i] for i in order]
    assert not (really_changed(before, done.values) & ~done.mask).any()
    again = perturb(before, [kinds[i] for i in order], seed=seed)
    np.testing.assert_array_equal(done.values, again.values)


def test_the_order_matters_as_stated():
    quiet = [WhiteNoise(10.0), Stuck(Extent((0,), 50))]
    before = telemetry()
    frozen = perturb(before, quiet, seed=1).values[50:, 0]
    alive = perturb(before, quiet[::-1], seed=1).values[50:, 0]
    assert np.ptp(frozen) == 0
    assert np.ptp(alive) > 0


def test_an_earlier_draw_does_not_change_a_later_ones():
    before = telemetry()
    one = perturb(before, [Bias(1.0, Extent((0,))), Spikes(3.0, 0.1, Extent((2,)))], seed=4)
    other = perturb(before, [WhiteNoise(5.0, Extent((0,))), Spikes(3.0, 0.1, Extent((2,)))], seed=4)
    np.testing.assert_array_equal(one.truths[1].mask, other.truths[1].mask)


def test_fields_are_perturbed_in_the_cells_of_a_mask():
    field = np.random.default_rng(0).standard_normal((30, 4, 5))
    cells = np.zeros((4, 5), bool)
    cells[1, 2:4] = True
    done = perturb(field, [Bias(2.0, Extent(cells, 10, 20)), Gap(Extent((0,), 25))], seed=0)
    np.testing.assert_allclose(done.values[10:20, 1, 2:4], field[10:20, 1, 2:4] + 2)
    assert done.truths[0].where == (7, 8)
    assert done.truths[0].mask.shape == field.shape
    assert done.truths[0].mask.sum() == 20
    assert np.isnan(done.values[25:, 0, 0]).all()
    assert np.isnan(done.values).sum() == 5


@pytest.mark.parametrize("decibels", [-6.0, 0.0, 20.0])
@pytest.mark.parametrize("exponent", [None, 0.0, 1.0, 2.0])
def test_noise_has_the_level_that_was_asked_for(decibels, exponent):
    time = np.arange(10_000)[:, None]
    clean = 3 + np.sin(time / np.array([5.0, 70.0])) * np.array([1.0, 40.0])
    kind = WhiteNoise(decibels) if exponent is None else ColouredNoise(decibels, exponent)
    measured = np.array(
        [
            10 ** (-signal_to_noise(clean, perturb(clean, [kind], seed=s).values) / 10)
            for s in range(20)
        ]
    ).mean()
    # Of red noise the slowest wave holds most: 40 draws of it tell the level to a fifth or so.
    allowed = {None: 0.1, 0.0: 0.1, 1.0: 0.4, 2.0: 1.2}[exponent]
    assert abs(-10 * np.log10(measured) - decibels) < allowed


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 1.0, 2.0])
@pytest.mark.parametrize("rows", [4096, 4097])
def test_coloured_noise_has_its_slope(exponent, rows):
    clean = np.sin(np.arange(rows) / 9.0)[:, None] * np.ones((1, 40))
    noise = perturb(clean, [ColouredNoise(0.0, exponent)], seed=2).values - clean
    power = (np.abs(np.fft.rfft(noise, axis=0)) ** 2).mean(axis=1)[1:-1]
    wave = np.log(np.arange(1, len(power) + 1))
    slope = np.polyfit(wave, np.log(power), 1, w=np.ones_like(wave))[0]
    assert abs(slope + exponent) < 0.02
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=1e-12)


def test_quantisation_has_the_variance_of_an_even_error():
    signal = np.random.default_rng(0).normal(0, 5, (200_000, 1))
    step = 0.37
    error = perturb(signal, [Quantised(step)], seed=0).values - signal
    assert np.abs(error).max() <= step / 2 + 1e-12
    np.testing.assert_allclose(error.var(), step**2 / 12, rtol=0.01)


def test_proportional_noise_grows_with_the_value():
    values = np.ones((50_000, 1)) * np.array([[1.0, 10.0]])
    noise = perturb(values, [ProportionalNoise(0.05)], seed=0).values - values
    np.testing.assert_allclose(noise.std(axis=0), [0.05, 0.5], rtol=0.02)


def test_each_fault_does_what_its_name_says():
    before = telemetry(60)
    part = Extent((1,), 20, 40)

    def after(fault):
        return perturb(before, [fault], seed=0).values

    assert (after(Stuck(part))[20:40, 1] == before[20, 1]).all()
    np.testing.assert_allclose(after(Bias(3.0, part))[20:40, 1], before[20:40, 1] + 3)
    np.testing.assert_allclose(
        after(Drift(0.1, part))[20:40, 1], before[20:40, 1] + 0.1 * np.arange(20)
    )
    clipped = after(Saturated(4.8, 5.2, part))[20:40, 1]
    assert (clipped.min(), clipped.max()) == (4.8, 5.2)
    assert (after(Dead(part))[20:40, 1] == 0).all()
    np.testing.assert_array_equal(after(Delayed(5, part))[20:40, 1], before[15:35, 1])
    first = after(Delayed(5, Extent((0,))))
    np.testing.assert_array_equal(first[:6, 0], np.full(6, before[0, 0]))
    np.testing.assert_allclose(after(fahrenheit(part))[20:40, 1], 1.8 * before[20:40, 1] + 32)
    np.testing.assert_array_equal(
        after(Swapped(0, 2, 10, 30))[10:30, [0, 2]], before[10:30, [2, 0]]
    )
    thrown = after(Spikes(9.0, 0.3, part)) - before
    sizes = np.abs(thrown[thrown != 0])
    np.testing.assert_allclose(sizes, 9.0)
    assert {1.0, -1.0} == set(np.sign(thrown[thrown != 0]))


@pytest.mark.parametrize("kind", [DropOut, MissingBursts])
@pytest.mark.parametrize(("share", "length"), [(0.1, 5.0), (0.3, 12.0), (0.6, 2.0)])
def test_bursts_have_their_share_and_mean_length(kind, share, length):
    before = telemetry(20_000, 20)
    after = perturb(before, [kind(share, length)], seed=3)
    off = after.truths[0].mask
    assert abs(off.mean() - share) < 0.01
    runs = (np.diff(off.astype(int), axis=0) == 1).sum() + off[0].sum()
    assert abs(off.sum() / runs / length - 1) < 0.03


def test_readings_are_lost_as_each_kind_says():
    before = telemetry(20_000)
    random = perturb(before, [MissingAtRandom(0.25)], seed=0).values
    assert abs(np.isnan(random).mean() - 0.25) < 0.005
    # At random the mean stays; above a limit it does not.
    assert abs(np.nanmean(random) - before.mean()) < 0.02
    high = perturb(before, [MissingAbove(5.5)], seed=0).values
    np.testing.assert_array_equal(np.isnan(high), before > 5.5)
    assert np.nanmean(high) < before.mean() - 0.3
    whole = perturb(before, [Gap(Extent((1,)))], seed=0)
    assert np.isnan(whole.values[:, 1]).all()
    assert whole.truths[0].what == "gap of channels"
    shared = perturb(before, [Gap(Extent(None, 10, 20))], seed=0)
    assert np.isnan(shared.values[10:20]).all()
    assert np.isnan(shared.values).sum() == 30


def pendulum_motion(place, speed, samples):
    """Return a free pendulum's path, by DOP853 at 1e-12."""
    times = 0.05 * np.arange(samples + 1)

    def rate(_, state):
        return [state[1], -np.sin(state[0])]

    begin = [place[0], speed[0]]
    path = solve_ivp(
        rate, (0, max(times[-1], 1e-9)), begin, "DOP853", times, rtol=1e-12, atol=1e-14
    )
    return path.y[:1].T, path.y[1:].T


def pendulum_energy(path):
    return path[:, 1] ** 2 / 2 + 1 - np.cos(path[:, 0])


def test_a_kick_gives_the_energy_that_its_truth_states():
    kick = Kick(np.array([0.4]), np.ones(1))
    start = (np.array([0.8]), np.array([0.3]))
    done, joules = kicked_path(pendulum_motion, start, kick, at=30, samples=80)
    energy = pendulum_energy(done.values)
    np.testing.assert_allclose(energy[:30], energy[0], atol=1e-9)
    np.testing.assert_allclose(energy[30:] - energy[0], joules, atol=1e-9)
    assert done.truths[0].size == joules
    assert (done.truths[0].start, done.truths[0].where) == (30, (1,))
    free, _ = kicked_path(pendulum_motion, start, Kick(np.zeros(1), np.ones(1)), at=30, samples=80)
    np.testing.assert_array_equal(free.values[:30], done.values[:30])
    assert (np.abs(free.values[30:, 1] - done.values[30:, 1]) > 0).all()


@settings(deadline=None)
@given(
    speed=st.floats(-3, 3),
    mass=st.floats(0.1, 10),
    joules=st.floats(1e-9, 50),
)
def test_a_kick_of_given_energy_gives_it(speed, mass, joules):
    velocity, masses = np.array([speed, -0.5]), np.array([mass, 2.0])
    kick = kick_of(velocity, masses, joules)
    assert kick.energy(velocity) == pytest.approx(joules, rel=1e-12)
    after = kick.applied(velocity)
    gained = (masses * (after**2 - velocity**2)).sum() / 2
    assert gained == pytest.approx(joules, rel=1e-9, abs=1e-12)


def test_a_kick_may_brake_and_may_push_what_rests():
    velocity, mass = np.array([2.0]), np.array([3.0])
    stopped = kick_of(velocity, mass, -6.0)
    np.testing.assert_allclose(stopped.applied(velocity), 0, atol=1e-15)
    pushed = kick_of(np.zeros(2), np.array([1.0, 3.0]), 8.0)
    assert pushed.energy(np.zeros(2)) == pytest.approx(8.0)


@pytest.mark.parametrize("shape", ["linear", "step", "there_and_back"])
def test_a_ramp_moves_as_its_shape_says(shape):
    ramp = Ramp(shape, -1.0, 1.0, 100, 300)
    path = ramp.path(400)
    assert (path[:100] == -1).all()
    assert path.max() == 1.0
    assert (path[300:] == (-1.0 if shape == "there_and_back" else 1.0)).all()
    assert np.diff(path).max() == pytest.approx(ramp.rate)
    truth = ramp_truth(path, PITCHFORK.edges)
    assert (
        truth.crossings == {"linear": (200,), "step": (100,), "there_and_back": (150, 251)}[shape]
    )
    for at in truth.crossings:
        assert truth.side[at] != truth.side[at - 1]
        assert truth.window_label(at - 5, at + 5) == "phase_change"
    assert set(np.array(truth.label)[np.abs(path) < 0.1]) <= {"transitional"}
    assert truth.window_label(0, 50) == "stable"


TABLE = telemetry(50)


@pytest.mark.parametrize(
    "kind",
    [
        WhiteNoise(float("nan")),
        ColouredNoise(3.0, float("inf")),
        ColouredNoise(3.0, 1.0, Extent(None, 0, 3)),
        ProportionalNoise(0.0),
        Quantised(-1.0),
        Bias(float("inf")),
        Drift(float("nan")),
        Spikes(0.0, 0.1),
        Spikes(1.0, 0.0),
        Saturated(2.0, 2.0),
        DropOut(1.0, 5.0),
        DropOut(0.9, 2.0),
        Delayed(0),
        Swapped(0, 0),
        Swapped(0, 3),
        Scaled(0.0),
        Scaled(1.0),
        MissingAtRandom(1.0),
        MissingBursts(0.2, 0.5),
        MissingAbove(1e9),
        MissingAbove(float("nan")),
        Pulse(1.0, -1.0),
        Bias(1.0, Extent((3,))),
        Bias(1.0, Extent((0, 0))),
        Bias(1.0, Extent(())),
        Bias(1.0, Extent(None, 10, 10)),
        Bias(1.0, Extent(None, 0, 51)),
        Bias(1.0, Extent(None, -1, 5)),
        Bias(1.0, Extent(np.zeros(3, bool))),
        Bias(1.0, Extent(np.ones((2, 2), bool))),
    ],
)
def test_what_cannot_be_done_is_refused(kind):
    with pytest.raises(ContractError):
        perturb(TABLE, [kind], seed=0)


def test_data_that_do_not_fit_are_refused():
    with pytest.raises(ContractError, match="does not move"):
        perturb(np.ones((50, 2)), [WhiteNoise(10.0)], seed=0)
    with pytest.raises(ContractError, match="infinity"):
        perturb(np.full((50, 2), np.inf), [Bias(1.0)], seed=0)
    with pytest.raises(ContractError, match="axis"):
        perturb(np.ones(50), [Bias(1.0)], seed=0)
    gap = TABLE.copy()
    gap[10, 0] = np.nan
    with pytest.raises(ContractError, match="missing"):
        perturb(gap, [Stuck(Extent((0,), 10))], seed=0)


def test_ramps_and_kicks_that_make_no_sense_are_refused():
    for arguments in ((1.0, 1.0, 0, 5), (0.0, 1.0, 5, 5), (0.0, float("nan"), 0, 5)):
        with pytest.raises(ContractError):
            Ramp("linear", *arguments)
    with pytest.raises(ContractError, match="end before"):
        Ramp("linear", 0.0, 1.0, 0, 50).path(20)
    with pytest.raises(ContractError, match="part"):
        Edges((2.0, 1.0), ("a", "b", "c"), ("", "", ""), 0.1)
    with pytest.raises(ContractError, match="more than"):
        kick_of(np.ones(1), np.ones(1), -1.0)
    with pytest.raises(ContractError, match="mass"):
        Kick(np.ones(1), np.zeros(1))
    with pytest.raises(ContractError, match="not within"):
        kicked_path(
            pendulum_motion, (np.ones(1), np.ones(1)), Kick(np.ones(1), np.ones(1)), at=0, samples=9
        )
    with pytest.raises(ContractError, match="begins at"):
        mirrored_exit(0.1)
    with pytest.raises(ContractError, match="before the threshold"):
        noisy_exit(0.01, 0.1, 0.05)
    with pytest.raises(ContractError, match="no noise"):
        signal_to_noise(TABLE, TABLE)


def test_the_pages_example_runs(capsys):
    page = Path(__file__).parents[4] / "docs" / "physics" / "perturbations.md"
    (block,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    exec(block, {})
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("fixed point chaos")
    assert second == "['white noise', 'stuck', 'missing in bursts'] True"
