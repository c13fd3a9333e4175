"""Which magnitudes are computed with, and which are refused by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.kernel.errors import InputError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.signals import Channel, Signals
from industriverse.services.magnitudes import LARGEST, SMALLEST, refuse_extremes


def signals(*columns):
    names = [f"tag_{i}" for i in range(len(columns))]
    channels = tuple(Channel(name, "") for name in names)
    return Signals(0.0, 1.0, np.column_stack(columns).astype(float), channels)


@pytest.mark.parametrize("size", [1e61, 1e300, -1e61, 1e-61, -1e-300, 5e-324])
def test_a_channel_beyond_the_range_is_named(size):
    with pytest.raises(InputError, match="tag_1") as refused:
        refuse_extremes(signals([1.0, 2.0, 3.0], [0.0, size, np.nan]))
    assert refused.value.context["channel"] == "tag_1"
    assert f"{abs(size):.3g}" in refused.value.message


@given(st.floats(SMALLEST, LARGEST), st.sampled_from([1.0, -1.0]))
def test_everything_between_passes(size, sign):
    refuse_extremes(signals([0.0, sign * size, np.nan], [0.0, 0.0, 0.0], [np.nan] * 3))


def test_a_tiny_reading_beside_a_usual_one_is_no_reason():
    refuse_extremes(signals([1e-300, 1.0, 0.0]))


def test_a_field_is_refused_by_its_variable():
    grid = Grid((2, 2), (1.0, 1.0), ("y", "x"), ("m", "m"), ("open", "open"))
    frames = np.full((4, 2, 2), 1e200)
    observed = Trajectory({"t": frames}, {"t": "K"}, grid, 0.0, 1.0)
    with pytest.raises(InputError, match="'t'"):
        refuse_extremes(observed)
