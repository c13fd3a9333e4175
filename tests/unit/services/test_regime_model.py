"""The shipped classifier is the one its card speaks of, and as good as the card says."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from industriverse.engines.simulation.known_regimes import FAMILIES, known_records
from industriverse.kernel.errors import UnavailableError
from industriverse.services.regime_model import (
    CARD,
    WEIGHTS,
    load_regime_model,
    models_folder,
    shipped_regime_model,
)
from industriverse.services.train_regimes import calibration_error, measure_all

PROOF = pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="half a minute: make test-solvers"
)
SHIPPED = models_folder() / "regimes"
SLOW_TO_MAKE = ("lorenz", "rossler", "pendulum", "van_der_pol")
QUICK = tuple(f for f in FAMILIES if not f.__name__.startswith(SLOW_TO_MAKE))


@pytest.fixture(scope="module")
def fresh():
    """Held-out parameters under another seed than the one that was trained with."""
    return measure_all(known_records(per_family=12, part="held_out", seed=77, families=QUICK))


def test_shipped_scores_hold_on_fresh_records(fresh):
    shares = shipped_regime_model().probabilities(fresh.features)
    right = (shares.argmax(axis=1) == fresh.labels).mean()
    majority = np.bincount(fresh.labels).max() / len(fresh.labels)
    assert right > 0.88
    assert right > majority + 0.3
    assert calibration_error(shares, fresh.labels) < 0.08


def test_the_card_says_what_a_reader_needs():
    card = json.loads((SHIPPED / CARD).read_text("utf-8"))
    scores = card["scores"]
    assert scores["accuracy"] > 0.9
    assert scores["accuracy"] > scores["baselines"]["three_thresholds_accuracy"] + 0.2
    assert scores["expected_calibration_error"] < 0.03
    assert np.sum(scores["confusion"]["rows_truth"]) == scores["records"]
    assert {"command", "seed", "date", "data", "limits", "licence", "sha256"} <= set(card)
    assert card["data"]["families"] == [family.__name__ for family in FAMILIES]


def test_damaged_or_missing_weights_are_refused(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "regimes")
    weights = tmp_path / "regimes" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(UnavailableError, match="hash"):
        load_regime_model(tmp_path / "regimes")
    weights.unlink()
    with pytest.raises(UnavailableError, match="cannot be read"):
        load_regime_model(tmp_path / "regimes")


def test_calibration_error_by_hand():
    shares = np.array([[0.8, 0.2]] * 150)
    labels = np.array([0] * 120 + [1] * 30)
    assert calibration_error(shares, labels[np.random.default_rng(0).permutation(150)]) < 0.2
    assert calibration_error(shares, np.zeros(150, int)) == pytest.approx(0.2)


@PROOF
def test_the_training_command_writes_a_model_that_loads(tmp_path):
    words = ["--out", str(tmp_path), "--per-family", "2", "--seed", "3", "--date", "2026-01-01"]
    command = [sys.executable, "-m", "industriverse.services.train_regimes", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["records"] > 20
    assert load_regime_model(tmp_path).sha256
