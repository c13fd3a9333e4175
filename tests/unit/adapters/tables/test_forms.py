"""One truth written in many ways is read as one."""

import bz2
import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from industriverse.adapters.tables import TableReader
from industriverse.kernel.ports import ReadOptions
from industriverse.kernel.signals import Signals

N = 60
START = 1767225600.0
"""2026-01-01T00:00:00Z"""
FLOW = np.round(10 + 3 * np.sin(np.arange(N) / 7), 3)
HEAT = np.round(100 + np.cos(np.arange(N) / 5), 2)
TIMES = np.datetime64("2026-01-01T00:00:00") + np.arange(N) * np.timedelta64(3600, "s")
PARTS = [(t.astype(object).timetuple(), f, h) for t, f, h in zip(TIMES, FLOW, HEAT, strict=True)]


def lines(time: str, sep: str = ",", comma: bool = False) -> list[str]:
    rows = []
    for t, f, h in PARTS:
        stamp = time.format(
            y=t.tm_year, m=t.tm_mon, d=t.tm_mday, H=t.tm_hour, M=t.tm_min, S=t.tm_sec,
            h12=(t.tm_hour - 1) % 12 + 1, half="PM" if t.tm_hour >= 12 else "AM",
            name=("Jan", "Feb", "Mar")[t.tm_mon - 1], yy=t.tm_year % 100, h1=t.tm_hour + 1,
        )  # fmt: skip
        cells = f"{f}{sep}{h}".replace(".", ",") if comma else f"{f}{sep}{h}"
        rows.append(f"{stamp}{sep}{cells}")
    return rows


def table(time: str, sep: str = ",", comma: bool = False, header: str = "time,flow,heat") -> str:
    return "\n".join([header.replace(",", sep), *lines(time, sep, comma)]) + "\n"


ISO = table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02}")
FORMS = {
    "ISO": ISO,
    "ISO with T and Z": table("{y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}Z"),
    "milliseconds": table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02}.000"),
    "fraction with a comma": table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02},000", ";"),
    "slashes, year first": table("{y}/{m}/{d} {H}:{M:02}"),
    "day first": table("{d:02}/{m:02}/{y} {H:02}:{M:02}"),
    "day first with dots": table("{d:02}.{m:02}.{y} {H:02}:{M:02}:{S:02}", ";", comma=True),
    "month first": table("{m}/{d}/{y} {H}:{M:02}:{S:02}"),
    "half days": table("{m}/{d}/{y} {h12}:{M:02}:{S:02} {half}"),
    "two-digit year": table("{d:02}/{m:02}/{yy:02} {H:02}"),
    "month by name": table("{d}-{name}-{y} {H:02}:{M:02}"),
    "log file": table("{d:02}/{name}/{y}:{H:02}:{M:02}:{S:02} +0000"),
    "compact": table("{y}{m:02}{d:02}{H:02}{M:02}{S:02}"),
    "dots all the way": table("{y}.{m:02}.{d:02}.{H:02}.{M:02}.{S:02}"),
    "named zone": table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02} UTC"),
    "date and hour apart": table(
        "{d:02}/{m:02}/{y};{H:02}.{M:02}.{S:02}", ";", comma=True, header="Date,Time,flow,heat"
    ),
    "date and clock apart": table(
        "{y}-{m:02}-{d:02},{H:02}:{M:02}:{S:02}", header="date,hour,flow,heat"
    ),
    "date and number of the hour": table("{y}-{m:02}-{d:02},{H}", header="date,hour,flow,heat"),
    "parts of the date": table("{y},{m},{d},{H}", header="year,month,day,hour,flow,heat"),
    "semicolons": table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02}", ";"),
    "decimal comma": table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02}", ";", comma=True),
    "tabs": table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02}", "\t"),
    "bars": table("{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02}", "|"),
    "blanks": table("{y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}", " ").replace(" ", "   "),
    "quotes": '"time","flow","heat"\n'
    + "".join('"' + '","'.join(r.split(",")) + '"\n' for r in ISO.splitlines()[1:]),
    "decimal comma in quotes": '"time","flow","heat"\n'
    + "".join(
        f'{r.split(",")[0]},"{r.split(",")[1]}","{r.split(",")[2]}"\n'.replace(".", ",")
        for r in ISO.splitlines()[1:]
    ),
    "carriage returns": ISO.replace("\n", "\r\n"),
    "trailing delimiter": ISO.replace("\n", ",\n"),
    "comments above": "# plant 7\n# made by a logger\n" + ISO,
    "title above": "Plant 7\nReport of January\n\n" + ISO,
    "units under the header": ISO.replace("heat\n", "heat\n,m3/h,degC\n", 1),
    "a torn last line": ISO + "2026-01-03 12:00:00,10.0\n",
    "a footer": ISO + "Total,10.0,20.0\n",
}
CODINGS = {
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "Latin-1": lambda text: text.replace("heat", "wärme").encode("latin-1"),
}
PACKINGS = {".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstandard.compress}


def read(path: Path, **options) -> Signals:
    signals = TableReader().read(path, ReadOptions(**options)).observation
    assert isinstance(signals, Signals)
    return signals


def assert_truth(signals: Signals):
    assert signals.absolute
    assert signals.start_s == START
    assert signals.step_s == 3600
    np.testing.assert_allclose(signals.values[:N], np.stack([FLOW, HEAT], axis=1))


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_text_is_the_same_recording(form, tmp_path):
    path = tmp_path / "plant.csv"
    path.write_bytes(FORMS[form].encode())
    assert_truth(read(path))


@pytest.mark.parametrize("coding", CODINGS)
def test_each_encoding_is_the_same_recording(coding, tmp_path):
    path = tmp_path / "plant.csv"
    path.write_bytes(CODINGS[coding](ISO))
    signals = read(path)
    assert_truth(signals)
    assert signals.names[1] in {"heat", "wärme"}


@pytest.mark.parametrize("suffix", PACKINGS)
def test_each_packing_is_the_same_recording(suffix, tmp_path):
    path = tmp_path / f"plant.csv{suffix}"
    path.write_bytes(PACKINGS[suffix](ISO.encode()))
    assert_truth(read(path))


def records():
    return [
        {"time": str(t), "flow": float(f), "heat": float(h)}
        for t, f, h in zip(TIMES, FLOW, HEAT, strict=True)
    ]


def test_json_forms_are_the_same_recording(tmp_path):
    columns = {"time": [str(t) for t in TIMES], "flow": FLOW.tolist(), "heat": HEAT.tolist()}
    nested = [
        {"time": r["time"], "values": {"flow": r["flow"], "heat": r["heat"]}} for r in records()
    ]
    contents = {
        "a.jsonl": "\n".join(json.dumps(r) for r in records()),
        "b.json": json.dumps(records(), indent=1),
        "c.json": json.dumps(columns),
        "d.json": json.dumps({"plant": 7, "data": records()}),
        "e.jsonl": "\n".join(json.dumps(r) for r in nested),
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
        assert_truth(read(tmp_path / name))


def test_parquet_is_the_same_recording_and_keeps_units(tmp_path):
    flow = pa.field("flow", pa.float32(), metadata={"unit": "m3/h"})
    schema = pa.schema([pa.field("time", pa.timestamp("ms")), flow, pa.field("heat", pa.float64())])
    columns = [
        pa.array(TIMES.astype("datetime64[ms]")),
        pa.array(FLOW, pa.float32()),
        pa.array(HEAT),
    ]
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), tmp_path / "plant.parquet")
    signals = read(tmp_path / "plant.parquet")
    np.testing.assert_allclose(signals.values, np.stack([FLOW, HEAT], axis=1), rtol=1e-6)
    assert signals.units == {"flow": "m3 h-1", "heat": ""}


def test_a_long_table_becomes_wide(tmp_path):
    rows = ["time,tag,value,unit"]
    for t, f, h in zip(TIMES, FLOW, HEAT, strict=True):
        rows += [f"{t},flow,{f},m3/h", f"{t},heat,{h},degC"]
    (tmp_path / "plant.csv").write_text("\n".join(rows))
    signals = read(tmp_path / "plant.csv")
    assert_truth(signals)
    assert signals.units == {"flow": "m3 h-1", "heat": "degC"}


@pytest.mark.parametrize("scale", [1, 10**3, 10**6, 10**9])
def test_unix_time_in_any_unit(scale, tmp_path):
    rows = [
        f"{(1767225600 + 3600 * i) * scale},{f},{h}"
        for i, (f, h) in enumerate(zip(FLOW, HEAT, strict=True))
    ]
    (tmp_path / "plant.csv").write_text("timestamp,flow,heat\n" + "\n".join(rows))
    assert_truth(read(tmp_path / "plant.csv"))


def test_zones_become_utc(tmp_path):
    (tmp_path / "plant.csv").write_text(table("{y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}+05:30"))
    assert read(tmp_path / "plant.csv").start_s == START - 5.5 * 3600


def test_hour_twenty_four_is_the_next_midnight(tmp_path):
    rows = [
        f"{1 + i // 24:02}/01/2026 {i % 24 + 1:02}:00,{f},{h}"
        for i, (f, h) in enumerate(zip(FLOW, HEAT, strict=True))
    ]
    (tmp_path / "plant.csv").write_text("time,flow,heat\n" + "\n".join(rows))
    signals = read(tmp_path / "plant.csv")
    assert signals.start_s == START + 3600
    assert signals.step_s == 3600
    assert len(signals.values) == N


def test_without_header_and_time_there_are_counted_channels(tmp_path):
    (tmp_path / "plant.csv").write_text(
        "".join(f"{f},{h}\n" for f, h in zip(FLOW, HEAT, strict=True))
    )
    signals = read(tmp_path / "plant.csv")
    assert signals.names == ("c1", "c2")
    assert (signals.start_s, signals.step_s, signals.absolute) == (0.0, 1.0, False)
    np.testing.assert_array_equal(signals.values, np.stack([FLOW, HEAT], axis=1))


def test_elapsed_time_uses_its_unit(tmp_path):
    rows = [f"{i * 0.5},{f}" for i, f in enumerate(FLOW)]
    (tmp_path / "plant.csv").write_text("time [min],flow\n" + "\n".join(rows))
    signals = read(tmp_path / "plant.csv")
    assert (signals.step_s, signals.absolute) == (30.0, False)


def test_units_come_from_header_sidecar_and_option_in_rising_order(tmp_path):
    (tmp_path / "plant.csv").write_text(ISO.replace("flow,heat", "flow [m3/h],heat [K]"))
    assert read(tmp_path / "plant.csv").units == {"flow": "m3 h-1", "heat": "K"}
    (tmp_path / "plant.units.toml").write_text('heat = "degC"\n')
    assert read(tmp_path / "plant.csv").units == {"flow": "m3 h-1", "heat": "degC"}
    told = read(tmp_path / "plant.csv", units=(("heat", "degF"),))
    assert told.units == {"flow": "m3 h-1", "heat": "degF"}


def test_missing_marks_become_nan_and_are_said(tmp_path):
    body = ISO.splitlines()
    for row, mark in ((5, "NA"), (6, "?"), (7, ""), (8, "null"), (9, "-9999"), (10, "Bad Input")):
        time, _, heat = body[row].split(",")
        body[row] = f"{time},{mark},{heat}"
    (tmp_path / "plant.csv").write_text("\n".join(body))
    result = TableReader().read(tmp_path / "plant.csv", ReadOptions())
    assert isinstance(result.observation, Signals)
    values = result.observation.values
    assert np.flatnonzero(np.isnan(values[:, 0])).tolist() == [4, 5, 6, 7, 8, 9]
    said = " ".join(result.warnings)
    assert "'Bad Input'" in said
    assert "line 11" in said
    assert "-9999" in said


def test_labels_identifiers_and_constants_are_set_apart_unless_asked_for(tmp_path):
    extra = ["id,time,flow,heat,fault,site,depth"]
    extra += [f"{i + 1},{row},{i % 2},A,7" for i, row in enumerate(ISO.splitlines()[1:])]
    (tmp_path / "plant.csv").write_text("\n".join(extra))
    result = TableReader().read(tmp_path / "plant.csv", ReadOptions())
    assert result.reported == ("flow", "heat")
    said = " ".join(result.warnings)
    for name in ("id", "fault", "site", "depth"):
        assert name in said
    asked = TableReader().read(tmp_path / "plant.csv", ReadOptions(variables=("fault",)))
    assert asked.reported == ("fault",)


def test_an_ambiguous_date_is_warned_about(tmp_path):
    rows = [f"0{1 + i // 24}/01/2026 {i % 24:02}:00,{f}" for i, f in enumerate(FLOW)]
    (tmp_path / "plant.csv").write_text("time,flow\n" + "\n".join(rows))
    result = TableReader().read(tmp_path / "plant.csv", ReadOptions())
    assert any("day or month comes first" in warning for warning in result.warnings)


def test_two_decimal_commas_a_row_are_not_delimiters(tmp_path):
    path = tmp_path / "anlage.csv"
    rows = [f"{d:02d}.01.2024 {h:02d}:00;{d},{h};1.2{h:02d},5" for d in (1, 2) for h in range(24)]
    path.write_text("\n".join(["Zeit;Temperatur [°C];Leistung [kW]", *rows]), encoding="latin-1")
    signals = read(path)
    assert [channel.name for channel in signals.channels] == ["Temperatur", "Leistung"]
    assert signals.step_s == 3600
    np.testing.assert_allclose(signals.values[:3, 1], [1200.5, 1201.5, 1202.5])
    assert signals.values[25, 0] == pytest.approx(2.1)
