"""Training learns what is there, nothing where nothing is, and resumes to the bit."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.network import (
    Batches,
    Channel,
    FluxNet,
    Objective,
    Recording,
    Scene,
    Settings,
    Symmetry,
    Terms,
    Watch,
    held_out_loss,
    measured,
    pack,
    rollout,
    skill,
    train,
)
from industriverse.kernel.errors import ContractError
from tests.unit.engines.forecast.network.small import carried, drawn, network, small

SCENE = Scene("heat")
KEY = jax.random.key(1)
VALUES = carried(40, 8, seed=1)
HELD = Recording(carried(3, 12, seed=2), SCENE)
PLAN = small(
    *measured((Channel("e", conserved=True, positive=True),), VALUES, (1.0, 1.0)), width=12
)
# Without fluxes, where they are not the point: it compiles in half the time.
SIMPLE = replace(PLAN, channels=(replace(PLAN.channels[0], conserved=False),), width=8)
PLAIN = Objective(Terms(rollout=0.0))


def batches(shuffled=False, plan=PLAN):
    return Batches((Recording(VALUES, SCENE),), plan, size=8, leads=1, shuffled=shuffled)


def held_out(leads=1):
    return Batches((HELD,), PLAN, size=8, leads=leads, seed=9)


def learned(steps=150, shuffled=False, **settings):
    how = Settings(steps, rate=5e-3, warmup=10, average=0.9, objective=PLAIN, **settings)
    start = FluxNet.untrained(PLAN, 0)
    return train(start, batches(shuffled), how, KEY, Watch(every=50, held_out=held_out()))


@pytest.fixture(scope="module")
def trained():
    return learned()


def test_the_held_out_loss_falls_and_persistence_is_beaten(trained):
    model, records = trained
    before = held_out_loss(network(PLAN), held_out(), PLAIN, 4)
    assert [record.step for record in records] == [50, 100, 150]
    assert records[-1].held_out < 0.35 * before
    ours = skill(model, held_out(6), 2)
    assert (ours.network[0] < 0.35 * ours.persistence[0]).all()
    assert (ours.network < 0.6 * ours.persistence).all()


def test_a_trained_network_keeps_the_sum_as_well(trained):
    model, _ = trained
    history = jnp.asarray(HELD.values[0, :2])
    path = rollout(model, history, SCENE, 50)
    start = float(np.asarray(history[-1], np.float64).sum())
    sums = np.asarray(path.mean, np.float64).sum((1, 2, 3))
    assert np.abs(sums / start - 1).max() < 1e-7
    assert bool((path.variance[1:] > path.variance[:-1]).all())


def test_the_variance_is_of_the_size_of_the_error(trained):
    model, _ = trained
    window, _ = held_out().draw(0)
    steps = [rollout(model, history, SCENE, 1) for history in window.history]
    error = np.mean([(s.mean - t) ** 2 for s, t in zip(steps, window.truth, strict=True)])
    told = np.mean([s.variance for s in steps])
    assert 0.25 < told / error < 4


def test_shuffled_targets_teach_nothing():
    """The same steps on truths of other windows leave the forecast no better than persistence."""
    model, _ = learned(shuffled=True)
    ours = skill(model, held_out(), 2)
    assert (ours.network > 0.9 * ours.persistence).all()


def test_a_resumed_run_ends_with_the_same_bits():
    how = Settings(8, warmup=2, noise=0.1, objective=PLAIN)
    kept = []
    start = FluxNet.untrained(SIMPLE, 0)
    whole, records = train(start, batches(plan=SIMPLE), how, KEY, Watch(every=4, keep=kept.append))
    resumed, again = train(start, batches(plan=SIMPLE), how, KEY, Watch(every=4, resume=kept[0]))
    assert pack(whole, {}) == pack(resumed, {})
    assert again[-1].loss == records[-1].loss
    assert len(again) == len(records) == 2
    with pytest.raises(ContractError, match="other settings"):
        train(start, batches(plan=SIMPLE), Settings(9, objective=PLAIN), KEY, Watch(resume=kept[0]))
    with pytest.raises(ContractError, match="card"):
        train(start, batches(plan=SIMPLE), how, KEY, Watch(resume=kept[0][:-1] + b"\x7f"))


def test_an_adapter_changes_the_conditioning_alone():
    start = FluxNet.untrained(SIMPLE, 0)
    how = Settings(3, warmup=1, trains="conditioning", average=0.5, objective=PLAIN)
    model, _ = train(start, batches(plan=SIMPLE), how, KEY)
    for place in (lambda m: m.embedding, lambda m: m.context[0].matrix, lambda m: m.head.bias):
        assert float(jnp.abs(place(model) - place(start)).max()) > 0
    for place in (lambda m: m.head.kernel, lambda m: m.blocks[0].around.kernel):
        np.testing.assert_array_equal(place(model), place(start))


def test_a_base_that_is_right_is_learned_to_be_trusted():
    """With a biased law as its base, a few steps make the network better than the law."""
    truth = VALUES[:, 1:]
    base = np.concatenate([VALUES[:, :1], 0.7 * truth + 0.3 * VALUES[:, :-1]], axis=1)
    recording = Recording(VALUES, SCENE, base=base)
    how = Settings(60, rate=5e-3, warmup=10, average=0.9, objective=PLAIN)
    data = Batches((recording,), SIMPLE, size=8, leads=1)
    model, _ = train(FluxNet.untrained(SIMPLE, 0), data, how, KEY)
    window, _ = data.draw(999)
    ours = [
        rollout(model, h, SCENE, 1, jax.tree.map(lambda leaf, i=i: leaf[i], window.given)).mean
        for i, h in enumerate(window.history)
    ]
    error = np.sqrt(np.mean((np.stack(ours) - window.truth) ** 2))
    law = np.sqrt(np.mean((np.asarray(window.given.base) - window.truth) ** 2))
    assert error < 0.7 * law


def test_walls_and_symmetries_train_too():
    scene = Scene("heat", boundary=("reflecting", "reflecting"))
    data = Batches((Recording(VALUES, scene, Symmetry(True, True, True)),), SIMPLE, size=4, leads=1)
    how = Settings(8, warmup=2, noise=0.1, objective=PLAIN)
    model, records = train(FluxNet.untrained(SIMPLE, 0), data, how, KEY)
    assert np.isfinite(records[-1].loss)
    assert set(records[-1].terms) == {"score"}
    assert float(rollout(model, drawn(SIMPLE), scene, 2).variance.min()) > 0


def test_a_loss_that_is_no_number_stops_the_run():
    how = Settings(8, warmup=2, noise=0.1, objective=PLAIN)
    huge = Batches((Recording(VALUES * np.float32(1e30), SCENE),), SIMPLE, size=8, leads=1)
    with pytest.raises(ContractError, match="The loss is"):
        train(FluxNet.untrained(SIMPLE, 0), huge, how, KEY, Watch(every=5))
