"""A world that is solved exactly: spots that diffuse on a periodic square."""

import numpy as np

from industriverse.engines.agents import TWO_SIDED, Channel, Hypothesis, Scene, calibrated, findings
from industriverse.kernel.fields import Grid

CELLS, KNOWN, LEADS = 24, 8, 8
GRID = Grid((CELLS, CELLS), (1.0, 1.0), ("y", "x"), ("m", "m"), ("periodic", "periodic"))
SCENE = Scene(
    GRID,
    1.0,
    (Channel("heat", conserved=True, positive=True),),
    frozenset({"translation", "mirror", "turn", "scale"}),
    "free_energy",
    lambda frames: (frames[:, 0] ** 2).mean(axis=(1, 2)),
)
_WAVES = (2 * np.pi * np.fft.fftfreq(CELLS)) ** 2
_SQUARE = _WAVES[:, None] + _WAVES[None, : CELLS // 2 + 1]


def diffused(state, frames, frame_s, diffusivity=0.2):
    times = frame_s * np.arange(1, frames + 1)[:, None, None, None]
    waves = np.fft.rfft2(state)[None] * np.exp(-diffusivity * times * _SQUARE)
    return np.fft.irfft2(waves, s=state.shape[-2:])


def frames_of(seed):
    random = np.random.default_rng(seed)
    spots = np.zeros((1, CELLS, CELLS))
    y, x = np.indices((CELLS, CELLS))
    for row, column, size in random.uniform((0, 0, 0.5), (CELLS, CELLS, 1.5), (6, 3)):
        far_y = (y - row + CELLS / 2) % CELLS - CELLS / 2
        far_x = (x - column + CELLS / 2) % CELLS - CELLS / 2
        spots[0] += size * np.exp(-(far_y**2 + far_x**2) / 18)
    path = diffused(spots, KNOWN + LEADS, 1.0)
    return path[:KNOWN], path[KNOWN:]


def forecaster(seed):
    """The law with a diffusivity up to a twentieth wrong, and a start that is slightly so."""
    random = np.random.default_rng([seed, 1])
    diffusivity = 0.2 * random.uniform(0.95, 1.05)
    error = 1 + 1e-3 * random.uniform() * np.sin(2 * np.pi * np.arange(CELLS) / CELLS)

    def forecast(context, leads, frame_s):
        start = context[-1] * error
        start += (context[-1] - start).mean()
        return diffused(start, leads, frame_s, diffusivity)

    return forecast


def hypothesis(seed, spoil=None):
    context, _ = frames_of(seed)
    run = forecaster(seed)
    if spoil is not None:
        run = spoilt(run, spoil)
    return Hypothesis(context, run(context, LEADS, 1.0), SCENE, run)


def spoilt(run, edit):
    return lambda context, leads, frame_s: edit(context, run(context, leads, frame_s))


def yardstick(alarm=0.04, count=60):
    honest = [
        {name: m.statistic for name, m in findings(hypothesis(seed)).items() if name != "finite"}
        for seed in range(count)
    ]
    return calibrated({"diffusion": honest}, alarm, TWO_SIDED)["diffusion"]
