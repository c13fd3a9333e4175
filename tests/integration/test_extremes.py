"""Any finite input gives a forecast without a hole, or one sentence; never a warning."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import ReadOptions
from industriverse.services.predict import PredictRequest

ROWS = 60
CLOCK = np.arange(ROWS)
WAVE = np.sin(CLOCK / 5) + 0.1 * np.cos(1.7 * CLOCK**1.1)
SHAPES = {
    "wave": WAVE,
    "constant": np.ones(ROWS),
    "spike": np.where(CLOCK == ROWS // 2, 1.0, 0.0),
    "last": np.where(CLOCK == ROWS - 1, 1.0, 0.0),
    "step": np.where(CLOCK > ROWS // 2, 1.0, 1e-24),
    "growth": np.exp(CLOCK.astype(float)),
    "two": np.where(CLOCK % 2 == 0, 1.0, -1.0),
    "stuck": np.where(CLOCK < ROWS - 20, WAVE, WAVE[ROWS - 20]),
    "whole": 2.0**53 + CLOCK,
}
SIZES = [1e300, 1e100, 1e59, 1e16, 1.0, 1e-16, 1e-59, 1e-100, 1e-300]
RULES = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def scaled(shape, size):
    with np.errstate(over="ignore", under="ignore"):
        return np.clip(SHAPES[shape] * size, -1e305, 1e305)


def answer(platform, data):
    """Return the finite document, or the sentence of a refusal."""
    try:
        read = platform.read_object(data, ReadOptions(), name="made")
        document = platform.predict.run(PredictRequest(read, "made"), Context.fresh())
    except ContractError as refusal:
        return refusal.message
    for series in document.forecast.values.values():
        ends = zip(series.lower, series.mean, series.upper, strict=True)
        assert all(low is not None and low <= mean <= high for low, mean, high in ends)
    numbers = [check.value for check in document.proof.checks if check.value is not None]
    assert np.isfinite(numbers).all()
    return document


@RULES
@given(st.sampled_from(sorted(SHAPES)), st.sampled_from(SIZES), st.booleans())
def test_telemetry_of_any_size_is_answered_or_refused(platform, shape, size, beside):
    table = {"tag": scaled(shape, size)} | ({"other": WAVE} if beside else {})
    answer(platform, pl.DataFrame(table))


@RULES
@given(st.sampled_from(sorted(SHAPES)), st.sampled_from(SIZES), st.booleans())
def test_fields_of_any_size_are_answered_or_refused(platform, shape, size, uniform):
    pattern = np.ones((1, 5, 6)) if uniform else 1 + np.arange(30.0).reshape(1, 5, 6) / 30
    with np.errstate(over="ignore", under="ignore"):
        frames = scaled(shape, size)[:24, None, None] * pattern
    answer(platform, {"u": frames, "dt": 1.0, "dx": 1.0})


@RULES
@given(
    st.lists(st.floats(-1e59, 1e59, allow_subnormal=False), min_size=40, max_size=40),
)
def test_any_readings_are_answered_or_refused(platform, readings):
    answer(platform, pl.DataFrame({"tag": readings}))


@pytest.mark.parametrize("size", [1e-300, 1e-100])
def test_what_cannot_be_computed_with_is_refused_by_its_name(platform, size):
    refusal = answer(platform, pl.DataFrame({"tag": WAVE * size, "other": WAVE}))
    assert isinstance(refusal, str)
    assert "'tag'" in refusal


def test_what_no_sensor_reads_is_missing_and_said_so(platform):
    document = answer(platform, pl.DataFrame({"tag": WAVE * 1e70, "other": WAVE}))
    assert not isinstance(document, str)
    assert any("tag" in warning for warning in document.input.warnings)
