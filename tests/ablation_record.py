"""Record what each part of the network's loss and form is good for, a line for each trial.

`XLA_FLAGS=--xla_cpu_multi_thread_eigen=false python -m tests.ablation_record FILE`; a minute a
trial. Blast waves in a closed box at 32²: mass is kept, density and pressure stay above zero, and
the gas's entropy rises. What is on record is not trained again.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.training import training_tools
from industriverse.engines.forecast.network import (
    Batches,
    FluxNet,
    Objective,
    Terms,
    gaussian_crps,
    rollout,
    train,
)
from industriverse.kernel.plugins import installed
from industriverse.services.training import (
    TrainRequest,
    by_window,
    errors,
    forecast_set,
    network_plan,
    of_plan,
    recording,
    settings_of,
)

_CELLS, _STEPS, _SEEDS = 32, 600, (0, 1)
_GAMMA, _FLOOR = 5 / 3, 1e-3


def entropy(state):
    """Return the gas's entropy, a cell's share of it on average: ρ ln(p / ρ^γ)."""
    density, pressure = (jnp.maximum(state[i], _FLOOR) for i in (0, 1))
    return jnp.mean(density * (jnp.log(pressure) - _GAMMA * jnp.log(density)))


VARIANTS = {
    "as shipped": ({}, Terms()),
    "without the later steps": ({}, Terms(rollout=0.0)),
    "balance by a penalty": ({"flux": False}, Terms()),
    "no balance at all": ({"flux": False}, Terms(balance=0.0)),
    "no limiter": ({"positive": False}, Terms()),
    "with the entropy term": ({}, Terms(entropy=10.0)),
    "with the spectral term": ({}, Terms(spectrum=0.01)),
}


def planned(plan, change):
    """Return the plan with the laws of its channels changed, where they have them."""
    channels = [
        replace(c, **{k: v for k, v in change.items() if k != "flux" or c.conserved})
        for c in plan.channels
    ]
    return replace(plan, channels=tuple(channels))


def judged(model, tested):
    """Return what a forecast of the test runs is worth, and what it breaks."""
    asked = of_plan(tested.values, model.plan)
    paths = [rollout(model, jnp.asarray(h), tested.scene, asked.leads) for h in asked.history]
    means = np.stack([np.asarray(path.mean, np.float64) for path in paths])
    first = [
        gaussian_crps(p.mean[0], p.variance[0], t[0])
        for p, t in zip(paths, asked.truth, strict=True)
    ]
    mass = means[:, :, 0].mean((2, 3))
    start = asked.history[:, -1, 0].mean((1, 2), dtype=np.float64)[:, None]
    states = np.concatenate([asked.history[:, -1:], means], axis=1)
    risen = np.diff([[float(entropy(state)) for state in run] for run in states], axis=1)
    ours, true = (_power(fields) for fields in (means[:, 12:], asked.truth[:, 12:]))
    return {
        "vrmse": by_window(errors(means, asked.truth)),
        "crps_1": float(np.mean([np.asarray(one) for one in first])),
        "mass_drift": float(np.abs(mass / start - 1).max()),
        "below_zero": float((means[:, :, :2] < 0).mean()),
        "entropy_falls": float((risen < -1e-6).mean()),
        "short_waves": float(np.median(np.log10(ours / true))),
    }


def _power(fields):
    """Return the power in the shorter half of the waves, for each run and channel."""
    waves = np.abs(np.fft.rfft2(fields)) ** 2
    radius = np.hypot(np.fft.fftfreq(_CELLS)[:, None], np.fft.rfftfreq(_CELLS)[None])
    return (waves * (radius > 0.25)).sum((-2, -1)).mean(1) + 1e-30


def trial(name, seed, chosen, tools):
    """Return the record of one training."""
    request = TrainRequest(_STEPS, seed=seed, cells=_CELLS)
    seen = recording(chosen, "train", request.runs[0], tools.cache, cells=_CELLS)
    tested = recording(chosen, "test", request.runs[2], tools.cache, cells=_CELLS)
    change, terms = VARIANTS[name]
    plan = planned(network_plan(chosen, seen, request), change)
    objective = Objective(terms, entropy if terms.entropy else None)
    settings = replace(settings_of(request), objective=objective)
    batches = Batches((seen,), plan, 2, 2, seed=seed)
    fresh = FluxNet.untrained(plan, seed)
    model, _ = train(fresh, batches, settings, jax.random.key(seed))
    return {"variant": name, "seed": seed, "steps": _STEPS, **judged(model, tested)}


def main(file):
    where = Path(file)
    kept = where.read_text("utf-8").splitlines() if where.exists() else []
    done = {(row["variant"], row["seed"]) for row in map(json.loads, kept)}
    tools = training_tools(load_settings(), lambda text, share: None)
    chosen = forecast_set(installed(), "astrophysics")
    for seed in _SEEDS:
        for name in VARIANTS:
            if (name, seed) in done:
                continue
            kept.append(json.dumps(trial(name, seed, chosen, tools)))
            where.write_text("\n".join(kept) + "\n", "utf-8")
            sys.stderr.write(kept[-1] + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
