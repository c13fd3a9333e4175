"""The protocol under drawn faults, and that a broken protocol is caught."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from industriverse.engines.consensus import _protocol, _replica, _wire
from industriverse.engines.consensus._terms import Terms
from industriverse.engines.consensus.simulator import BREAKS, STRATEGIES, draw, judge, run

_EACH = 60
_MOST = 500


def reports(count, **asked):
    return [judge(run(draw(seed, **asked))) for seed in range(count)]


def violations(found):
    return {text for report in found for text in report.violations}


def test_two_thousand_schedules_keep_every_claim(tmp_path):
    """In a process of its own, without checked types, as the long record is made."""
    record = tmp_path / "record.jsonl"
    command = [
        sys.executable,
        "-m",
        "tests.long_consensus",
        record,
        "--blocks",
        "4",
        "--each",
        "500",
    ]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[4])
    rows = [json.loads(line) for line in record.read_text().splitlines()]
    assert [(row["mode"], row["broken"], row["schedules"]) for row in rows] == [
        ("synchronous", False, 500),
        ("unanimous", False, 500),
        ("synchronous", True, 500),
        ("unanimous", True, 500),
    ]
    assert [row["violations"] for row in rows] == [0, 0, 0, 0]
    kept_s, kept_u, broken_s, broken_u = (row["unsafe"] for row in rows)
    assert kept_s == kept_u == broken_u == 0
    assert broken_s > 0
    assert all(row["evidenced"] > 0 for row in rows)


@pytest.mark.parametrize("mode", ["synchronous", "unanimous"])
def test_nothing_is_violated_while_the_bound_is_kept(mode):
    found = reports(_EACH, mode=mode)
    assert violations(found) == set()
    statuses = {status for report in found for status in report.statuses}
    assert statuses == {"confirmed", "unconfirmed"} | ({"halted"} if mode == "unanimous" else set())
    assert any(report.evidenced for report in found)


def test_only_synchronous_can_be_unsafe_and_only_when_the_bound_is_broken():
    found = reports(_EACH, mode="unanimous", broken=True)
    assert violations(found) == set()
    assert not any(report.unsafe for report in found)
    assert any("confirmed" in report.statuses for report in found)
    runs = (judge(run(draw(n, mode="synchronous", broken=True))) for n in range(_MOST))
    assert next(report.violations for report in runs if report.unsafe) == ()


def test_a_seed_repeats_its_run():
    first, second = run(draw(11)), run(draw(11))
    assert first.delivered == second.delivered
    assert [d.status for _, d in first.decisions[1]] == [d.status for _, d in second.decisions[1]]
    assert run(draw(12)).delivered != first.delivered


def test_every_strategy_and_every_break_is_drawn():
    drawn = [draw(seed) for seed in range(200)]
    broken = [draw(seed, broken=True) for seed in range(200)]
    assert {name for one in drawn for name in one.faulty.values()} == set(STRATEGIES)
    assert {name for one in broken for name in one.breaks} == set(BREAKS)
    assert max(len(one.faulty) for one in drawn) == 1
    assert max(len(one.faulty) for one in broken) == 2
    for one in drawn:
        assert max(one.offsets_us) - min(one.offsets_us) <= one.terms.skew_us


def skips_the_echo_wait(patch):
    patch.setattr(_protocol, "fix_after", _replica.direct_until)
    patch.setattr(_replica, "fix_after", _replica.direct_until)


def sends_no_echo(patch):
    patch.setattr(_protocol._Turn, "_echo", lambda *_: None)


def accepts_unsigned(patch):
    patch.setattr(_wire, "authentic", lambda statement, terms: statement.round == terms.round)


def commits_on_one_signature(patch):
    patch.setattr(Terms, "quorum", 1)


def accepts_what_is_late(patch):
    patch.setattr(_protocol._Turn, "_is_late", lambda *_: False)


def keeps_a_liar_in_the_set(patch):
    def first_of_each(replica):
        found = {}
        for (author, _), held in replica.forecasts.items():
            found.setdefault(author, held)
        return tuple(found[author] for author in sorted(found))

    patch.setattr(_protocol, "single_forecasts", first_of_each)


def takes_the_mean(patch):
    patch.setattr(_protocol, "median", lambda forecasts: np.mean(forecasts * 0.5, axis=0) * 2)


def forgets_what_was_signed_first(patch):
    patch.setattr(_protocol._Turn, "_note_first", lambda *_: None)


def accuses_by_copies(patch):
    take = _protocol._Turn._take_forecast

    def forgetful(turn, held, statement):
        turn.at = replace(turn.at, heard=frozenset())
        take(turn, held, statement)

    patch.setattr(_protocol._Turn, "_take_forecast", forgetful)


@pytest.mark.parametrize(
    ("mutation", "mode", "caught"),
    [
        (skips_the_echo_wait, "synchronous", "committed different aggregates"),
        (sends_no_echo, "synchronous", "committed different aggregates"),
        (accepts_unsigned, "synchronous", "though honest"),
        (accepts_unsigned, "unanimous", "proven a liar"),
        (commits_on_one_signature, "unanimous", "committed different aggregates"),
        (accepts_what_is_late, "synchronous", "committed different aggregates"),
        (keeps_a_liar_in_the_set, "synchronous", "did not commit in time"),
        (takes_the_mean, "synchronous", "outside the honest range"),
        (forgets_what_was_signed_first, "synchronous", "lacks evidence"),
        (accuses_by_copies, "synchronous", "was accused, though honest"),
    ],
)
def test_a_broken_protocol_is_caught(mutation, mode, caught, monkeypatch):
    mutation(monkeypatch)
    runs = (judge(run(draw(seed, mode=mode))) for seed in range(_MOST))
    assert any(caught in text for report in runs for text in report.violations)


def test_two_votes_are_too_few_for_unanimous(monkeypatch):
    monkeypatch.setattr(Terms, "quorum", 2)
    runs = (judge(run(draw(n, mode="unanimous", broken=True))) for n in range(_MOST))
    assert any("different aggregates" in text for report in runs for text in report.violations)
