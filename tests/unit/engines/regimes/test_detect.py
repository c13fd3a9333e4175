"""Every label is reached by a system that deserves it, and the answer is always whole."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industriverse.engines.regimes import WINDOW, RegimeModel, detect_regime
from industriverse.kernel.errors import ContractError
from industriverse.kernel.results import REGIME_LABELS, Annotation
from industriverse.services.regime_model import load_regime_model

MODELS = Path(__file__).resolve().parents[4] / "models" / "regimes"
JARGON = ("entropy", "eigen", "Lyapunov", "autocorrelation", "logit", "sigma")


@pytest.fixture(scope="module")
def model() -> RegimeModel:
    return load_regime_model(MODELS)


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def resting() -> np.ndarray:
    """Noise around a fixed point, in three channels."""
    return noise(WINDOW, 3)


def turning() -> np.ndarray:
    """A rhythm."""
    phase = 2 * np.pi * np.arange(WINDOW)[:, None] / 23.0 + np.array([0.0, 1.0, 2.0])
    return np.sin(phase) + 0.03 * noise(WINDOW, 3)


def chaotic() -> np.ndarray:
    """The logistic map at r = 3.9, exponent 0.49, with 1 % noise."""
    path, x = np.empty((WINDOW, 1)), 0.3
    for i in range(WINDOW):
        x = 3.9 * x * (1 - x)
        path[i] = x
    return path + 0.003 * noise(WINDOW, 1)


def settling() -> np.ndarray:
    """A disturbance that dies away over a third of the window."""
    decay = np.exp(-np.arange(WINDOW) / (WINDOW / 3))[:, None]
    return decay * np.array([1.0, -2.0]) + 0.04 * noise(WINDOW, 2)


def tipping() -> np.ndarray:
    """A fold: dx = a + x − x³ while a passes its threshold; the state jumps."""
    kicks, x, path = noise(WINDOW, 8), -1.0, np.empty((WINDOW, 1))
    for i in range(WINDOW):
        tilt = 0.1 + 0.6 * np.clip((i - WINDOW / 3) / (WINDOW / 3), 0, 1)
        for kick in kicks[i]:
            x += (tilt + x - x**3) * 0.06 + 0.01 * kick
        path[i] = x
    return path


def alien() -> np.ndarray:
    """A resting sensor with one glitch a million times its spread."""
    values = noise(WINDOW, 2)
    values[200] = 1e6
    return values


def bursting() -> np.ndarray:
    """A resting sensor that goes wild for ten samples."""
    values = noise(WINDOW, 2)
    values[100:110] *= 1e5
    return values


def running_away() -> np.ndarray:
    """Growth by e every ten samples."""
    return np.exp(np.arange(WINDOW) / 10)[:, None] * np.array([1.0, -2.0])


@pytest.mark.parametrize(
    ("make", "label"),
    [
        (resting, "stable"),
        (turning, "stable"),
        (chaotic, "chaotic"),
        (settling, "transitional"),
        (tipping, "phase_change"),
        (alien, "anomalous"),
        (bursting, "anomalous"),
        (running_away, "anomalous"),
        (lambda: noise(40, 3), "initializing"),
        (lambda: np.full((WINDOW, 3), 4.2), "initializing"),
    ],
)
def test_each_label_is_reached(make, label, model):
    regime = detect_regime(make(), 1.0, model=model)
    assert regime.label == label
    assert sum(regime.probabilities.values()) == pytest.approx(1.0)
    assert regime.probabilities[label] == max(regime.probabilities.values())
    assert regime.evidence.endswith(".")
    assert not any(word in regime.evidence for word in JARGON)
    assert any(character.isdigit() for character in regime.evidence)


def test_lasting_evidence_is_confirmed_and_a_fresh_jump_or_no_data_is_not(model):
    assert detect_regime(resting(), 1.0, model=model).confirmed
    assert detect_regime(chaotic(), 1.0, model=model).confirmed
    jumped = resting()
    jumped[-20:] += 9
    assert not detect_regime(jumped, 1.0, model=model).confirmed
    assert not detect_regime(noise(40, 3), 1.0, model=model).confirmed
    assert not detect_regime(alien(), 1.0, model=model).confirmed


@given(st.integers(0, 500), st.integers(0, 6), st.integers(0, 10**6))
@settings(max_examples=20)
def test_any_table_gives_a_whole_answer(model, rows, columns, seed):
    random = np.random.default_rng(seed)
    values = random.standard_normal((rows, columns)).cumsum(axis=0)
    values[random.random(values.shape) < 0.15] = np.nan
    regime = detect_regime(values, 60.0, model=model)
    assert regime.label in REGIME_LABELS
    assert set(regime.probabilities) == set(REGIME_LABELS)
    assert sum(regime.probabilities.values()) == pytest.approx(1.0)
    assert np.isfinite(list(regime.features.values())).all()


def test_gaps_do_not_change_the_verdict(model):
    values = chaotic()
    values[np.random.default_rng(0).random(values.shape) < 0.03] = np.nan
    assert detect_regime(values, 1.0, model=model).label == "chaotic"


def test_an_infinite_reading_is_refused_by_place(model):
    values = resting()
    values[7, 2] = np.inf
    with pytest.raises(ContractError, match="Row 7 of column 2"):
        detect_regime(values, 1.0, model=model)


@pytest.mark.parametrize("step_s", [0.0, -1.0, float("nan")])
def test_a_clock_that_does_not_run_is_refused(model, step_s):
    with pytest.raises(ContractError, match="sampling step"):
        detect_regime(resting(), step_s, model=model)


def test_the_annotation_adds_effective_temperature_and_its_rate(model):
    temperature = np.array([1.0, 1.5, 2.0, 2.5])
    annotation = Annotation((), temperature, temperature, temperature, 0.1, "[x]^2", "signal")
    features = detect_regime(resting(), 1.0, model=model, annotation=annotation).features
    assert features["effective_temperature"] == 2.5
    assert features["effective_temperature_rate"] == pytest.approx(0.5 / 1.75)
    assert "effective_temperature" not in detect_regime(resting(), 1.0, model=model).features
