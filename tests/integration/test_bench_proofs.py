"""What the documentation claims of proofs, measured again."""

import os

import pytest

from tests.bench_command import measure

PROOF = pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="half a minute: make test-solvers"
)


@PROOF
def test_every_planted_violation_is_caught_and_perfect_forecasts_pass(tmp_path):
    document = measure("proofs", tmp_path)
    for domain in ("heat", "flow", "signal"):
        assert document.metrics[f"violations_caught/{domain}"] == 1
        for stage in ("lawful", "settled"):
            assert document.metrics[f"false_alarm_rate/{domain}/{stage}"] <= 0.03
    named = {(row["domain"], row["violation"]): row for row in document.rows}
    assert len(named) >= 33
    assert all(row["caught_by"] for row in named.values())
