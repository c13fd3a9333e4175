"""The regimes benchmark: baselines, scores, peers' record and streams, on planted cases."""

import json
import math

import numpy as np
import pytest

from industriverse.engines.regimes.stream import Anomaly, ChangePoint, StreamReport
from industriverse.services.bench import BenchSettings, _regime_baselines, _regime_peers
from industriverse.services.bench._regime_baselines import (
    bayesian,
    binary_segmentation,
    drawn,
    hotelling,
    hotelling_and_residual,
    nothing,
    pelt,
    windowed_gaussian,
)
from industriverse.services.bench._regime_peers import (
    proofs_folder,
    published_figures,
    recorded_peers,
)
from industriverse.services.bench._regime_scores import (
    score_annotated,
    score_marked,
    score_nab,
    score_peaks,
    score_skab,
)
from industriverse.services.bench._regime_sets import (
    AnnotatedSeries,
    MarkedSeries,
    RunSeries,
    WindowedSeries,
)
from industriverse.services.bench._stream_delay import delays, oracle_delays, oracle_limit, shifted
from industriverse.services.bench._stream_null import NULLS, false_alarms, upper_limit
from industriverse.services.bench._stream_speed import speeds
from industriverse.services.bench.regimes import SETS, Size, run


def noise(samples, channels=1, seed=0):
    return np.random.default_rng(seed).standard_normal((samples, channels))


def report(samples, changes=(), anomalies=(), scores=None):
    return StreamReport(
        samples,
        tuple(ChangePoint(index, detected, 0.9) for index, detected in changes),
        tuple(Anomaly(start, end, 0.9) for start, end in anomalies),
        np.zeros(samples) if scores is None else scores,
    )


def test_the_windowed_gaussian_is_the_benchmarks_own_rule():
    values = noise(6_700, seed=3)
    values[6_650] += 4.0
    scores = windowed_gaussian(values, 0).scores
    for row, window in [
        (5, (0, 5)),
        (6_400, (0, 6_400)),
        (6_499, (0, 6_400)),
        (6_650, (200, 6_600)),
    ]:
        known = values[slice(*window), 0]
        away = abs(values[row, 0] - known.mean()) / known.std()
        assert scores[row] == pytest.approx(1 - 0.5 * math.erfc(away / math.sqrt(2)), abs=1e-9)
    assert scores[0] == 0.0
    assert scores[6_650] > 0.9999


@pytest.mark.parametrize("chart", [hotelling, hotelling_and_residual])
def test_the_charts_mark_what_leaves_the_learning_part(chart):
    values = noise(700, 4)
    values[:, 3] = values[:, 0] + 0.01 * values[:, 3]
    values[550:650, 1] += 12.0
    found = chart(values, 400)
    ((start, end),) = [(one.start, one.end) for one in found.anomalies]
    assert (550 <= start <= 554, 650 <= end <= 654) == (True, True)
    assert [change.index for change in found.change_points] == [start, end]
    assert found.scores[400:500].max() < 0.5 < found.scores[600]


@pytest.mark.parametrize("method", [bayesian, pelt, binary_segmentation])
def test_change_methods_find_a_planted_shift_and_no_other(method):
    if method is not bayesian:
        pytest.importorskip("ruptures")
    values = noise(300)
    values[180:] += 5.0
    (change,) = method(values, 0).change_points
    assert change.index == 180
    assert (change.detected < 190) == (method is bayesian)
    assert method(noise(200, seed=5), 0).change_points == ()


def test_some_methods_know_nothing():
    assert nothing(noise(9), 0).change_points == ()
    np.testing.assert_array_equal(drawn(1)(noise(9), 0).scores, drawn(1)(noise(9), 0).scores)


def test_nab_sweeps_one_threshold_over_the_files():
    scores = np.zeros(1000)
    scores[400] = 0.7
    series = [WindowedSeries(name, np.zeros((1000, 1)), 0, [(400, 499)]) for name in "ab"]
    scored = score_nab(series, [report(1000, scores=scores), report(1000)])
    assert scored.each == [{"raw": pytest.approx(1.0)}, {"raw": -1.0}]
    assert scored.together["standard"] == pytest.approx(50.0)
    assert scored.together["threshold"] == 0.7


def skab_run():
    truth = np.zeros(1000, bool)
    truth[500:700] = True
    return RunSeries("r", np.zeros((1000, 1)), 400, truth, 2.0 * np.arange(1000), [500, 700])


def test_skab_scores_places_and_beside_them_the_time_they_were_said():
    found = report(1000, [(100, 110), (500, 515), (700, 745)], [(350, 360), (600, 800)])
    together = score_skab([skab_run()], [found]).together
    assert together["standard"] == pytest.approx(100.0)
    assert (together["missed"], together["false"]) == (0, 0)
    assert together["at_detection"] == pytest.approx(
        score_skab([skab_run()], [report(1000, [(515, 0), (745, 0)])]).together["standard"]
    )
    assert (together["delay_s"], together["said_after"]) == (30.0, 15.0)
    assert together["f1"] == pytest.approx(200 / 400)
    assert together["false_alarm_rate"] == pytest.approx(100 / 400)
    assert together["missing_alarm_rate"] == pytest.approx(0.5)


def test_annotated_series_of_one_channel_and_of_several_are_averaged_apart():
    one = AnnotatedSeries("river", np.zeros((100, 1)), 0, {"6": [50], "7": [50]})
    control = AnnotatedSeries("quality_control_1", np.zeros((100, 1)), 0, {"6": []})
    many = AnnotatedSeries("steps", np.zeros((100, 2)), 0, {"6": [20]})
    found = [report(100, [(52, 60)]), report(100), report(100)]
    scored = score_annotated([one, control, many], found)
    hit = (50 * 50 / 52 + 50 * 48 / 50) / 100
    assert [figures["cover"] for figures in scored.each] == pytest.approx([hit, 1.0, 0.68])
    assert scored.together["cover"] == pytest.approx((hit + 1) / 2)
    assert scored.together["measured_cover"] == pytest.approx(hit)
    assert scored.together["multivariate_cover"] == pytest.approx(0.68)
    assert scored.together["multivariate_f1"] == pytest.approx(2 / 3)
    assert (scored.together["delay"], scored.together["said_after"]) == (10.0, 8.0)
    alone = score_annotated([one], [report(100)]).together
    assert set(alone) == {"cover", "f1", "delay", "said_after"}
    assert alone["delay"] is None


def test_marked_series_count_peaks_ranks_and_ranges_after_the_learning_part():
    truth = np.zeros(1000, bool)
    truth[500:510] = True
    series = MarkedSeries("m", np.zeros((1000, 1)), 200, truth)
    scores = np.zeros(1000)
    scores[[100, 420]] = 0.9, 0.5
    found = report(1000, anomalies=[(90, 110), (505, 600), (700, 710)], scores=scores)
    assert score_peaks([series], [found]).together["found"] == 1.0
    together = score_marked([series], [found]).together
    assert (together["precision"], together["recall"]) == (0.5, 1.0)
    assert together["false_per_1000"] == pytest.approx(1000 / 800)
    sound = MarkedSeries("s", np.zeros((1000, 1)), 0, np.zeros(1000, bool))
    quiet = score_marked([sound], [found]).together
    assert (quiet["auc_pr"], quiet["f1"], quiet["false_per_1000"]) == (None, None, 3.0)


def test_a_record_of_peers_is_scored_where_it_is_whole(tmp_path):
    series = [AnnotatedSeries(name, np.zeros((100, 1)), 0, {"6": [50]}) for name in "ab"]
    lines = [
        {"set": "tcpd", "file": "a", "by": "river 1 X", "seconds": 0.1, "changes": [[50, 55]]},
        {"set": "tcpd", "file": "b", "by": "river 1 X", "seconds": 0.2, "changes": []},
        {"set": "tcpd", "file": "a", "by": "half", "seconds": 0.2, "changes": []},
        {"set": "ucr_anomaly", "file": "a", "by": "river 1 Y", "seconds": 1.0, "peak": 7},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / _regime_peers.PEERS).write_text(text, "utf-8")
    ((by, (first, second)),) = recorded_peers("tcpd", series, tmp_path).items()
    assert (by, first.seconds, second.changes) == ("river 1 X", 0.1, [])
    assert first.report(100).change_points == (ChangePoint(50, 55, 0.5),)
    ((peak,),) = recorded_peers("ucr_anomaly", series[:1], tmp_path).values()
    assert int(np.argmax(peak.report(100).scores)) == 7
    assert recorded_peers("tssb", series, tmp_path) == {}
    assert recorded_peers("tcpd", series, tmp_path / "none") == {}


def test_published_figures_are_those_of_as_many_files(tmp_path):
    line = {"set": "nab", "by": "x", "files": 2, "figures": {"standard": 1.0}}
    (tmp_path / _regime_peers.PUBLISHED).write_text(json.dumps(line) + "\n", "utf-8")
    swept = {"detector": "y", "profile": "standard", "files_here": 2, "here": 3.0, "published": 4}
    again = {key: value for key, value in swept.items() if key != "published"}
    text = "".join(json.dumps(one) + "\n" for one in (swept, {**again, "detector": "again"}))
    (tmp_path / _regime_peers.SWEEPER).write_text(text, "utf-8")
    expected = {"x": {"standard": 1.0}, "y": {"standard": 3.0}}
    assert published_figures("nab", 2, tmp_path) == expected
    assert published_figures("nab", 3, tmp_path) == {}
    assert published_figures("tssb", 2, tmp_path) == {}


def test_the_record_holds_our_sweeper_to_the_published_scores():
    lines = (proofs_folder() / _regime_peers.SWEEPER).read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("published") is not None]
    assert {row["detector"] for row in rows} >= {"numenta", "windowedGaussian", "knncad", "ARTime"}
    for row in rows:
        assert (row["files"], row["files_here"]) == (58, 26)
        assert row["at_published_threshold"] == pytest.approx(row["published"], abs=1e-6)
        assert row["ours"] >= row["published"] - 1e-6
    standard = [row for row in rows if row["profile"] == "standard"]
    same = [row for row in standard if row["ours"] == pytest.approx(row["published"], abs=1e-6)]
    assert len(same) >= len(standard) - 2


def counting(values, *, false_alarms=0.01):
    """Announce a change every 1/rate samples."""
    step = round(1 / false_alarms)
    return report(len(values), [(row, row) for row in range(step - 1, len(values), step)])


def rated(values, rate):
    return counting(values, false_alarms=rate)


def test_false_alarms_are_counted_with_the_limit_that_their_number_allows():
    assert upper_limit(0, 100.0) == pytest.approx(-math.log(0.05) / 100)
    assert upper_limit(3, 1.0) == pytest.approx(7.754, abs=1e-3)
    rows = false_alarms(rated, (0.01, 0.001), 2, 1000, 0)
    assert [row["stream"] for row in rows] == [kind for kind in NULLS for _ in range(2)]
    assert [row["count"] for row in rows[:2]] == [20, 2]
    assert [row["over_asked"] for row in rows] == pytest.approx([1.0] * 8)


def test_streams_without_a_change_are_what_their_names_say():
    drawn_of = {kind: draw(np.random.default_rng(0), 40_000) for kind, draw in NULLS.items()}
    assert drawn_of["normal"].std() == pytest.approx(1.0, abs=0.02)
    assert np.abs(drawn_of["Student t, 3 degrees"]).max() > 8
    path = drawn_of["AR(1), 0.7"]
    assert np.corrcoef(path[1:], path[:-1])[0, 1] == pytest.approx(0.7, abs=0.02)
    swing = drawn_of["season of 96"]
    assert np.corrcoef(swing[96:], swing[:-96])[0, 1] == pytest.approx(2 / 3, abs=0.02)


@pytest.mark.parametrize("rate", [1e-2, 1e-3])
def test_the_oracle_keeps_the_rate_that_is_asked_for(rate):
    limit, sums, alarms = oracle_limit(rate), np.zeros(400), 0
    for samples in noise(5_000, 400):
        sums = np.maximum(sums + samples - 0.5, 0.0)
        alarms += int((sums >= limit).sum())
        sums[sums >= limit] = 0.0
    assert alarms / (5_000 * 400) == pytest.approx(rate, rel=0.08)


def test_delays_count_from_the_shift_and_a_missed_one_counts_as_all_the_time_left():
    (row,) = delays(rated, (1 / 300,), 5, 0)
    assert (row["ours_median"], row["ours_missed"]) == (199.0, 0.0)
    assert row["oracle_mean"] < 20
    (never,) = delays(rated, (1e-4,), 3, 0)
    assert (never["ours_mean"], never["ours_missed"]) == (2000.0, 1.0)
    found = oracle_delays(shifted(50, 1), 1e-3)
    assert all(delay is not None and 0 <= delay < 60 for delay in found)


def test_throughput_is_samples_over_seconds():
    rows = speeds(counting, (1_000, 2_000), 2, 0)
    assert [row["samples"] for row in rows] == [1_000, 2_000]
    for row in rows:
        assert row["samples_per_s"] * row["seconds"] == pytest.approx(row["samples"])
        assert row["us_per_sample"] * row["samples_per_s"] == pytest.approx(1e6)


def test_the_bench_scores_ours_beside_the_others_on_the_same_series(tmp_path, monkeypatch):
    monkeypatch.setattr(_regime_peers, "proofs_folder", lambda: tmp_path)
    monkeypatch.setattr(_regime_baselines, "has_ruptures", lambda: False)
    (tmp_path / "tcpd").mkdir()
    values = noise(300)
    values[180:] += 5.0
    raw = {"series": [{"raw": values[:, 0].tolist()}]}
    (tmp_path / "tcpd/step.json").write_text(json.dumps(raw), "utf-8")
    (tmp_path / "tcpd/annotations.json").write_text('{"step": {"6": [180]}}', "utf-8")

    def follow(values, *, false_alarms=0.01):
        del false_alarms
        return report(len(values), [(180, 190)])

    told: list[str] = []
    settings = BenchSettings(
        0,
        tmp_path,
        tmp_path,
        lambda text, share: told.append(text),
        lambda path: path,  # pyright: ignore[reportArgumentType]
    )
    size = Size(("tcpd",), (1_000,), (1e-2,), 1, 500, 2, known=0)
    found = run(settings, size, follow)
    metrics = found["metrics"]
    assert (metrics["tcpd_cover"], metrics["tcpd_f1"], metrics["tcpd_delay"]) == (1.0, 1.0, 10.0)
    assert metrics["false_alarms[normal, 0.01]"] == pytest.approx(1 / 500)
    assert metrics["shift[0.01]_missed"] == 1.0
    assert found["peers"]["BOCPD"]["tcpd_cover"] == 1.0
    assert found["peers"]["nothing"]["tcpd_f1"] == pytest.approx(2 / 3)
    assert found["ratios"]["tcpd_cover_over_best"] == 1.0
    of_all = [row["by"] for row in found["rows"] if row["file"] == "all"]
    assert of_all == ["stream", "nothing", "BOCPD"]
    absent = {row["by"]: row["note"] for row in found["rows"] if row["set"] == "all"}
    assert absent == {
        "ruptures": "not installed: make bench-peers",
        "claspy, river, stumpy": "not recorded: tests/regime_peers.py",
    }
    assert told == ["tcpd", "streams of our own"]
    assert {len(row) for row in found["rows"]} == {len(found["rows"][0])}


def test_every_set_has_its_own_name():
    assert len({one.name for one in SETS}) == len(SETS) == 9
