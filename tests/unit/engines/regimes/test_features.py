"""The features measure what their names say, whatever the units, the order or the gaps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industriverse.engines.regimes import FEATURE_NAMES, LEAST, WINDOW, measure, to_window
from industriverse.engines.regimes._features import channel_features
from industriverse.engines.regimes._joint import chaos_test, joint_features

N = WINDOW


def logistic(r: float, n: int, start: float = 0.3) -> np.ndarray:
    path, x = np.empty(n), start
    for i in range(n + 200):
        x = r * x * (1 - x)
        path[max(i - 200, 0)] = x
    return path


def measured(values: np.ndarray) -> np.ndarray:
    window = to_window(values)
    assert window is not None
    return measure(window)


def named(values: np.ndarray) -> dict[str, float]:
    return dict(zip(FEATURE_NAMES, measured(values).tolist(), strict=True))


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def test_the_chaos_test_tells_chaos_from_rhythm_even_with_five_percent_noise():
    turn = np.sin(2 * np.pi * np.arange(N) / 7.3)
    assert chaos_test(logistic(4.0, N)) > 0.9
    assert chaos_test(logistic(3.7, N)) > 0.9
    assert chaos_test(turn) < 0.2
    assert chaos_test(turn + 0.05 * turn.std() * noise(N)) < 0.4


def test_neighbours_beat_a_line_for_a_rule_and_not_for_noise():
    rule = joint_features(logistic(3.9, N)[:, None] * 3 - 2)
    chance = joint_features(noise(N, 1))
    assert rule[1] < -2
    assert chance[1] > -0.1


def test_neighbours_part_at_the_lyapunov_rate():
    """At r = 4 the exponent is ln 2 a step; the first two steps are still below saturation."""
    rate = joint_features(logistic(4.0, N)[:, None] * 2 - 1)[3]
    assert rate == pytest.approx(math.log(2), abs=0.25)


@given(st.floats(-0.6, 0.9))
@settings(max_examples=15)
def test_lag1_autocorrelation_is_that_of_the_process(keep):
    x, path = 0.0, np.empty(4 * N)
    for i, kick in enumerate(noise(4 * N, seed=3)):
        x = keep * x + kick
        path[i] = x
    measured = np.tanh(channel_features(path[:, None])[0, 0])
    assert measured == pytest.approx(keep, abs=0.06)


def test_order_of_patterns():
    names = FEATURE_NAMES.index("permutation_entropy")
    rising = channel_features((np.arange(N) / N)[:, None] + 1e-9 * noise(N, 1))
    assert rising[names, 0] < 0.02
    assert channel_features(noise(N, 1))[names, 0] > 0.95


def test_spectral_slope_of_white_and_brown_noise():
    row = FEATURE_NAMES.index("spectral_slope")
    white, brown = noise(N, 1), np.cumsum(noise(N, 1), axis=0)
    assert channel_features(white)[row, 0] == pytest.approx(0.0, abs=0.25)
    # Power falls as f⁻²: by 2 ln 2 an octave.
    assert channel_features(brown)[row, 0] == pytest.approx(-2 * math.log(2), abs=0.45)


def test_a_step_in_level_and_a_step_in_spread_are_seen_by_their_own_features():
    quiet = named(noise(N, 1))
    jump = noise(N, 1)
    jump[N // 2 :] += 5
    burst = noise(N, 1)
    burst[N // 2 :] *= 4
    assert named(jump)["mean_shift"] == pytest.approx(math.log1p(5), abs=0.1)
    assert named(jump)["mean_break"] > 3 * quiet["mean_break"]
    assert named(burst)["variance_trend"] == pytest.approx(math.log(16), abs=0.3)
    assert named(burst)["mean_shift"] < 0.3


def test_the_reference_window_is_compared_with():
    values = noise(2 * N, 2)
    values[N:] += 6
    assert named(values)["reference_shift"] == pytest.approx(math.log1p(6), abs=0.1)
    assert named(values[N:])["reference_shift"] == 0.0


@given(
    st.floats(1e-6, 1e6),
    st.floats(-1e3, 1e3),
    st.permutations(range(4)),
)
@settings(max_examples=20)
def test_units_and_channel_order_do_not_matter(scale, offset, order):
    values = np.column_stack([logistic(3.9, 200), *noise(3, 200)])
    changed = (scale * values + scale * offset)[:, order]
    np.testing.assert_allclose(measured(changed), measured(values), rtol=1e-3, atol=1e-3)


@given(st.integers(LEAST, 900), st.integers(1, 40), st.integers(0, 10**6))
@settings(max_examples=25)
def test_features_are_finite(rows, columns, seed):
    random = np.random.default_rng(seed)
    values = random.standard_normal((rows, columns)) * 10.0 ** random.integers(-9, 9)
    values[random.random(values.shape) < 0.1] = np.nan
    window = to_window(values)
    assert window is not None
    assert np.isfinite(measure(window)).all()


def test_too_little_is_no_window():
    assert to_window(noise(LEAST - 1, 3)) is None
    assert to_window(np.ones((200, 2))) is None
    assert to_window(np.empty((200, 0))) is None
    assert to_window(np.full((200, 2), np.nan)) is None


def test_a_channel_that_is_mostly_missing_or_flat_is_left_out():
    values = noise(200, 3)
    values[:80, 1] = np.nan
    values[:, 2] = 7.0
    window = to_window(values)
    assert window is not None
    assert window.recent.shape == (200, 1)


def test_a_field_of_many_cells_becomes_its_leading_patterns():
    pattern = noise(1, 5000, seed=1)
    time = np.sin(2 * np.pi * np.arange(200) / 11)[:, None]
    window = to_window(time * pattern + 0.01 * noise(200, 5000))
    assert window is not None
    assert window.recent.shape[1] <= 12
    strongest = np.abs(np.corrcoef(window.recent.T, time.ravel())[-1, :-1]).max()
    assert strongest > 0.999


def test_a_wide_table_has_the_same_parts_whichever_side_is_longer():
    random = np.random.default_rng(4)
    few = np.cumsum(random.normal(size=(120, 3)), axis=0)
    wide = few @ random.normal(size=(3, 40)) + 0.01 * random.normal(size=(120, 40))
    # More columns than rows, of the same content: every column four times.
    wider = np.tile(wide, (1, 4))
    one, other = to_window(wide), to_window(wider)
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(np.abs(one.recent[:, -3:]), np.abs(other.recent[:, -3:]), atol=1e-6)
