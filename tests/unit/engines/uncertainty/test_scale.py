"""Scales: what is known at an origin about the next error's size."""

import numpy as np
import pytest

from industriverse.engines.uncertainty import seasonal_guide


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_a_phase_of_large_errors_is_expected_to_be_large(missing):
    random = np.random.default_rng(5)
    delays = np.array([1, 3])
    bins = (np.arange(241)[:, None] + delays) % 4
    sizes = np.where(bins[:-1, :, None] == 2, 4.0, 1.0) * np.ones((240, 2, 3))
    sizes[random.random(sizes.shape) < missing] = np.nan
    guide = seasonal_guide(sizes, bins, delays)
    late = guide[200:]
    loud, quiet = bins[200:] == 2, bins[200:] != 2
    assert late[loud].min() > 3.0 * late[quiet].max()


def test_the_guide_knows_nothing_of_what_has_not_matured():
    random = np.random.default_rng(6)
    delays = np.array([1, 5])
    bins = (np.arange(61)[:, None] + delays) % 6
    sizes = np.abs(random.normal(size=(60, 2, 2)))
    changed = sizes.copy()
    changed[40:] *= 50
    one, other = (seasonal_guide(each, bins, delays) for each in (sizes, changed))
    for lead, delay in enumerate(delays):
        np.testing.assert_array_equal(one[: 40 + delay, lead], other[: 40 + delay, lead])
        assert (one[40 + delay :, lead] != other[40 + delay :, lead]).any()
