"""Train the flux-form network on Gray–Scott for a few minutes, and hold it against persistence.

    nice .venv/bin/python -m tests.long_network --steps 400

Twelve short trajectories of the repository's own solver at 64² (six regimes, two seeds); six
others, of a third seed, are held out. One line of JSON at the end: VRMSE as The Well defines it.
"""

import argparse
import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

from industriverse.engines.forecast.network import (
    Batches,
    Channel,
    FluxNet,
    Objective,
    Plan,
    Record,
    Recording,
    Scene,
    Settings,
    Symmetry,
    Terms,
    Watch,
    measured,
    skill,
    train,
)
from industriverse.engines.simulation.patterns import GrayScott, seeded
from industriverse.engines.simulation.spectral import Waves

_CELLS, _LENGTH, _FRAME_S, _FRAMES, _SKIP = 64, 1.0, 10.0, 60, 60
_FEEDS = (0.014, 0.018, 0.029, 0.030, 0.058, 0.098)
_KILLS = (0.054, 0.051, 0.057, 0.062, 0.065, 0.057)
_SCENE = Scene("reaction_diffusion", _FRAME_S, (_LENGTH / _CELLS, _LENGTH / _CELLS))


def trajectories(seeds):
    """Return `(trajectory, time, 2, y, x)`: every regime from every seed."""
    waves = Waves(_CELLS, _LENGTH)
    runs = [
        GrayScott(feed, kill, 2e-5, 1e-5, waves).solve(
            jnp.asarray(seeded(waves, seed, 10)), _SKIP + _FRAMES, _FRAME_S
        )[_SKIP:]
        for seed in seeds
        for feed, kill in zip(_FEEDS, _KILLS, strict=True)
    ]
    return np.stack(runs).astype(np.float32)


def windows(errors):
    """Return the errors of the windows that are reported, by channel."""
    return {"1": errors[0].tolist(), "6-12": errors[5:12].mean(axis=0).tolist()}


def main(arguments):
    """Train, then score twelve leads on held-out windows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--leads", type=int, default=2)
    parser.add_argument("--size", type=int, default=4)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--spectrum", type=float, default=0.0)
    options = parser.parse_args(arguments)
    seen, unseen = trajectories((1, 2)), trajectories((3,))
    channels = (Channel("u", positive=True), Channel("v", positive=True))
    plan = Plan(
        measured(channels, seen, _SCENE.spacing),
        ("reaction_diffusion",),
        interval_s=_FRAME_S,
        spacing=_LENGTH / _CELLS,
    )
    recording = Recording(seen, _SCENE, Symmetry(mirror_y=True, mirror_x=True, turn=True))
    objective = Objective(Terms(spectrum=options.spectrum))
    settings = Settings(
        options.steps, options.rate, noise=options.noise, average=0.99, objective=objective
    )
    held_out = Recording(unseen, _SCENE)
    start = time.monotonic()

    def progress(record: Record) -> None:
        passed = time.monotonic() - start
        sys.stderr.write(f"{passed:.0f} s, step {record.step}: {record.loss:.4f}\n")

    model, records = train(
        FluxNet.untrained(plan, seed=0),
        Batches((recording,), plan, options.size, options.leads),
        settings,
        jax.random.key(0),
        Watch(every=50, progress=progress),
    )
    spent = time.monotonic() - start
    found = skill(model, Batches((held_out,), plan, 24, 12, seed=1), 1)
    report = {
        "options": vars(options),
        "parameters": sum(leaf.size for leaf in jax.tree.leaves(model)),
        "training_s": round(spent, 1),
        "loss": records[-1].loss,
        "vrmse": {"network": windows(found.network), "persistence": windows(found.persistence)},
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
