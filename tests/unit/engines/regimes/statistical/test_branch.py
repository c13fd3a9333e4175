"""A stream's own past: what is new, how well it is foretold, whatever the blocks are."""

import numpy as np
import pytest

from industriverse.engines.regimes.statistical import STATES, StatisticalBranch
from industriverse.kernel.errors import ContractError


def wave(start: int, count: int) -> np.ndarray:
    time = np.arange(start, start + count)
    return np.column_stack([np.sin(0.3 * time), np.cos(0.3 * time)])


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, 2))


def said(branch: StatisticalBranch, rows: np.ndarray) -> str:
    return STATES[branch.update(rows)]


def test_every_state_has_its_own_words():
    assert len(set(STATES)) == len(STATES) == 25


def test_too_little_is_no_forecast():
    assert said(StatisticalBranch(2), noise(60)).endswith("no forecast has come due")


def test_a_wave_is_foretold_closely_and_noise_hardly():
    assert said(StatisticalBranch(2), wave(0, 400)) == (
        "its pattern has not changed, and it is foretold closely"
    )
    drawn = said(StatisticalBranch(2), noise(320))
    assert drawn.endswith(("it is hardly foretold", "errors of its forecasts rise"))


def test_a_jump_is_news():
    branch = StatisticalBranch(2)
    assert said(branch, noise(400)).startswith("its pattern has not changed")
    jumped = said(branch, noise(100, 1) + 4)
    assert jumped.startswith(("its pattern changed lately", "it is unlike anything before"))


def test_what_was_never_seen_is_unlike_anything_before():
    branch = StatisticalBranch(2)
    branch.update(wave(0, 600))
    assert said(branch, 30 * noise(100)) == (
        "it is unlike anything before, and errors of its forecasts rise"
    )


def test_blocks_make_no_difference_and_gaps_are_held():
    rows = np.concatenate([wave(0, 300), 3 + noise(200)])
    rows[40:60, 0] = np.nan
    rows[:5, 1] = np.nan
    whole, cut = StatisticalBranch(2), StatisticalBranch(2)
    state = whole.update(rows)
    states = [cut.update(rows[start : start + 7]) for start in range(0, len(rows), 7)]
    assert state == states[-1]


def test_what_is_no_row_of_the_stream_is_refused():
    branch = StatisticalBranch(2)
    with pytest.raises(ContractError, match="infinite"):
        branch.update(np.array([[1.0, np.inf]]))
    with pytest.raises(ContractError, match="channels"):
        branch.update(np.ones((3, 3)))
    with pytest.raises(ContractError):
        StatisticalBranch(0)


def test_a_fit_that_does_not_converge_makes_the_units_begin_anew(monkeypatch):
    branch = StatisticalBranch(2)
    branch.update(wave(0, 160))
    before = branch._units

    def fails(block: np.ndarray) -> None:
        raise np.linalg.LinAlgError

    monkeypatch.setattr(before, "update", fails)
    branch.update(wave(160, 16))
    assert branch.restarts == 1
    assert branch._units is not before
    assert said(branch, wave(176, 400)).endswith("it is foretold closely")
