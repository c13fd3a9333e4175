"""A trained network among the forecasters of a field: who it may speak for, and who not."""

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.network import Channel, FluxNet, Plan, Scene, rollout
from industriverse.kernel.fields import Grid
from industriverse.services.forecasting import FieldView, TrainedNetwork, forecast_observation
from industriverse.services.forecasting._field import FieldMember
from industriverse.services.forecasting._network import corrected_member, network_member
from industriverse.services.forecasting._panel import prepare

SIDE, STEP_S, SCALE = 16, 2.0, 1e-5
PLAN = Plan(
    (Channel("heat", spread=0.5, change=0.1), Channel("medium", known=True)),
    ("plate",),
    frames=2,
    width=8,
    dilations=(1, 2, 1),
    interval_s=STEP_S,
)
NETWORK = TrainedNetwork(FluxNet.untrained(PLAN, seed=0), {"heat": SCALE}, closed=False)
NAMES = ("extra", "medium", "heat")


def grid(spacing=1.0):
    return Grid((SIDE, SIDE), (spacing, spacing), ("y", "x"), ("m", "m"), ("periodic", "periodic"))


def frames(count=14):
    random = np.random.default_rng(1)
    heat = SCALE * 0.3 * random.normal(size=(count, SIDE, SIDE)).cumsum(axis=0)
    medium = np.repeat(random.normal(size=(1, SIDE, SIDE)), count, axis=0)
    extra = random.normal(size=(count, SIDE, SIDE))
    return np.stack([extra, medium, heat], axis=1)


def predict(
    values, names=NAMES, spacing=1.0, step_s=STEP_S, network: TrainedNetwork | None = NETWORK
):
    return forecast_observation(
        values.reshape(len(values), -1),
        names=names,
        widths=(SIDE**2,) * len(names),
        horizon=2,
        field=FieldView(grid(spacing), step_s),
        seek_law=False,
        network=network,
    )


def test_it_is_tried_on_the_past_and_weighed_like_the_others():
    made = predict(frames())
    assert 0 < made.weights["network"] < 1 / 3
    without = predict(frames(), network=None)
    assert "network" not in without.weights
    cells = SIDE**2
    # What it does not forecast is forecast as without it.
    np.testing.assert_allclose(made.mean[:, : 2 * cells], without.mean[:, : 2 * cells], atol=1e-9)
    assert np.abs(made.mean[:, 2 * cells :] - without.mean[:, 2 * cells :]).max() > 1e-8


def test_what_it_says_is_its_rollout_in_the_fields_own_unit():
    values = frames()
    panel = prepare(values.reshape(14, -1), NAMES, (SIDE**2,) * 3, None, 0)
    member = network_member(panel, FieldView(grid(), STEP_S), NETWORK, 14, 2)
    assert not isinstance(member, str)
    assert member.variables == (2,)
    seen = np.stack([values[-2:, 2] / SCALE, values[-2:, 1]], axis=1)
    scene = Scene("plate", STEP_S, (1.0, 1.0), ("periodic", "periodic"), closed=False)
    expected = rollout(NETWORK.model, jnp.asarray(seen, jnp.float32), scene, 2).mean
    path = member.path(panel.values, 2)
    np.testing.assert_allclose(path, SCALE * np.asarray(expected)[:, 0].reshape(2, -1), rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"names": ("extra", "medium", "cold")}, "needs heat"),
        ({"step_s": 4 * STEP_S}, "4 times as far apart"),
        ({"spacing": 8.0}, "8 times as wide"),
    ],
)
def test_it_stays_silent_where_it_was_not_trained_and_says_why(change, words):
    made = predict(frames(), **change)
    assert "network" not in made.weights
    assert any(words in note for note in made.notes)


def test_it_stays_silent_on_values_far_from_its_own():
    values = frames()
    values[:, 2] += 100 * SCALE
    made = predict(values)
    assert "network" not in made.weights
    assert any("spreads from the mean" in note for note in made.notes)


def test_it_stays_silent_where_its_forecast_does_not_stay_finite():
    head = NETWORK.model.head
    broken = replace(head, bias=jnp.full_like(head.bias, jnp.nan))
    network = replace(NETWORK, model=replace(NETWORK.model, head=broken))
    made = predict(frames(), network=network)
    assert "network" not in made.weights
    assert any("finite" in note for note in made.notes)


def equation(variables=(2,)):
    """Return a forecaster whose heat fades by a tenth in each step."""

    def fading(rows, leads):
        last = rows[-1].reshape(3, -1)[list(variables)]
        return np.stack([0.9**lead * last.ravel() for lead in range(1, leads + 1)])

    return FieldMember("nearest_equation", variables, 20, fading)


def corrected_by(residual, variables=(2,)):
    values = frames()
    panel = prepare(values.reshape(14, -1), NAMES, (SIDE**2,) * 3, None, 0)
    network = replace(NETWORK, residual=residual)
    view = FieldView(grid(), STEP_S)
    return values, panel, corrected_member(panel, view, network, equation(variables), 14, 2)


def test_an_equation_is_corrected_step_by_step_in_the_fields_own_unit():
    silent = eqx.tree_at(lambda m: m.head.kernel, NETWORK.model, replace_fn=jnp.zeros_like)
    values, panel, member = corrected_by(silent)
    assert member is not None
    assert (member.name, member.variables, member.proven) == ("corrected_equation", (2,), False)
    expected = np.stack([0.9 * values[-1, 2], 0.81 * values[-1, 2]]).reshape(2, -1)
    np.testing.assert_allclose(member.path(panel.values, 2), expected, rtol=1e-5, atol=1e-12)
    moved = corrected_by(NETWORK.model)[2]
    assert moved is not None
    assert np.abs(moved.path(panel.values, 2) - expected).max() > 1e-3 * SCALE


def test_no_equation_is_corrected_without_a_network_or_of_other_variables():
    assert corrected_by(None)[2] is None
    assert corrected_by(NETWORK.model, variables=(0, 2))[2] is None
