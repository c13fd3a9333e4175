"""The peers of the MicroAdapt benchmark, on streams whose answer is known."""

import json
from pathlib import Path

import numpy as np
import pytest

from industriverse.kernel.errors import NotFoundError
from industriverse.services.bench import BENCHES
from industriverse.services.bench._micro_peers import (  # pyright: ignore[reportPrivateUsage]
    filled,
    last_season,
    linear,
    mse,
    persistence,
)
from industriverse.services.bench._micro_sets import (  # pyright: ignore[reportPrivateUsage]
    GROUPS,
    HORIZON,
    Stream,
    read_stream,
    spaced,
)
from industriverse.services.bench.microadapt import (
    _score,  # pyright: ignore[reportPrivateUsage]
)

RECORD = Path("docs/proofs/microadapt-peers.jsonl")


def _waves(samples, noise=0.0):
    time = np.arange(samples)
    clean = np.stack([np.sin(0.2 * time), np.cos(0.2 * time)], axis=1)
    return clean + noise * np.random.default_rng(0).normal(size=clean.shape)


def test_the_linear_peer_is_exact_on_a_linear_system():
    table = _waves(1000)
    origins = spaced(699, 940, 20)
    paths, chosen = linear(table, 700, origins)
    assert mse(paths, table, origins) < 1e-6
    assert chosen["delays"] in {32, 96}


def test_the_linear_peer_sees_nothing_of_the_test_part():
    table = _waves(1000, 0.1)
    origins = np.array([699])
    other = table.copy()
    other[700:] = 99.0
    np.testing.assert_array_equal(linear(table, 700, origins)[0], linear(other, 700, origins)[0])


def test_naive_peers():
    table = np.arange(300.0)[:, None] % 7
    origins = np.array([100, 201])
    assert mse(last_season(table, origins, 7), table, origins) == 0.0
    assert (persistence(table, origins)[1] == table[201]).all()
    holed = np.array([[np.nan], [2.0], [np.nan]])
    assert filled(holed).ravel().tolist() == [0.0, 2.0, 2.0]


def test_a_missing_truth_is_left_out_of_the_error():
    table = np.zeros((100, 1))
    table[50] = np.nan
    assert mse(np.ones((1, HORIZON, 1)), table, np.array([20])) == 1.0


def test_origins_keep_an_odd_step_and_leave_room():
    found = spaced(700, 1000, 20)
    assert len(set(np.diff(found).tolist())) == 1
    assert np.diff(found)[0] % 2 == 1
    assert found[-1] < 1000


def test_a_row_holds_ours_beside_every_peer():
    table = _waves(1400, 0.05)
    row = _score(Stream("waves", "motion", table, 980, ()), {"ETS": 5.0})
    assert row["ratio"] == pytest.approx(
        max(row["mse"] / row["linear"], row["mse"] / row["persistence"], row["mse_there"] / 5.0)
    )
    assert row["mse"] < 0.01
    assert row["statistical"] == "ETS"
    assert row["seasonal_naive"] is None
    assert 0.6 < row["coverage_90"] <= 1.0


def test_the_bench_is_registered_and_a_missing_set_is_named(tmp_path):
    assert "microadapt" in BENCHES
    for name in ("ett_h1", "cnc_mill", "air_track"):
        with pytest.raises(NotFoundError, match=name):
            read_stream(name, tmp_path)


def test_the_record_of_ets_and_arima_is_of_our_sets():
    lines = [json.loads(line) for line in RECORD.read_text().splitlines()]
    known = {name for names in GROUPS.values() for name in names}
    assert {line["set"] for line in lines} <= known
    for line in lines:
        assert line["horizon"] == HORIZON
        assert {"ETS", "ARIMA"} <= set(line["peers"])
        assert all(peer["mse"] > 0 for peer in line["peers"].values())
