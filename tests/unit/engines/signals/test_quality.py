"""Quality of telemetry: what is planted is found, what is sound is left alone, bit for bit."""

import numpy as np
import pytest

from industriverse import physics
from industriverse.engines.signals import annotate_signals, inspect, signal_map
from industriverse.kernel.errors import ContractError
from industriverse.kernel.signals import Channel, Signals

ROWS, CHANNELS = 1024, 32


def signals_of(values, unit="V"):
    table = np.asarray(values, float)
    channels = tuple(Channel(f"c{i}", unit) for i in range(table.shape[1]))
    return Signals(0.0, 0.5, table, channels)


def autoregressive(random, shape, share):
    noise = random.normal(size=shape)
    for row in range(1, len(noise)):
        noise[row] += share * noise[row - 1]
    return noise


def stream(kind, seed=0, shape=(ROWS, CHANNELS)):
    """Return readings of a process, and the deviation of what is new in each."""
    random = np.random.default_rng([seed, len(kind)])
    row = np.arange(shape[0])[:, None]
    phase = random.uniform(0, 2 * np.pi, shape[1])
    made = {
        "normal": lambda: random.normal(size=shape),
        "autoregressive": lambda: autoregressive(random, shape, 0.9),
        "sine and noise": lambda: 3 * np.sin(row / 8 + phase) + random.normal(size=shape),
        "random walk": lambda: random.normal(size=shape).cumsum(axis=0),
        "counts": lambda: random.poisson(4.0, shape).astype(float),
        "coins": lambda: random.integers(0, 2, shape).astype(float),
        "rare events": lambda: (random.random(shape) < 0.01).astype(float),
        "two states": lambda: (random.random(shape) < 0.03).cumsum(axis=0) % 2.0,
        "rounded": lambda: random.normal(size=shape).round(1),
        "steps": lambda: random.normal(size=shape) + 20.0 * (row // 128 % 3),
    }
    return made[kind]()


NOISY = ["normal", "autoregressive", "sine and noise", "random walk"]
SOUND = [*NOISY, "counts", "coins", "rare events", "two states", "rounded", "steps"]


def ranges(quality, kind):
    return {(f.channel, f.start, f.end) for f in quality.flags if f.kind == kind}


def test_sound_streams_are_left_alone():
    seen = {kind: inspect(signals_of(stream(kind))) for kind in SOUND}
    flags = [(kind, flag) for kind, quality in seen.items() for flag in quality.flags]
    # One in a hundred thousand: at most three of 328 thousand samples, and nothing but spikes.
    assert sum(flag.end - flag.start for _, flag in flags) <= 3
    assert {flag.kind for _, flag in flags} <= {"spike"}


def test_heavy_tails_cost_little():
    values = np.random.default_rng(4).standard_t(3, size=(ROWS, CHANNELS))
    quality = inspect(signals_of(values))
    assert {flag.kind for flag in quality.flags} <= {"spike"}
    assert 1 - quality.score < 2.5e-3


@pytest.mark.parametrize("kind", NOISY)
def test_spikes_of_eight_deviations_are_found_and_mended(kind):
    found, errors, others = [], [], 0
    column = np.repeat(np.arange(CHANNELS), 4)
    for seed in range(10, 16):
        clean, random = stream(kind, seed), np.random.default_rng(seed)
        row = np.concatenate([random.choice(ROWS, 4, replace=False) for _ in range(CHANNELS)])
        spoilt = clean.copy()
        spoilt[row, column] += 8.0 * random.choice([-1, 1], len(row))
        quality = inspect(signals_of(spoilt))
        hit, untouched = quality.replaced[row, column], ~quality.replaced
        found.extend(hit)
        errors.extend((quality.cleaned.values[row, column] - clean[row, column])[hit])
        others += int(quality.replaced.sum() - hit.sum())
        np.testing.assert_array_equal(quality.cleaned.values[untouched], spoilt[untouched])
    assert np.mean(found) >= 0.95
    assert others <= 4
    assert np.sqrt(np.mean(np.square(errors))) < 1.5


@pytest.mark.parametrize("row", [0, 1, 7, ROWS - 2, ROWS - 1])
def test_spikes_are_found_to_both_ends(row):
    values = stream("autoregressive", 17)
    values[row] += 30.0
    assert inspect(signals_of(values)).replaced[row].all()


def test_a_change_of_level_is_no_spike():
    values = np.random.default_rng(5).normal(size=(ROWS, CHANNELS))
    values[400:] += 15.0
    assert not inspect(signals_of(values)).flags


@pytest.mark.parametrize("kind", NOISY)
@pytest.mark.parametrize(("gone", "offset"), [(np.nan, 0.0), (0.0, 100.0), (0.0, 0.0)])
def test_drop_outs_are_found_and_bridged(kind, gone, offset):
    clean, random = stream(kind, seed=2), np.random.default_rng(12)
    values = clean + offset * clean.std(axis=0)
    start = random.integers(5, ROWS - 30, CHANNELS)
    length = random.integers(1 if offset or np.isnan(gone) else 4, 20, CHANNELS)
    planted = {(f"c{i}", s, s + n) for i, (s, n) in enumerate(zip(start, length, strict=True))}
    for column in range(CHANNELS):
        values[start[column] : start[column] + length[column], column] = gone
    quality = inspect(signals_of(values))
    found = ranges(quality, "drop_out")
    assert len(found & planted) >= 0.95 * CHANNELS
    assert len(found - planted) <= 1
    assert np.isfinite(quality.cleaned.values).all()
    bridged = quality.cleaned.values[start, np.arange(CHANNELS)] - offset * clean.std(axis=0)
    assert np.abs(bridged).max() <= np.abs(clean).max() + 8.0


@pytest.mark.parametrize("kind", [*NOISY, "counts", "rounded"])
def test_flat_lines_are_found_and_not_touched(kind):
    values, random = stream(kind, seed=3), np.random.default_rng(13)
    start = random.integers(5, ROWS - 60, CHANNELS)
    for column, at in enumerate(start.tolist()):
        values[at : at + 50, column] = values[at, column] or 1.0  # not the zero of a drop-out
    quality = inspect(signals_of(values))
    found = ranges(quality, "flat_line")
    hits = [
        any(c == f"c{i}" and abs(a - s) < 5 and abs(b - s - 50) < 5 for c, a, b in found)
        for i, s in enumerate(start.tolist())
    ]
    assert np.mean(hits) >= 0.95
    assert len(found) <= CHANNELS
    assert quality.replaced.mean() < 1e-4
    flat = values[start + 20, np.arange(CHANNELS)]
    np.testing.assert_array_equal(quality.cleaned.values[start + 20, np.arange(CHANNELS)], flat)


@pytest.mark.parametrize("rows", [256, 1024, 4096])
def test_drift_is_found_but_wandering_is_not(rows):
    shape = (rows, CHANNELS)
    ramp = 3.0 * np.arange(rows)[:, None] / rows
    noisy = stream("normal", 4, shape) + ramp * np.resize([1.0, -1.0], CHANNELS)
    quality = inspect(signals_of(noisy))
    drifts = [flag for flag in quality.flags if flag.kind == "drift"]
    assert len(drifts) >= 0.95 * CHANNELS
    assert all(flag.end == rows for flag in drifts)
    assert np.mean([flag.start for flag in drifts]) == pytest.approx(rows / 3, rel=0.1)
    assert np.sign([flag.size for flag in drifts[:2]]).tolist() == [1.0, -1.0]
    np.testing.assert_array_equal(quality.cleaned.values[-9:], noisy[-9:])
    assert not ranges(inspect(signals_of(stream("random walk", 4, shape))), "drift")


def test_the_clock_is_held_against_its_own_steps():
    random, values = np.random.default_rng(6), stream("normal", 5)
    steps = np.full(ROWS, 2.0)
    rows = np.sort(random.choice(np.arange(1, ROWS, 3), 60, replace=False))
    steps[rows] += np.resize([2.0, -2.0, 6.0], 60)
    times = steps.cumsum() + random.normal(scale=0.02, size=ROWS)
    quality = inspect(signals_of(values), times)
    jumps = [flag for flag in quality.flags if flag.kind == "clock_jump"]
    assert [flag.start for flag in jumps] == rows.tolist()
    assert [round(flag.size) for flag in jumps[:3]] == [1, -1, 3]
    assert quality.score == pytest.approx(1 - 60 / ROWS, abs=1e-4)
    assert not inspect(signals_of(values), 2.0 * np.arange(ROWS)).flags


def test_what_never_varied_is_not_at_fault():
    values = np.zeros((ROWS, 3))
    values[:, 1], values[500, 2] = 7.5, 1.0
    quality = inspect(signals_of(values))
    assert not quality.flags
    assert quality.score == 1.0
    np.testing.assert_array_equal(quality.cleaned.values, values)


def test_nights_of_zero_and_a_machine_at_rest_are_no_faults():
    random, row = np.random.default_rng(7), np.arange(ROWS)[:, None]
    sun = np.maximum(0, np.sin(row / 24 * 2 * np.pi)) * random.uniform(0.5, 1, (ROWS, 4))
    rest = (10 + random.normal(size=(ROWS, 4))) * (row % 100 < 70)
    assert not inspect(signals_of(np.hstack([sun, rest]))).flags
    spots = random.exponential(size=(ROWS, 4))
    spots[500:507] = 0.0  # a quiet week
    assert not ranges(inspect(signals_of(spots)), "drop_out")


def test_the_score_is_the_share_of_readings_under_no_flag():
    values = stream("normal", 6)[:, :4]
    values[100:130, 0] = np.nan
    values[700, 1] = 40.0
    quality = inspect(signals_of(values))
    assert quality.scores.tolist() == [1 - 30 / ROWS, 1 - 1 / ROWS, 1.0, 1.0]
    assert quality.score == pytest.approx(1 - 31 / (4 * ROWS))
    assert [(f.kind, f.channel, f.start, f.end) for f in quality.flags] == [
        ("spike", "c1", 700, 701),
        ("drop_out", "c0", 100, 130),
    ]
    assert quality.flags[0].size == pytest.approx(40.0, rel=0.2)


def test_cleaning_tells_the_energy_that_it_took():
    values = 10 + stream("normal", 7)[:, :2]
    values[333, 0] = 200.0
    quality = inspect(signals_of(values))
    clean = quality.cleaned.values
    taken = 1 - (clean**2).sum() / (values**2).sum()
    assert taken > 0.1
    assert quality.effect.energy_removed == pytest.approx(taken, rel=1e-9)
    maps = [signal_map(signals_of(table)) for table in (values, clean)]
    entropy = physics.map_entropy(np.stack([m.density for m in maps]), maps[0].grid)
    assert quality.effect.entropy_removed == pytest.approx(1 - entropy[1] / entropy[0], rel=1e-9)
    reading = annotate_signals(quality.cleaned, maps=2)
    assert quality.effect.delta_energy == pytest.approx(reading.energy[1] - reading.energy[0])
    assert quality.effect.delta_entropy == pytest.approx(reading.entropy[1] - reading.entropy[0])
    assert quality.effect.unit == "V^2·s"
    untouched = inspect(signals_of(clean))
    assert (untouched.effect.energy_removed, untouched.effect.entropy_removed) == (0.0, 0.0)


@pytest.mark.parametrize("scale", [1e-30, -1.0, 1e30])
def test_neither_unit_nor_sign_matters(scale):
    values = stream("autoregressive", 8)[:, :8]
    values[[50, 400, 777], [1, 3, 5]] += 30.0
    values[600:640, 2] = values[600, 2]
    plain, scaled = inspect(signals_of(values)), inspect(signals_of(scale * values))
    for kind in ("spike", "flat_line"):
        assert ranges(plain, kind) == ranges(scaled, kind) != set()


def test_time_run_backwards_shows_the_same_spikes():
    values = stream("sine and noise", 9)
    values[[50, 400, 777], [1, 3, 5]] += 30.0
    plain, turned = inspect(signals_of(values)), inspect(signals_of(values[::-1]))
    np.testing.assert_array_equal(plain.replaced, turned.replaced[::-1])


def test_a_channel_without_any_reading_spoils_no_other():
    values = stream("normal", 10)[:, :3]
    values[:, 1] = np.nan
    quality = inspect(signals_of(values))
    assert quality.scores.tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(quality.cleaned.values[:, 1]).all()
    np.testing.assert_array_equal(quality.cleaned.values[:, [0, 2]], values[:, [0, 2]])
    assert not quality.replaced.any()
    assert np.isfinite(quality.effect.delta_energy)


def test_what_cannot_be_judged_is_refused():
    values = np.random.default_rng(8).normal(size=(40, 2))
    signals, infinite = signals_of(values), values.copy()
    infinite[7, 1] = np.inf
    with pytest.raises(ContractError, match="29 rows are too few"):
        inspect(signals_of(values[:29]))
    with pytest.raises(ContractError, match="no channel"):
        inspect(signals_of(values[:, :0]))
    with pytest.raises(ContractError, match="'c1' is infinite in row 7"):
        inspect(signals_of(infinite))
    with pytest.raises(ContractError, match="holds a reading"):
        inspect(signals_of(np.full((40, 2), np.nan)))
    with pytest.raises(ContractError, match="40 rows have 39 times"):
        inspect(signals, np.arange(39.0))
    with pytest.raises(ContractError, match="time of row 3 is nan"):
        inspect(signals, np.where(np.arange(40) == 3, np.nan, np.arange(40.0)))
    with pytest.raises(ContractError, match="do not advance"):
        inspect(signals, np.zeros(40))
