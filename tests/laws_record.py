"""Measure law identification at The Well's six Gray–Scott settings; prints rows for the docs.

`python -m tests.laws_record` prints each row when it is done. Times are wall and CPU seconds;
what the first setting of a group compiles, in a fit before, the others share.
"""

import sys
import time
from collections.abc import Iterator

import jax.numpy as jnp
import numpy as np

from industriverse.engines.forecast.laws import Law, NoLaw, Walls, identify, library
from industriverse.engines.simulation.patterns import GrayScott, flooded, seeded
from industriverse.engines.simulation.spectral import Waves
from tests.fakes.periodic_truths import Square, solved

NAMES = ["u", "v"]
SIX = {
    "gliders": (0.014, 0.054, seeded),
    "spirals": (0.018, 0.051, seeded),
    "maze": (0.029, 0.057, seeded),
    "spots": (0.030, 0.062, seeded),
    "worms": (0.058, 0.065, seeded),
    "bubbles": (0.098, 0.057, flooded),
}
CELLS, SIDE = 128, 2.5


def frames_of(name, after_s, frame_s, walls=False):
    feed, kill, draw = SIX[name]
    waves = Waves(CELLS, SIDE)
    system = GrayScott(feed=feed, kill=kill, spread_u=2e-5, spread_v=1e-5, waves=waves)
    start = draw(waves, 0)
    if walls:
        start = draw(Waves(CELLS // 2, SIDE / 2), 0, 5)
        start = np.concatenate([start, start[..., ::-1]], axis=-1)
        start = np.concatenate([start, start[:, ::-1]], axis=-2)
    formed = system.solve(jnp.asarray(start), 2, after_s)[1]
    frames = np.asarray(system.solve(formed, 34, frame_s))
    return frames[..., : CELLS // 2, : CELLS // 2] if walls else frames


def forced(name, frame_s, hidden):
    """Return frames under a steady force, which is given, or one drawn anew at each time.

    Runge–Kutta with integrating factors, ten steps a frame; the drawn force holds for a frame.
    """
    feed, kill, _ = SIX[name]
    square = Square(CELLS, SIDE)
    force = 1e-3 * np.outer(np.cos(square.at), np.sin(2 * square.at))
    linear = np.stack([-2e-5 * square.square - feed, -1e-5 * square.square - feed - kill])
    frames = [frames_of(name, 1000.0, frame_s)[0]]
    for count in range(33):
        if hidden:
            force = 1e-3 * square.smooth(count, 3.0)[0]

        def rates(waves, force=force):
            u, v = square.fields(waves)
            return square.waves(np.stack([-u * v**2 + feed + force, u * v**2]))

        frames.append(solved(square, frames[-1], (2, frame_s, 10), linear, rates)[1])
    return np.stack(frames), force


def forced_row(name, frame_s, noise=0.0, *, hidden=False):
    frames, force = forced(name, frame_s, hidden)
    given = None if hidden else {"heat": force}
    head = f"| {name} | {frame_s:g} s, {noise:.0%}, {'drawn' if hidden else 'given'} force |"
    if not hidden and not noise:
        identified(frames, frame_s, noise, given)
    law, took = identified(frames, frame_s, noise, given)
    if isinstance(law, NoLaw):
        return f"{head} no law: {law.reason} | {took} |"
    errors, each = forecast(law, frames)
    return f"{head} {verdict(law, name, {('u', 'heat'): 1.0})} {errors} {took} | {each} |"


def identified(frames, frame_s, noise, given):
    deviation = frames[:4].std(axis=(0, 2, 3), keepdims=True)
    context = frames[:4] + noise * deviation * np.random.default_rng(0).normal(
        size=frames[:4].shape
    )
    wall, user = time.perf_counter(), time.process_time()
    law = identify(context, SIDE / CELLS, frame_s, names=NAMES, given=given)
    wall, user = time.perf_counter() - wall, time.process_time() - user
    return law, f"{wall:.1f} / {user:.1f}"


def vrmse(forecast, later):
    square = ((forecast - later) ** 2).mean(axis=(2, 3))
    return np.sqrt(square / (later.var(axis=(2, 3)) + 1e-7)).mean(axis=1)


def row(name, after_s, frame_s, noise=0.0, boundary: Walls = "periodic"):
    frames = frames_of(name, after_s, frame_s, boundary != "periodic")
    deviation = frames[:4].std(axis=(0, 2, 3), keepdims=True)
    drawn = np.random.default_rng(0).normal(size=frames[:4].shape)
    context = frames[:4] + noise * deviation * drawn
    change = (np.diff(frames[:4], axis=0).std(axis=(0, 2, 3)) / deviation.ravel()).mean()
    head = f"| {name} | {frame_s:g} s, {boundary}, {noise:.0%} | {after_s:g} s | {change:.1%} |"
    if name == next(iter(SIX)):
        identify(context, SIDE / CELLS, frame_s, names=NAMES, boundary=boundary)
    wall, user = time.perf_counter(), time.process_time()
    law = identify(context, SIDE / CELLS, frame_s, names=NAMES, boundary=boundary)
    wall, user = time.perf_counter() - wall, time.process_time() - user
    took = f"{wall:.1f} / {user:.1f}"
    if isinstance(law, NoLaw):
        return f"{head} no law: {law.reason} | | | | {took} | |"
    errors, each = forecast(law, frames)
    return f"{head} {verdict(law, name)} {errors} {took} | {each} |"


def verdict(law: Law, name: str, more=None) -> str:
    feed, kill, _ = SIX[name]
    truth = {
        ("u", "1"): feed, ("u", "u"): -feed, ("u", "u v²"): -1.0, ("u", "∇²u"): 2e-5,
        ("v", "v"): -feed - kill, ("v", "u v²"): 1.0, ("v", "∇²v"): 1e-5,
    } | (more or {})  # fmt: skip
    found = {(term.channel, term.name): term.coefficient for term in law.terms}
    if set(found) != set(truth):
        return f"other terms: {sorted(set(found) ^ set(truth))} | |"
    worst = max(abs(found[key] / truth[key] - 1) for key in truth)
    return f"exact | {worst:.1e} |"


def forecast(law: Law, frames):
    law.predict(1)
    started = time.perf_counter()
    error = vrmse(law.predict(30), frames[4:])
    each = (time.perf_counter() - started) / 30
    return f"{error[0]:.1e} | {error[12:].mean():.1e} |", f"{each * 1e3:.0f} ms"


def rows() -> Iterator[str]:
    for noise in (0.01, 0.0):
        for name in SIX:
            yield row(name, 1000.0, 10.0, noise=noise)
    yield from lacking()
    for frame_s in (20.0, 5.0):
        for name in SIX:
            yield row(name, 1000.0, frame_s)
    yield row("maze", 1000.0, 10.0, boundary="neumann")
    yield row("maze", 1000.0, 10.0, noise=0.01, boundary="neumann")
    yield forced_row("maze", 10.0)
    yield forced_row("maze", 10.0, noise=0.01)
    yield forced_row("maze", 10.0, hidden=True)


def lacking() -> Iterator[str]:
    frames = frames_of("maze", 1000.0, 10.0)[:4]
    for channel in NAMES:
        for term in ("1", "u", "v", "u v²", f"∇²{channel}"):
            terms = {c: tuple(t for t in library(c, NAMES)) for c in NAMES}
            terms[channel] = tuple(t for t in terms[channel] if t.name != term)
            started = time.perf_counter()
            answer = identify(frames, SIDE / CELLS, 10.0, names=NAMES, library=terms)
            took = time.perf_counter() - started
            kind, misfit = type(answer).__name__, answer.misfit
            yield f"without {term} in {channel}: {kind}, {misfit:.1e}, {took:.1f} s"


if __name__ == "__main__":
    for line in rows():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
