"""The labelled sets of the regimes benchmark, read from small folders of the same form."""

import gzip
import json
from typing import Any

import numpy as np
import pytest

from industriverse.kernel.errors import NotFoundError
from industriverse.services.bench import _regime_sets as sets


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", sets.READERS)
def test_a_set_that_is_not_there_is_said(name, tmp_path):
    with pytest.raises(NotFoundError, match="has no file") as refused:
        sets.READERS[name](tmp_path)
    assert "--data" in (refused.value.hint or "")


def test_nab_windows_become_rows(tmp_path):
    times = [f"2014-04-01 00:{minute:02}:00" for minute in range(6)]
    rows = "".join(f"{time},{value}\n" for value, time in enumerate(times))
    write(tmp_path, "nab/real/a.csv", "timestamp,value\n" + rows)
    edges = [[f"{times[1]}.000000", f"{times[3]}.000000"]]
    write(tmp_path, "nab/combined_windows.json", json.dumps({"real/a.csv": edges}))
    (series,) = sets.read_nab(tmp_path)
    assert (series.name, list(series.windows)) == ("real/a.csv", [(1, 3)])
    np.testing.assert_array_equal(series.values[:, 0], range(6))
    write(tmp_path, "nab/real/b.csv.gz", "timestamp,value\n" + rows)
    with pytest.raises(NotFoundError, match=r"'real/b.csv' has no labels"):
        sets.read_nab(tmp_path)


def test_skab_holds_times_marks_and_changes_and_leaves_out_the_sound_run(tmp_path):
    heads = ";".join(["datetime", *(f"s{i}" for i in range(8)), "anomaly", "changepoint"])
    rows = [
        f"2020-03-09 10:00:{second:02};{';'.join(['1.5'] * 8)};{mark};{change}"
        for second, mark, change in [(0, 0.0, 0.0), (1, 1.0, 1.0), (4, 1.0, 0.0)]
    ]
    write(tmp_path, "skab/valve1/0.csv", "\n".join([heads, *rows]))
    write(tmp_path, "skab/anomaly-free/anomaly-free.csv.gz", heads)
    (run,) = sets.read_skab(tmp_path)
    assert (run.name, run.trained, run.values.shape) == ("valve1/0", 400, (3, 8))
    assert run.seconds.tolist() == [0.0, 1.0, 4.0]
    assert (run.truth.tolist(), list(run.changes)) == ([False, True, True], [1])


def test_segmented_sets_hold_the_changes_of_each_annotator(tmp_path):
    annotations = {"two": {"6": [3], "7": []}}
    write(tmp_path, "tcpd/annotations.json", json.dumps(annotations))
    raw = {"series": [{"raw": [1, 2, 3, None]}, {"raw": [4, 5, 6, 7]}]}
    write(tmp_path, "tcpd/two.json", json.dumps(raw))
    (two,) = sets.read_tcpd(tmp_path)
    assert two.annotations == annotations["two"]
    np.testing.assert_array_equal(two.values, [[1, 4], [2, 5], [3, 6], [np.nan, 7]])

    write(tmp_path, "tssb/change_points.json", '{"Beef": {"window": 50, "change_points": [2]}}')
    np.savez(tmp_path / "tssb/series.npz", Beef=np.arange(4, dtype=np.float32))
    (beef,) = sets.read_tssb(tmp_path)
    assert (beef.name, beef.annotations, beef.values.shape) == ("Beef", {"known": [2]}, (4, 1))

    rows = [f'"{i}","2015-02-04 17:5{i}:00",23,27,426,721,0.004,{o}' for i, o in enumerate("0110")]
    heads = '"date","Temperature","Humidity","Light","CO2","HumidityRatio","Occupancy"'
    write(tmp_path, "occupancy/datatraining.txt.gz", "\n".join([heads, *rows]))
    (room,) = sets.read_occupancy(tmp_path)
    assert (room.annotations, room.values.shape) == ({"occupied": [1, 3]}, (4, 5))


def test_marked_sets_hold_what_is_learned_on_and_the_anomalies_after_it(tmp_path):
    text = "\n".join(str(float(i)) for i in range(12))
    write(tmp_path, "ucr_anomaly/001_UCR_Anomaly_dog_4_8_9.txt.gz", text)
    (dog,) = sets.read_ucr(tmp_path)
    assert (dog.trained, dog.ranges, len(dog.values)) == (4, [(8, 10)], 12)

    (tmp_path / "mba_ecg").mkdir()
    np.savez(
        tmp_path / "mba_ecg/MBA_ECG805.npz", value=np.arange(4.0), label=np.array([0, 1, 1, 0])
    )
    (heart,) = sets.read_mba(tmp_path)
    assert (heart.ranges, heart.values[:, 0].tolist()) == ([(1, 3)], [0, 1, 2, 3])

    labels = 'chan_id,spacecraft,anomaly_sequences,class,num_values\nM-6,MSL,"[[1, 2]]",[point],4\n'
    write(tmp_path, "smap_msl/labeled_anomalies.csv", labels)
    parts: dict[str, Any] = {
        "train__M-6": np.zeros((3, 2), np.float32),
        "test__M-6": np.ones((4, 2), np.float32),
    }
    np.savez(tmp_path / "smap_msl/msl.npz", **parts)
    (rover,) = sets.read_msl(tmp_path)
    assert (rover.trained, rover.ranges, rover.values.shape) == (3, [(4, 6)], (7, 2))

    write(tmp_path, "daphnet_gait/S06R02E0.csv.gz", "timestamp,a,b,is_anomaly\n0,1,2,0\n1,3,4,1\n")
    (walk,) = sets.read_daphnet(tmp_path)
    assert (walk.values.tolist(), walk.ranges) == ([[1, 2], [3, 4]], [(1, 2)])


def test_an_anomaly_that_begins_while_learning_is_scored_from_there_on():
    truth = np.array([False, True, True, True, False, True])
    series = sets.MarkedSeries("x", np.zeros((6, 1)), 2, truth)
    assert series.ranges == [(2, 4), (5, 6)]
