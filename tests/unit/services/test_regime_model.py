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
from industriverse.services import train_regimes
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


def words_for(folder):
    return ["--out", str(folder), "--per-family", "2", "--seed", "3", "--date", "2026-01-01"]


def test_training_writes_a_model_that_loads_and_a_card_of_it(fresh, tmp_path, monkeypatch, capsys):
    """On records that are measured already: making and measuring them anew takes half a minute."""
    asked = []

    def told(**words):
        asked.append(words)
        return ()

    monkeypatch.setattr(train_regimes, "known_records", told)
    monkeypatch.setattr(train_regimes, "measure_all", lambda records: fresh)
    train_regimes.main(words_for(tmp_path))
    assert asked == [
        {"per_family": 2, "part": "train", "seed": 3},
        {"per_family": 1, "part": "held_out", "seed": 3},
    ]
    scores = json.loads(capsys.readouterr().out)
    assert scores["records"] == len(fresh.labels)
    assert scores["accuracy"] > 0.9
    card = json.loads((tmp_path / CARD).read_text("utf-8"))
    model = load_regime_model(tmp_path)
    assert (card["sha256"], card["scores"], card["seed"]) == (model.sha256, scores, 3)
    right = model.probabilities(fresh.features).argmax(axis=1) == fresh.labels
    assert right.mean() == pytest.approx(scores["accuracy"])


def test_training_is_a_command():
    command = [sys.executable, "-m", "industriverse.services.train_regimes", "--per-family", "few"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "invalid int value: 'few'" in done.stderr


@PROOF
def test_the_training_command_writes_a_model_that_loads(tmp_path):
    command = [sys.executable, "-m", "industriverse.services.train_regimes", *words_for(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["records"] > 20
    assert load_regime_model(tmp_path).sha256
