import numpy as np
import pytest

from industriverse.engines.regimes.microadapt import Config, MicroAdapt
from industriverse.kernel.errors import ContractError


def _rotation(rate, samples, noise=0.0, seed=0):
    time = np.arange(samples)
    clean = np.stack([np.sin(rate * time), 0.5 * np.cos(rate * time)], axis=1)
    return clean + noise * np.random.default_rng(seed).normal(size=clean.shape)


def _linear_system(samples):
    step = 0.999 * np.array([[np.cos(0.13), -np.sin(0.13)], [np.sin(0.13), np.cos(0.13)]])
    output = np.random.default_rng(0).normal(size=(3, 2))
    state, rows = np.array([1.0, 0.3]), []
    for _ in range(samples):
        rows.append(output @ state + [1.0, -2.0, 0.5])
        state = step @ state
    return np.array(rows)


def test_a_linear_system_is_recovered_and_foretold():
    table = _linear_system(760)
    stream = MicroAdapt(3)
    stream.update(table[:700])
    mean, deviation = stream.forecast(60)
    assert np.abs(mean - table[700:]).max() < 1e-6
    assert mean.shape == deviation.shape == (60, 3)
    assert (deviation >= 0).all()


def test_a_returning_regime_is_recognised():
    stream = MicroAdapt(2)
    found = []
    segments = (0.2, 0.45, 0.2, 0.45)
    for place, rate in enumerate(segments):
        stream.update(_rotation(rate, 1024, 0.02, place))
        found.append(stream.regime.regime)
        assert stream.regime.confidence > 0.9
        changes = [(change.before, change.after) for change in stream.transitions]
        assert changes == ([(-1, 0)] if place == 0 else [(found[-2], found[-1])])
    assert found == [0, 1, 0, 1]
    known = stream.regime
    assert known.regimes.tolist() == [0, 1]
    assert known.probabilities.sum() == pytest.approx(1.0)
    stream.update(_rotation(0.2, 192, 0.02, 9))
    assert stream.regime.regime == 0, "three steps are enough for a regime that is known"


def test_fitness_falls_on_another_system():
    stream = MicroAdapt(2)
    stream.update(_rotation(0.2, 1024, 0.02))
    before = stream.regime.fitness.max()
    stream.update(_rotation(0.9, 96, 0.02))
    assert stream.regime.fitness.max() < before - 0.3
    assert before > 0.99


def test_white_noise_is_foretold_no_better_than_by_its_mean():
    table = np.random.default_rng(3).normal(size=(2600, 2))
    stream, errors = MicroAdapt(2), []
    stream.update(table[:1600])
    deviation = np.zeros((60, 2))
    for row in range(1600, 2500, 64):
        mean, deviation = stream.forecast(60)
        errors.append(((mean - table[row : row + 60]) ** 2).mean())
        stream.update(table[row : row + 64])
    assert 0.97 < np.mean(errors) < 1.15
    assert deviation.mean() == pytest.approx(1.0, abs=0.15)


def test_a_cycle_is_found_and_followed_and_makes_the_forecast():
    time = np.arange(3000)
    table = np.sin(2 * np.pi * time / 24)[:, None] ** 3 + 0.5 * ((time // 24) % 7 >= 5)[:, None]
    table = table + 0.1 * np.random.default_rng(4).normal(size=table.shape)
    stream = MicroAdapt(1)
    stream.update(table[:2940])
    mean, _ = stream.forecast(60)
    assert ((mean - table[2940:]) ** 2).mean() < 0.02
    state = stream.state()
    assert len(state["cycle.short"]) == 24
    assert len(state["cycle.long"]) == 168


def test_blocks_may_be_cut_anywhere():
    table = _rotation(0.3, 700, 0.1)
    whole, parts = MicroAdapt(2), MicroAdapt(2)
    whole.update(table)
    for start, stop in ((0, 1), (1, 47), (47, 500), (500, 500), (500, 700)):
        parts.update(table[start:stop])
    np.testing.assert_array_equal(whole.forecast(20)[0], parts.forecast(20)[0])


def test_a_restored_stream_goes_on_as_if_nothing_had_happened():
    time = np.arange(1500)
    table = _rotation(0.3, 1500, 0.1) + (np.arange(1500) % 24 < 8)[:, None] + 0.01 * time[:, None]
    stream = MicroAdapt(2)
    stream.update(table[:1100])
    again = MicroAdapt.restore(2, stream.state())
    for follower in (stream, again):
        follower.update(table[1100:])
    for ours, theirs in zip(stream.forecast(70), again.forecast(70), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert again.regime.regime == stream.regime.regime
    assert again.samples == 1500


def test_memory_does_not_grow():
    stream = MicroAdapt(1, config=Config(history=1152))
    table = _rotation(0.3, 9000, 0.1)[:, :1]
    stream.update(table[:3000])
    before = sum(array.nbytes for array in stream.state().values())
    stream.update(table[3000:])
    assert sum(array.nbytes for array in stream.state().values()) == before


def test_gaps_are_filled_by_the_last_reading():
    table = _rotation(0.2, 900, 0.02)
    holed = table.copy()
    holed[np.random.default_rng(5).random(table.shape) < 0.1] = np.nan
    held, stream = MicroAdapt(2), MicroAdapt(2)
    filled = holed.copy()
    for row in range(1, len(filled)):
        filled[row] = np.where(np.isnan(filled[row]), filled[row - 1], filled[row])
    first = np.isnan(filled[0])
    assert not first.any()
    held.update(filled)
    stream.update(holed[:300])
    stream.update(holed[300:])
    np.testing.assert_array_equal(stream.forecast(60)[0], held.forecast(60)[0])
    stream.update(np.full((10, 2), np.nan))
    assert np.isfinite(stream.forecast(60)[0]).all()


def test_a_constant_channel_stays_and_young_streams_answer():
    stream = MicroAdapt(2)
    stream.update(np.array([[1.0, 5.0]]))
    mean, deviation = stream.forecast(2)
    assert mean.tolist() == [[1.0, 5.0]] * 2
    assert deviation.tolist() == [[0.0, 0.0]] * 2
    assert stream.regime.regime == -1
    assert stream.regime.confidence == 0.0
    stream.update(np.stack([_rotation(0.2, 700)[:, 0], np.full(700, 5.0)], axis=1))
    np.testing.assert_allclose(stream.forecast(60)[0][:, 1], 5.0, atol=1e-9)


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ContractError, match="Channel 1 has no reading"):
        MicroAdapt(2).update(np.array([[1.0, np.nan], [2.0, np.nan]]))
    with pytest.raises(ContractError, match="Row 1 of channel 0 is infinite"):
        MicroAdapt(1).update(np.array([[1.0], [np.inf]]))
    with pytest.raises(ContractError, match="shape"):
        MicroAdapt(2).update(np.zeros((4, 3)))
    with pytest.raises(ContractError, match="0 samples"):
        MicroAdapt(1).forecast(5)
    with pytest.raises(ContractError, match="channel"):
        MicroAdapt(0)
    with pytest.raises(ContractError, match="window"):
        Config(window=100)
    with pytest.raises(ContractError, match="history"):
        Config(history=1000)
    with pytest.raises(ContractError, match="growth"):
        Config(growth=0.0)
    with pytest.raises(ContractError, match="no fitting"):
        MicroAdapt.restore(2, MicroAdapt(1).state())
    with pytest.raises(ContractError, match="no fitting"):
        MicroAdapt.restore(2, {})
    with pytest.raises(ContractError, match="no fitting"):
        MicroAdapt.restore(1, MicroAdapt(1).state(), config=Config(capacity=4))
