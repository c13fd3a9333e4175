"""The benchmark on real fields: what has skill is told from what has none, rivals are strong."""

from pathlib import Path

import numpy as np
import pytest

from industriverse.services.bench._sets import HOUR_S, ReferenceSet, read_set
from industriverse.services.bench.real_fields import SETS, FieldSet, scored

DATA = Path(__file__).parents[4] / "shared" / "data"
HOURLY = FieldSet(ReferenceSet("drawn", "drawn.nc", HOUR_S), 24)


YEARLY = FieldSet(ReferenceSet("drawn", "drawn.nc", 365.25 * 24 * HOUR_S))


def drawn(rows, share, swing=5.0, seed=0):
    """Return 40 cells under one daily cycle, each with an anomaly that fades by `share` an hour."""
    random = np.random.default_rng(seed)
    anomaly = np.zeros((rows, 40))
    for row in range(1, rows):
        anomaly[row] = share * anomaly[row - 1] + random.normal(size=40)
    return anomaly + swing * np.sin(2 * np.pi * np.arange(rows) / 24)[:, None]


def test_skill_is_that_of_the_anomaly_and_not_of_the_cycle():
    one, six = scored(HOURLY, drawn(400, 0.9))
    # The best there is leaves 1 − 0.9² of an anomaly's variance one hour ahead, 1 − 0.9¹² six.
    assert one["skill"] == pytest.approx(0.81, abs=0.05)
    assert six["skill"] == pytest.approx(0.9**12, abs=0.12)
    assert one["verdict"] == "skill"
    assert one["skill_damped_anomaly"] == pytest.approx(one["skill"], abs=0.05)
    assert one["over_best"] == pytest.approx(1.0, abs=0.06)


def test_white_noise_has_no_skill_and_the_row_says_so():
    for row in scored(YEARLY, drawn(400, 0.0, swing=0.0)):
        assert row["verdict"] == "no skill"
        assert row["skill"] < 0.1
        assert row["skill_last_anomaly"] < -0.5


def test_a_lead_without_enough_forecasts_is_left_out():
    assert [row["lead"] for row in scored(HOURLY, drawn(52, 0.9))] == [1]


@pytest.mark.skipif(not DATA.is_dir(), reason="the reference data are not here")
def test_hourly_reanalysis_is_forecast_better_than_by_what_is_hard_to_beat():
    reanalysis = SETS[0]
    one, six = scored(reanalysis, read_set(reanalysis.reference, DATA))
    assert (one["verdict"], six["verdict"]) == ("skill", "skill")
    assert one["over_best"] < 0.95
    assert six["over_best"] < 0.90
