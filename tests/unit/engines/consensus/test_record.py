"""The recorded run of drawn schedules holds what the documentation says of it."""

import json
from pathlib import Path

import pytest

from industriverse.engines.consensus.simulator import STRATEGIES, draw, judge, run

RECORD = Path(__file__).parents[4] / "docs" / "proofs" / "consensus.jsonl"
ROWS = [json.loads(line) for line in RECORD.read_text("utf-8").splitlines()]


def total(name, **which):
    chosen = [row for row in ROWS if all(row[key] == value for key, value in which.items())]
    return sum(row[name] for row in chosen)


def test_its_blocks_are_whole_and_no_seed_is_counted_twice():
    seeds = {(row["mode"], row["broken"], row["first_seed"]) for row in ROWS}
    assert len(seeds) == len(ROWS)
    assert {row["schedules"] for row in ROWS} == {1000}
    assert total("schedules", broken=False) >= 100_000
    assert all(strategy in ROWS[0]["faults"] for strategy in STRATEGIES)


def test_nothing_was_violated_and_only_synchronous_was_ever_unsafe():
    assert total("violations") == 0
    assert total("unsafe", broken=False) == 0
    assert total("unsafe", mode="unanimous") == 0
    assert total("unsafe", mode="synchronous", broken=True) > 0
    assert total("halted", mode="synchronous", broken=False) == 0


@pytest.mark.parametrize("row", [row for row in ROWS if row["seeds_to_look_at"]][:3])
def test_an_unsafe_seed_is_unsafe_again(row):
    seed = int(row["seeds_to_look_at"].split()[0])
    report = judge(run(draw(seed, mode=row["mode"], broken=row["broken"])))
    assert report.unsafe
    assert report.violations == ()


def test_a_recorded_block_begins_as_it_did():
    (first,) = [row for row in ROWS if row["round"] == 0]
    reports = [judge(run(draw(seed, mode=first["mode"]))) for seed in range(20)]
    assert [report.violations for report in reports] == [()] * 20
    assert all("halted" not in report.statuses for report in reports)
