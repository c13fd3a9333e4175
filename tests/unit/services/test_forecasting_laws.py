"""A field's governing equation among the forecasters: found, used, scored, or refused in words."""

import numpy as np
import pytest

from industriverse.engines.forecast.laws import Law, NoLaw
from industriverse.kernel.fields import Grid
from industriverse.services.forecasting import FieldView, forecast_observation
from industriverse.services.forecasting import _laws as laws

SIDE, SPREAD, STEP_S = 24, 0.002, 60.0
DRAWN = np.random.default_rng(3)
WAVES = [
    (across, along, *DRAWN.normal(size=2))
    for across in range(5)
    for along in range(5)
    if across or along
]


def grid(side=SIDE, ends=("periodic", "periodic"), spacing=(1.0, 1.0), shape=None):
    return Grid(shape or (side, side), spacing, ("y", "x"), ("m", "m"), ends)


def spreading(frames, side=SIDE, coarse=False):
    """Return heat that spreads, each wave at its own rate: exactly, or as differences have it."""
    x = np.arange(side)
    heat = np.full((frames, side, side), 290.0)
    for across, along, size, shift in WAVES:
        steepness = (2 * np.pi / side) ** 2 * (across**2 + along**2)
        if coarse:
            turns = 2 * np.pi * np.array([across, along]) / side
            steepness = (2 - 2 * np.cos(turns)).sum()
        fade = np.exp(-SPREAD * steepness * STEP_S * np.arange(frames))
        phase = 2 * np.pi * (across * x[None, :] + along * x[:, None]) / side + shift
        heat += size * fade[:, None, None] * np.cos(phase)
    return heat


def predict(frames, names=("heat",), over=None, **wishes):
    cells = int(np.prod(frames.shape[-2:]))
    table = frames.reshape(len(frames), -1)
    view = FieldView(over or grid(), STEP_S)
    widths = (cells,) * len(names)
    return forecast_observation(table, names=names, widths=widths, field=view, **wishes)


@pytest.fixture(scope="module")
def heat():
    return spreading(40)


@pytest.fixture(scope="module")
def made(heat):
    return predict(heat[:34], horizon=6)


def test_the_law_is_found_and_forecasts_what_follows(heat, made):
    (law,) = made.laws
    assert law.found
    assert [term.name for term in law.terms] == ["∇²heat"]
    assert law.terms[0].coefficient == pytest.approx(SPREAD, rel=1e-6)
    assert made.weights["law"] == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(made.mean, heat[34:].reshape(6, -1), rtol=0, atol=1e-6)


def test_its_intervals_are_as_narrow_as_its_own_past_errors(heat, made):
    without = predict(heat[:34], horizon=6, seek_law=False)
    assert without.laws == ()
    ours, theirs = ((one.upper - one.lower).mean(axis=1) for one in (made, without))
    assert np.all(ours < 1e-3 * theirs)
    truth = heat[34:].reshape(6, -1)
    assert np.mean((truth >= made.lower) & (truth <= made.upper)) > 0.85
    assert made.skill["persistence"] > 0.99


def test_where_there_is_no_law_the_nearest_equation_is_one_of_the_forecasters():
    heat = spreading(40, coarse=True)
    made = predict(heat[:34], horizon=6)
    (law,) = made.laws
    assert not law.found
    assert "may leave" in law.reason
    assert "∇²heat" in {term.name for term in law.terms}
    assert 1e-3 < law.misfit < 0.2
    assert made.weights["nearest_equation"] > 0.5
    assert "law" not in made.weights
    without = predict(heat[:34], horizon=6, seek_law=False)
    truth = heat[34:].reshape(6, -1)
    ours, theirs = (np.abs(one.mean - truth).mean() for one in (made, without))
    assert ours < 0.5 * theirs


def test_a_law_in_a_longer_context_comes_before_a_nearest_equation(heat, monkeypatch):
    sought, seen = laws.identify, []

    def only_in_eight(frames, *more, **named):
        seen.append(len(frames))
        found = sought(frames, *more, **named)
        assert isinstance(found, Law)
        if len(frames) > 4:
            return found
        return NoLaw("none", 0.1, {"heat": 1e-9}, (), (), found)

    monkeypatch.setattr(laws, "identify", only_in_eight)
    (law,) = predict(heat[:34], horizon=6).laws
    assert seen == [4, 8]
    assert law.found


def test_a_nearest_equation_that_does_not_last_leaves_the_reason_why_there_is_no_law(monkeypatch):
    monkeypatch.setattr(laws, "lasting", lambda *_: "It leaves all bounds.")
    (law,) = predict(spreading(34, coarse=True), horizon=6).laws
    assert not law.found
    assert "may leave" in law.reason
    assert law.terms == ()


def test_its_past_errors_are_of_frames_that_it_did_not_see(heat):
    # Frames after the first scored origin are replaced: what was found before must not change.
    changed = heat[:34].copy()
    changed[20:] = DRAWN.normal(290.0, 5.0, changed[20:].shape)
    made = predict(changed, horizon=6)
    (law,) = made.laws
    assert law.found
    assert made.weights["law"] < 0.9
    assert np.all((made.upper - made.lower).mean(axis=1) > 5.0)


def test_a_variable_without_the_law_keeps_its_own_forecasters(heat):
    # White noise beside the heat: no law of both, none of the noise, one of the heat alone.
    both = np.stack([heat[:34], DRAWN.normal(size=(34, SIDE, SIDE))], axis=1)
    third = np.stack([*both.swapaxes(0, 1), DRAWN.normal(size=(34, SIDE, SIDE))], axis=1)
    made = predict(third, names=("heat", "noise", "more"), horizon=6)
    assert {law.variables: law.found for law in made.laws} == {
        ("heat",): True,
        ("noise",): False,
        ("more",): False,
    }
    assert made.weights["law"] == pytest.approx(1 / 3, abs=1e-3)
    cells = SIDE**2
    np.testing.assert_allclose(made.mean[:, :cells], heat[34:].reshape(6, -1), atol=1e-6)
    spread = made.upper[:, cells:] - made.lower[:, cells:]
    assert 3.0 < spread.mean() < 10.0


def test_laws_of_several_variables_are_one_forecaster(heat):
    frames = np.stack([heat[:34], DRAWN.normal(size=(34, SIDE, SIDE)), 2 * heat[:34]], axis=1)
    made = predict(frames, names=("warm", "noise", "hot"), horizon=6)
    assert [law.found for law in made.laws] == [True, False, True]
    assert sum(made.weights.values()) == pytest.approx(1.0)
    assert made.weights["law"] == pytest.approx(2 / 3, abs=1e-3)
    cells, truth = SIDE**2, heat[34:].reshape(6, -1)
    np.testing.assert_allclose(made.mean[:, :cells], truth, atol=1e-6)
    np.testing.assert_allclose(made.mean[:, 2 * cells :], 2 * truth, atol=1e-6)


def test_the_components_of_a_vector_are_looked_at_together(heat):
    noise = DRAWN.normal(size=(3, 34, SIDE, SIDE))
    frames = np.stack([noise[0], heat[:34], noise[1], noise[2]], axis=1)
    made = predict(frames, names=("flow_y", "heat", "flow_x", "lone_x"), horizon=2)
    groups = [law.variables for law in made.laws]
    assert groups == [("flow_x", "flow_y"), ("heat",), ("lone_x",)]


def test_noise_has_no_law_and_the_answer_says_so():
    made = predict(DRAWN.normal(size=(30, SIDE, SIDE)), horizon=3)
    (law,) = made.laws
    assert not law.found
    assert law.reason
    assert "law" not in made.weights


@pytest.mark.parametrize(
    ("over", "shape", "words"),
    [
        (grid(shape=(16, 24)), (16, 24), "squares"),
        (grid(ends=("open", "periodic")), (24, 24), "periodic or reflecting"),
        (grid(spacing=(1.0, 2.0)), (24, 24), "square cells"),
        (grid(side=25), (25, 25), "even number"),
    ],
)
def test_where_no_law_can_be_sought_the_reason_is_told(over, shape, words):
    frames = DRAWN.normal(size=(12, *shape)).cumsum(axis=0)
    (law,) = predict(frames, over=over, horizon=2).laws
    assert not law.found
    assert words in law.reason
    assert law.frames == 0


def test_gaps_are_told():
    frames = spreading(12)
    frames[0, 3, 3] = np.nan
    (law,) = predict(frames, horizon=2).laws
    assert "gaps" in law.reason


def test_on_a_large_grid_it_is_sought_only_when_asked():
    frames = spreading(12, side=130)
    (law,) = predict(frames, over=grid(130), horizon=2).laws
    assert "asked" in law.reason
    (law,) = predict(frames, over=grid(130), horizon=2, seek_law=True).laws
    assert law.found


def test_what_never_changes_has_no_law_to_seek():
    frames = np.repeat(spreading(1), 12, axis=0)
    assert predict(frames, horizon=2).laws == ()


def test_the_replay_is_the_newest_forecast_whose_outcome_is_known(heat, made):
    replay = made.replay
    assert replay is not None
    assert replay.row == -7
    np.testing.assert_array_equal(replay.truth, heat[28:34].reshape(6, -1))
    np.testing.assert_allclose(replay.mean, replay.truth, atol=1e-6)
    known = np.isfinite(replay.lower)
    assert known.any()
    assert np.all(replay.lower[known] <= replay.mean[known])


def test_without_past_enough_there_is_no_replay():
    assert predict(spreading(8), horizon=6).replay is None
