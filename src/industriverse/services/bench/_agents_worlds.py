"""Worlds that the agents are measured in: solvers of the catalogue, each run from any frame."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.agents import Channel, Frames, Scene
from industriverse.engines.simulation.diffusion import Conduction, WarmSpots
from industriverse.engines.simulation.fluids import Incompressible, courant_step, random_flow
from industriverse.engines.simulation.patterns import (
    ActiveFluid,
    CahnHilliard,
    FlameFront,
    GrayScott,
    mixed,
    seeded,
    stirred,
    wrinkled,
)
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.fields import Boundary, Grid
from industriverse.kernel.plugins import full_params, installed

State = Float[np.ndarray, "channel y x"]
Params = Mapping[str, float]
Advance = Callable[[Params, State], Frames]
"""From parameters and a state to the next `_AT_ONCE` frames."""
CELLS = 32
_AT_ONCE = 4
_MOST_HALVINGS = 6
_SWIM = 4.5e-5
"""Bound on the swimmers' speed [m/s]: one step for all, so that nothing is compiled anew."""


@dataclass(frozen=True, slots=True)
class World:
    """A solver of the catalogue and how it is run on from a frame.

    Attributes:
        solver: Its id.
        fixed: Parameters of every run, where not the defaults.
        drawn: Those that a seed draws between two ends.
        outside: Those of a run that is out of range.
        skip: Frames at the start that are left out.
        channels: Of the state.
        start: From parameters to the first state.
        advance: Runs it on by some frames.
        told: The coefficient that an honest forecaster knows inexactly; "" for none.
        scene: The scene's further members.
    """

    solver: str
    fixed: Params
    drawn: Mapping[str, tuple[float, float]]
    outside: Params
    skip: int
    channels: tuple[Channel, ...]
    start: Callable[[Params], State]
    advance: Advance
    told: str
    scene: Mapping[str, Any]

    def params(self, seed: int, changes: Params | None = None) -> Params:
        """Return all parameters of the run of a seed."""
        random = np.random.default_rng(seed)
        drawn = {name: random.uniform(*ends) for name, ends in self.drawn.items()}
        given = {"cells": CELLS, "seed": seed, **self.fixed, **drawn, **(changes or {})}
        return full_params(installed().get(self.solver), given)

    def frames(self, params: Params, count: int) -> Frames:
        """Return the frames of a run, its first ones left out."""
        start = self.start(params)
        return self.solve(params, start, count + self.skip, params["frame_s"])[self.skip :]

    def solve(self, params: Params, state: State, frames: int, frame_s: float) -> Frames:
        """Return the frames after a state, at a whole multiple of the world's own interval.

        A fixed number of frames at a time: whatever is asked, one program is compiled.
        """
        stride = round(frame_s / params["frame_s"])
        found: list[Frames] = []
        for _ in range(-(-frames * stride // _AT_ONCE)):
            found.append(self.advance(params, state))
            state = found[-1][-1]
        return np.concatenate(found)[: frames * stride][stride - 1 :: stride]

    def scene_of(self, params: Params) -> Scene:
        """Return what is known of a run's scene."""
        spacing = params["length"] / params["cells"]
        members = dict(self.scene)
        edges: Boundary = members.pop("edges", "periodic")
        entropy = members.pop("entropy_of", None)
        grid = Grid((CELLS, CELLS), (spacing,) * 2, ("y", "x"), ("m", "m"), (edges, edges))
        told = partial(entropy, params) if entropy else None
        return Scene(grid, params["frame_s"], self.channels, entropy_of=told, **members)


@cache
def _waves(length: float) -> Waves:
    return Waves(CELLS, length)


def _gray_scott(params: Params, state: State) -> Frames:
    names = ("feed", "kill", "spread_u", "spread_v")
    system = GrayScott(**{n: params[n] for n in names}, waves=_waves(params["length"]))
    return np.asarray(system.solve(jnp.asarray(state), _AT_ONCE + 1, params["frame_s"]))[1:]


def _flow(params: Params, state: State) -> Frames:
    waves, frame_s = _waves(params["length"]), params["frame_s"]
    # Powers of two: a step of its own for each state would be compiled each time.
    halvings = np.ceil(np.log2(frame_s / courant_step(state[0], waves)))
    parts = 2 ** int(np.clip(np.nan_to_num(halvings), 2, _MOST_HALVINGS))
    flow = Incompressible(params["kinematic_viscosity"], waves, frame_s / parts)
    return np.asarray(flow.solve(jnp.asarray(state[0]), _AT_ONCE + 1, frame_s).vorticity)[1:, None]


def _mixture(params: Params, state: State) -> Frames:
    system = CahnHilliard(params["mobility"], params["gradient_penalty"], _waves(params["length"]))
    return np.asarray(system.solve(jnp.asarray(state[0]), _AT_ONCE + 1, params["frame_s"]))[
        1:, None
    ]


def _swimmers(params: Params, state: State) -> Frames:
    names = ("advection", "friction", "saturation", "viscosity", "hyperviscosity")
    waves = _waves(params["length"])
    fluid = ActiveFluid(**{n: params[n] for n in names}, waves=waves, fastest=_SWIM)
    return np.asarray(fluid.solve(jnp.asarray(state), _AT_ONCE + 1, params["frame_s"]))[1:]


def _front(params: Params, state: State) -> Frames:
    names = ("antidiffusion", "hyperdiffusion", "speed")
    front = FlameFront(**{n: params[n] for n in names}, waves=_waves(params["length"]))
    return np.asarray(front.solve(jnp.asarray(state[0]), _AT_ONCE + 1, params["frame_s"]))[1:, None]


def _heat(params: Params, state: State) -> Frames:
    diffusivity = params["conductivity"] / params["density"] / params["specific_heat"]
    body = Conduction(diffusivity, _waves(params["length"]), walls=True)
    return np.asarray(body.solve(jnp.asarray(state[0]), _AT_ONCE + 1, params["frame_s"]))[1:, None]


def _seed(params: Params) -> int:
    return int(params["seed"])


def _spots_of_v(params: Params) -> State:
    return seeded(_waves(params["length"]), _seed(params))


def _eddies(params: Params) -> State:
    waves = _waves(params["length"])
    return random_flow(waves, int(params["waves"]), params["speed"], _seed(params))[None]


def _mixed(params: Params) -> State:
    width = float(np.sqrt(params["gradient_penalty"]))
    return mixed(_waves(params["length"]), _seed(params), params["mean"], width)[None]


def _crowd(params: Params) -> State:
    eddy = 2 * np.pi * np.sqrt(-2 * params["hyperviscosity"] / params["viscosity"])
    return stirred(_waves(params["length"]), _seed(params), params["speed"], float(eddy))


def _wrinkles(params: Params) -> State:
    return wrinkled(_waves(params["length"]), _seed(params), params["height"])[None]


def _warm_spots(params: Params) -> State:
    spots = WarmSpots(params["base"], params["rise"], params["spot_width"], int(params["spots"]))
    return spots.temperature(_waves(params["length"]), _seed(params), walls=True)[None]


def _free_energy(params: Params, frames: Frames) -> Float[np.ndarray, "frame"]:
    system = CahnHilliard(params["mobility"], params["gradient_penalty"], _waves(params["length"]))
    return np.asarray(system.free_energy(jnp.asarray(frames[:, 0])))


def _enstrophy(params: Params, frames: Frames) -> Float[np.ndarray, "frame"]:
    del params
    return (frames[:, 0] ** 2).mean(axis=(1, 2))


def _heat_entropy(params: Params, frames: Frames) -> Float[np.ndarray, "frame"]:
    del params
    return np.log(np.maximum(frames[:, 0], 1e-3)).mean(axis=(1, 2))


_EVERYWHERE = frozenset({"translation", "mirror", "turn"})
_SPEEDS = tuple(Channel(f"velocity_{a}", f"along_{a}", "velocity") for a in ("x", "y"))  # type: ignore[arg-type]

WORLDS: dict[str, World] = {
    "reaction_diffusion": World(
        "gray-scott",
        {"length": 0.5, "frame_s": 25.0, "feed": 0.029, "kill": 0.057},
        {"feed": (0.026, 0.032), "kill": (0.055, 0.0575)},
        {"feed": 0.058, "kill": 0.052, "spread_u": 6e-5},
        12,
        (Channel("u", positive=True), Channel("v", positive=True)),
        _spots_of_v,
        _gray_scott,
        "spread_u",
        {"symmetries": _EVERYWHERE},
    ),
    "fluid": World(
        "incompressible-flow",
        {"frame_s": 0.02},
        {"kinematic_viscosity": (2e-4, 6e-4), "waves": (3, 5)},
        {"kinematic_viscosity": 2e-2},
        5,
        (Channel("vorticity", "pseudo", conserved=True),),
        _eddies,
        _flow,
        "kinematic_viscosity",
        {"symmetries": _EVERYWHERE, "entropy": "free_energy", "entropy_of": _enstrophy},
    ),
    "materials": World(
        "cahn-hilliard",
        {"frame_s": 300.0, "length": 2.5e-7},
        {"mean": (0.0, 0.3)},
        {"mobility": 1e-17},
        20,
        (Channel("composition", conserved=True),),
        _mixed,
        _mixture,
        "mobility",
        {"symmetries": _EVERYWHERE, "entropy": "free_energy", "entropy_of": _free_energy},
    ),
    "active_matter": World(
        "active-matter",
        {"length": 1.5e-4, "frame_s": 0.25},
        {"friction": (-0.1, 0.3)},
        {"friction": 1.8},
        24,
        _SPEEDS,
        _crowd,
        _swimmers,
        "viscosity",
        {"symmetries": _EVERYWHERE},
    ),
    "flame_front": World(
        "kuramoto-sivashinsky",
        {"length": 20.0, "frame_s": 0.5},
        {"speed": (0.9, 1.1)},
        {"speed": 5.0, "antidiffusion": 0.4},
        60,
        (Channel("height", conserved=True),),
        _wrinkles,
        _front,
        "speed",
        {"symmetries": _EVERYWHERE},
    ),
    "heat": World(
        "heat-conduction",
        {"frame_s": 10.0},
        {"conductivity": (30.0, 60.0), "spots": (8, 16)},
        {"conductivity": 2000.0},
        2,
        (Channel("temperature", conserved=True, positive=True),),
        _warm_spots,
        _heat,
        "conductivity",
        {
            "symmetries": frozenset({"mirror", "turn", "scale"}),
            "edges": "reflecting",
            "entropy": "increasing",
            "entropy_of": _heat_entropy,
        },
    ),
}
