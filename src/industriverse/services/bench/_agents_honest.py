"""Honest forecasters: a solver with small errors, a law found from the frames, dynamic modes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.agents import Forecaster, Scene
from industriverse.engines.forecast import DynamicModes, InModes
from industriverse.engines.forecast.laws import Law, identify, library
from industriverse.kernel.errors import ContractError

from ._agents_worlds import WORLDS, Frames, Params, State, World

KNOWN, LEADS, SEEN = 8, 8, 4
"""Frames of a context, leads of a forecast, and frames that a law is sought from."""
_LARGEST_STATE_ERROR = 0.05
_LARGEST_COEFFICIENT_ERROR = 0.02
_WAVES = 4
_REST = 1e-3


@dataclass(frozen=True, slots=True)
class Case:
    """A run cut into what is known and what comes next.

    Attributes:
        world: Whose run.
        params: Of the run.
        context: `(frame, channel, y, x)`. Known.
        truth: `(lead, channel, y, x)`. What came next.
        seed: Of the run.
    """

    world: World
    params: Params
    context: Frames
    truth: Frames
    seed: int

    @property
    def scene(self) -> Scene:
        """What is known of where it happens."""
        return self.world.scene_of(self.params)


def case_of(name: str, seed: int, changes: Params | None = None) -> Case:
    """Return the case of a seed in a world.

    Raises:
        ContractError: The run left all bounds, or came to rest: nothing is left to forecast.
    """
    world = WORLDS[name]
    params = world.params(seed, changes)
    frames = world.frames(params, KNOWN + LEADS)
    if not np.isfinite(frames).all():
        raise ContractError(f"The run of seed {seed} in {name!r} left all bounds.")
    change = np.sqrt((np.diff(frames, axis=0) ** 2).mean(axis=(2, 3))).min(axis=0)
    if (change < _REST * frames.std(axis=(0, 2, 3))).any():
        raise ContractError(f"The run of seed {seed} in {name!r} came to rest.")
    return Case(world, params, frames[:KNOWN], frames[KNOWN:], seed)


def nominal(world: str) -> Params:
    """Return a world's parameters with those that seeds draw at the middle of their range."""
    drawn = WORLDS[world].drawn
    return WORLDS[world].params(0, {name: sum(ends) / 2 for name, ends in drawn.items()})


def solver(case: Case, seed: int, nominal: Params | None = None) -> Forecaster:
    """Return the world's solver with a coefficient and a start that are slightly wrong.

    Args:
        case: Whose parameters it knows.
        seed: Draws the errors: of the coefficient up to 2 %, of the start up to a twentieth of
            what the newest frame changed, in long waves, without changing sums.
        nominal: Parameters that it takes to be the case's; those by default.
    """
    random = np.random.default_rng([seed, 17])
    params = dict(nominal or case.params)
    if case.world.told:
        error = random.uniform(-_LARGEST_COEFFICIENT_ERROR, _LARGEST_COEFFICIENT_ERROR)
        params[case.world.told] *= 1 + error
    size = random.uniform(0.1, 1.0) * _LARGEST_STATE_ERROR
    pattern = _long_waves(random, case.context.shape[2:])

    def forecast(context: Frames, leads: int, frame_s: float) -> Frames:
        start = _disturbed(context[-2:], size * pattern)
        return case.world.solve(params, start, leads, frame_s)

    return forecast


def _disturbed(newest: Frames, pattern: Float[np.ndarray, "y x"]) -> State:
    state = newest[-1]
    anomaly = state - state.mean(axis=(1, 2), keepdims=True)
    change = np.sqrt((np.diff(newest, axis=0)[0] ** 2).mean(axis=(1, 2), keepdims=True))
    size = np.sqrt((anomaly**2).mean(axis=(1, 2), keepdims=True))
    error = change / np.maximum(size, np.finfo(np.float64).tiny) * pattern * anomaly
    return state + error - error.mean(axis=(1, 2), keepdims=True)


def _long_waves(random: np.random.Generator, shape: tuple[int, ...]) -> Float[np.ndarray, "y x"]:
    waves = np.zeros((shape[0], shape[1] // 2 + 1), np.complex128)
    waves[:_WAVES, :_WAVES] = random.standard_normal((_WAVES, _WAVES, 2)) @ np.array([1, 1j])
    field = np.fft.irfft2(waves, s=shape)
    return field / field.std()


def law(case: Case) -> Forecaster:
    """Return the law of the case's newest frames; run again it keeps its terms and refits them.

    Raises:
        ContractError: The frames have no law.
    """
    scene = case.scene
    names = tuple(channel.name for channel in scene.channels)
    walls = "neumann" if "reflecting" in scene.grid.boundary else "periodic"
    found = identify(
        case.context[-SEEN:], scene.grid.spacing[0], scene.frame_s, names=names, boundary=walls
    )
    if not isinstance(found, Law):
        raise ContractError(found.reason)
    held = {(term.channel, term.name) for term in found.terms}
    terms = {n: [t for t in library(n, names, ()) if (n, t.name) in held] for n in names}

    def forecast(context: Frames, leads: int, frame_s: float) -> Frames:
        again = identify(
            context[-SEEN:],
            scene.grid.spacing[0],
            frame_s,
            names=names,
            boundary=walls,
            library=terms,
        )
        if not isinstance(again, Law):
            return np.full((leads, *context.shape[1:]), np.nan)
        return again.predict(leads)

    return forecast


def modes(case: Case) -> Forecaster:
    """Return dynamic modes of the context, fitted to whatever frames it is given."""

    def forecast(context: Frames, leads: int, frame_s: float) -> Frames:
        del frame_s
        table = context.reshape(len(context), -1)
        fitted = InModes(DynamicModes()).fit(table)
        path = fitted.forecast(table, np.array([len(table) - 1]), leads)[0]
        return path.reshape(leads, *context.shape[1:])

    del case
    return forecast


HONEST: Mapping[str, tuple[str, str]] = {
    **{name: (name, "solver") for name in WORLDS},
    "heat, law": ("heat", "law"),
    "heat, dynamic modes": ("heat", "modes"),
}
"""Groups of honest forecasts: name to world and forecaster."""


def honest(kind: str, case: Case) -> Forecaster:
    """Return a forecaster of a kind for a case.

    Raises:
        ContractError: The frames have no law.
    """
    if kind == "solver":
        return solver(case, case.seed)
    return law(case) if kind == "law" else modes(case)
