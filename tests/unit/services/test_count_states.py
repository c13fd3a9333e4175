"""The counts that every stream starts from."""

import json

import numpy as np
import pytest

from industriverse.engines.regimes import LABELS
from industriverse.engines.regimes.statistical import STATES
from industriverse.engines.simulation.known_regimes import Known
from industriverse.kernel.errors import UnavailableError
from industriverse.services import count_states
from industriverse.services.count_states import shipped_counts, starting_counts


def test_a_common_regime_weighs_no_more_and_a_row_at_most_fifty():
    counts = np.zeros((2, 4))
    counts[0] = [300, 30, 30, 30]
    counts[1] = [0, 0, 0, 10]
    started = starting_counts(counts)
    assert started[0].sum() == pytest.approx(50)
    np.testing.assert_allclose(started[0, 1:], started[0, 0] * np.array([1, 1, 0.75]))
    # 400 records as if 100 of each regime; the row's 25 of these are below the limit.
    assert started[1].tolist() == [0, 0, 0, 25]


def test_every_record_is_counted_once_in_its_state():
    time = np.arange(300.0)[:, None]
    records = [Known(np.sin(0.3 * time), "stable", "wave"), Known(time[:30], "chaotic", "short")]
    counts = count_states.count_states(records)
    assert counts.sum() == 2
    assert counts.sum(axis=0).tolist() == [1, 0, 1, 0]
    assert counts[STATES.index("its pattern has not changed, and no forecast has come due"), 2] == 1


def test_the_shipped_table_speaks_of_this_version_s_states():
    assert shipped_counts().shape == (len(STATES), len(LABELS))
    unlike = STATES.index("it is unlike anything before, and errors of its forecasts rise")
    assert shipped_counts()[unlike].argmax() == LABELS.index("phase_change")


def test_another_version_s_table_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "regimes"
    folder.mkdir()
    monkeypatch.setattr(count_states, "models_folder", lambda: tmp_path)
    with pytest.raises(UnavailableError, match="cannot be read"):
        shipped_counts.__wrapped__()
    table = {"states": ["other"], "labels": list(LABELS), "counts": [[1, 1, 1, 1]]}
    (folder / count_states.FILE).write_text(json.dumps(table))
    with pytest.raises(UnavailableError, match="other states"):
        shipped_counts.__wrapped__()
