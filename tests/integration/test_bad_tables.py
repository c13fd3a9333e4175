"""Each kind of bad table gets one sentence: what, where, what to do."""

import bz2
import gzip

import pytest
import zstandard

from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.ports import ReadOptions
from tests.integration.bad_files import (
    BURSTS,
    LONG,
    Bad,
    ask,
    assert_clear_refusal,
    csv,
    parquet,
    sidecar,
    swap,
    text,
)

TABLES = [
    Bad("empty file", text("plant.csv", ""), ("plant.csv", "empty")),
    Bad("comments only", text("plant.csv", "# a\n#b\n\n"), ("no rows",)),
    Bad("header only", text("plant.csv", "time,flow\n"), ("header", "flow", "no rows")),
    Bad("too few rows", text("plant.csv", csv(12)), ("12 rows", "30")),
    Bad("no measured column", text("plant.csv", "a,b\n" + "x,y\n" * 40), ("no measured", "a, b")),
    Bad("only constants", text("plant.csv", "flow\n" + "5\n" * 40), ("constant", "flow")),
    Bad(
        "torn rows",
        text("plant.csv", csv().replace(",1\n", ",1,7\n").replace(",4\n", ",4,7,8\n")),
        ("line 3", "4 cells", "has 3"),
        ("file", "row"),
    ),
    Bad(
        "binary bytes", text("plant.csv", swap("2.5", "2\0\0")), ("line 7", "0x00"), ("file", "row")
    ),
    Bad("an Excel workbook", text("plant.csv", b"PK\x03\x04" + bytes(99)), ("Excel",)),
    Bad("a web page", text("plant.csv", "<!DOCTYPE html><p>Sign in"), ("web page",)),
    Bad("a PDF", text("plant.csv", b"%PDF-1.7\n" + bytes(9)), ("PDF",)),
    Bad("a pickle", text("plant.csv", b"\x80\x04\x95" + bytes(20)), ("pickle",)),
    Bad("an SQLite file", text("plant.csv", b"SQLite format 3\0"), ("SQLite",)),
    Bad(
        "cut gzip", text("plant.csv.gz", gzip.compress(csv().encode())[:-9]), ("broken gzip", "end")
    ),
    Bad(
        "cut bzip2",
        text("plant.csv.bz2", bz2.compress(csv().encode())[:-9]),
        ("broken bzip2", "end"),
    ),
    Bad(
        "cut Zstandard",
        text("plant.csv.zst", zstandard.compress(csv(600).encode())[:-9]),
        ("broken Zstandard", "ends inside"),
    ),
    Bad(
        "gzip bomb",
        text("plant.csv.gz", gzip.compress(b"1,2\n" * (24 << 20), 9)),
        ("200 times",),
    ),
    Bad("cut UTF-16", text("plant.csv", csv().encode("utf-16")[:-1]), ("utf-16", "byte")),
    Bad("one endless line", text("plant.csv", "a" * (1 << 21)), ("longer than",)),
    Bad(
        "unknown variable",
        text("plant.csv", csv()),
        ("'flwo'",),
        ("variable",),
        ask("flwo"),
        NotFoundError,
    ),
    Bad(
        "wanted column is text",
        text("plant.csv", swap(",0.0,0", ",bad,0").replace(".5,", ".5x,")),
        ("'flow'", "line 2", "'bad'"),
        ("file", "column", "row"),
        ask("flow"),
    ),
    Bad(
        "wanted column is nearly empty",
        text("plant.csv", "flow,heat\n" + "1.5,2\n3,4\n" + ",7\n,8\n" * 30),
        ("flow holds 2 readings",),
        ("variable",),
        ask("flow"),
    ),
    Bad(
        "unit for no column",
        text("plant.csv", csv()),
        ("'valve'",),
        ("variable",),
        ReadOptions(units=(("valve", "K"),)),
        NotFoundError,
    ),
    Bad(
        "unknown time column",
        text("plant.csv", csv()),
        ("'clock'",),
        ("column",),
        ReadOptions(time_column="clock"),
        NotFoundError,
    ),
    Bad(
        "time column without times",
        text("plant.csv", "when,flow\n" + "x,1\ny,2\n" * 30),
        ("'when'", "line 2", "'x'"),
        ("file", "column", "row"),
        ReadOptions(time_column="when"),
    ),
    Bad(
        "unreadable times",
        text("plant.csv", swap(" 00:1", " 33:1", 6)),
        ("6 of 60", "line 12", "'time'"),
        ("file", "column", "row"),
    ),
    Bad(
        "days that do not exist",
        text("plant.csv", csv().replace("2026-01-01 00:5", "2026-02-31 00:5")),
        ("10 of 60", "2026-02-31"),
        ("file", "column", "row"),
    ),
    Bad(
        "one time for all rows",
        text("plant.csv", "time,flow\n" + "2026-01-01,1\n2026-01-01,2\n2026-01-01,4\n" * 20),
        ("same time",),
        (),
    ),
    Bad("times in bursts", text("plant.csv", BURSTS), ("bursts",), ()),
    Bad("too many channels", text("plant.csv", LONG), ("600 channels",), ("file", "column")),
    Bad(
        "broken JSON line",
        text("plant.jsonl", '{"a": 1}\n{"a": 2\n{"a": 3}'),
        ("Line 2",),
        ("file", "row"),
    ),
    Bad(
        "JSON line is a number",
        text("plant.jsonl", '{"a": 1}\n7\n{"a": 2}'),
        ("Line 2", "object"),
        ("file", "row"),
    ),
    Bad("cut JSON document", text("plant.json", '[{"a": 1}, {"a"'), ("not JSON",), ("file", "row")),
    Bad("JSON without a table", text("plant.json", '{"a": {"b": 1}, "c": 2}'), ("a, c",)),
    Bad("JSON of one number", text("plant.json", "[true, [1]]"), ("no table",)),
    Bad("cut Parquet", parquet(cut=30), ("broken Parquet",)),
    Bad("Parquet with few rows", parquet(rows=5), ("5 rows",)),
    Bad("broken units file", sidecar("{"), ("plant.units.json",)),
    Bad("units file names no column", sidecar('{"valve": "K"}'), ("'valve'",), ("file", "column")),
    Bad("unit is no text", sidecar('{"flow": 3}'), ("'flow'", "3")),
]


@pytest.mark.parametrize("bad", TABLES, ids=lambda bad: bad.kind)
def test_a_bad_file_gets_one_clear_sentence(bad, tmp_path):
    assert_clear_refusal(bad, tmp_path)


def test_the_kinds_are_many_and_different():
    assert len({bad.kind for bad in TABLES}) == len(TABLES) >= 40
