"""Every solver runs two starts at once, each as it runs alone: `jax.vmap` over its engine."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation import fluids, gas, patterns
from industriverse.engines.simulation.convection import Layer, RayleighBenard, perturbed
from industriverse.engines.simulation.diffusion import (
    GIVEN_FLOWS,
    AdvectionDiffusion,
    Conduction,
    WarmSpots,
)
from industriverse.engines.simulation.lattice import Ising, PhiFour, drawn, thermal
from industriverse.engines.simulation.motions import (
    DrivenPendulum,
    Lorenz,
    lorenz_start,
    pendulum_start,
)
from industriverse.engines.simulation.network import PowerGrid, kicked
from industriverse.engines.simulation.particles import Fluid, LennardJones, Sheet
from industriverse.engines.simulation.porous import Reservoir, log_normal, swept, two_wells
from industriverse.engines.simulation.spectral import Waves
from industriverse.engines.simulation.waves import (
    Acoustics,
    Elasticity,
    Maxwell,
    kicks,
    pulses,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import installed
from industriverse.kernel.solvers import is_solver

N = 16
BOX = Waves(N, 1.0)
ONES = jnp.ones((N, N))
Run = Callable[[Any], Any]
Case = tuple[Run, Callable[[int], Any]]
"""What runs from a start, and the start that a seed draws."""


def sounding(seed: int) -> jax.Array:
    return jnp.asarray(pulses(N, 1.0, seed=seed, count=2, width=0.1, wavelength=0.3))


def kicking(seed: int) -> tuple[jax.Array, jax.Array]:
    along, up = kicks(N, 1.0, seed=seed, count=2, width=0.2)
    return jnp.asarray(along), jnp.asarray(up)


def warm(seed: int, *, walls: bool) -> jax.Array:
    return jnp.asarray(WarmSpots(300.0, 50.0, 0.1, 4).temperature(BOX, seed, walls=walls))


def blasting(seed: int) -> jax.Array:
    blasts = gas.Blasts(count=2, energy=0.1, density=1.0, pressure=0.1, clumping=0.3)
    return gas.conserved(jnp.asarray(blasts.start(N, 1.0, 1.4, seed)), 1.4)


def heavy(seed: int) -> jax.Array:
    density = gas.stirred(18, 0.1, seed)
    rest = np.zeros_like(density)
    return gas.conserved(jnp.asarray(np.stack([density, rest, rest, 0.01 * density**1.4])), 1.4)


def layered(seed: int) -> jax.Array:
    return gas.conserved(jnp.asarray(gas.sliding_layers(N, 10.0, 1.0, seed)), 1.4)


def seeping(source: jax.Array) -> Any:
    rock = jnp.asarray(log_normal(BOX, 1.0, 0.5, 0.1, 3))
    return swept(Reservoir(rock, 1 / N, 0.2, 0.01, 1.0), source, 3, 0.1)


def watched(state: Any) -> Any:
    return SHEET.watched(state, 3, 0.02, 8)


def solved(system: Any, frame_s: float) -> Run:
    return lambda start: system.solve(start, 3, frame_s)


MAGNETIC = gas.MagneticGas(1.4, 1 / N)
VORTICES = gas.Vortices(density=1.0, pressure=1.0, speed=0.5, field=0.3, stir=0.1)
COLD = gas.Cooling(0.5, 0.1, 1.0, 0.1)
FLOW = GIVEN_FLOWS[0](BOX, 2, 1.0, 0)
FLUID = patterns.ActiveFluid(3.5, 0.2, 1.0, -2.0, 1.0, Waves(N, 12.0))
FRONT = patterns.FlameFront(1.0, 1.0, 1.0, Waves(N, 15.0))
GRID = PowerGrid(0.02, 0.002, 1.0, 2.0)
LAYER = RayleighBenard(1e4, 7.0, 1.0, 1.0, Layer(N, 2.0))
MIXTURE = patterns.CahnHilliard(1.0, 1.0, Waves(N, 16.0))
PEARSON = patterns.GrayScott(0.03, 0.06, 2e-5, 1e-5, Waves(N, 0.5))
SHEET = Sheet(Fluid(LennardJones(), (9.0, 9.0), room=40))
BASIN = fluids.Basin(BOX, 1.0, 1.0, 1.0)
WAVE_S = float(fluids.wave_step(BASIN.vortices(2, 0.1, 0), 1.0, 1 / N))

CASES: dict[str, Case] = {
    "acoustics": (solved(Acoustics(ONES, 1 + ONES, 1 / N), 0.1), sounding),
    "active-matter": (
        solved(FLUID, 0.5),
        lambda seed: jnp.asarray(patterns.stirred(FLUID.waves, seed, 0.5, 6.0)),
    ),
    "advection-diffusion": (
        solved(AdvectionDiffusion(1e-3, FLOW, BOX), 0.05),
        partial(warm, walls=False),
    ),
    "blast-wave": (solved(gas.Gas(1.4, 1 / N), 0.05), blasting),
    "cahn-hilliard": (
        solved(MIXTURE, 1.0),
        lambda seed: jnp.asarray(patterns.mixed(MIXTURE.waves, seed, 0.0, 1.0)),
    ),
    "darcy-flow": (seeping, lambda seed: jnp.asarray((1 + seed) * two_wells(BOX, 1.0, 0.1))),
    "driven-pendulum": (
        solved(DrivenPendulum(1.15), 1.0),
        lambda seed: jnp.asarray(pendulum_start(seed, 0.2, 0.0, 0.5)),
    ),
    "elasticity": (solved(Elasticity(ONES, 2 * ONES, ONES, 1 / N), 0.1), kicking),
    "gray-scott": (
        solved(PEARSON, 5.0),
        lambda seed: jnp.asarray(patterns.seeded(PEARSON.waves, seed)),
    ),
    "heat-conduction": (solved(Conduction(1e-3, BOX, walls=True), 1.0), partial(warm, walls=True)),
    "incompressible-flow": (
        solved(fluids.Incompressible(1e-3, BOX, 0.01), 0.05),
        lambda seed: jnp.asarray(fluids.random_flow(BOX, 3, 1.0, seed)),
    ),
    "ising": (solved(Ising(2.2), 2.0), lambda seed: drawn(N, seed, 0.5)),
    "kuramoto-sivashinsky": (
        solved(FRONT, 1.0),
        lambda seed: jnp.asarray(patterns.wrinkled(FRONT.waves, seed, 0.1)),
    ),
    "lennard-jones": (watched, lambda seed: SHEET.settled(0.4, 0.5, seed)),
    "lorenz": (
        solved(Lorenz(28.0), 0.5),
        lambda seed: jnp.asarray(lorenz_start(Lorenz(28.0), seed, 5.0)),
    ),
    "maxwell": (solved(Maxwell(ONES, 1 / N), 1e-9), sounding),
    "orszag-tang": (
        solved(MAGNETIC, 0.05),
        lambda seed: VORTICES.start(MAGNETIC, N, seed),
    ),
    "phi-four": (
        solved(PhiFour(1.0, 1.0, 1.0, 0.5, 0.1, 2.0), 1.0),
        lambda seed: thermal(N, seed, 1.0),
    ),
    "radiative-mixing": (
        solved(gas.RadiatingGas(gas.Gas(1.4, 1 / N, ("reflecting", "periodic")), COLD), 0.05),
        layered,
    ),
    "rayleigh-benard": (solved(LAYER, 0.01), partial(perturbed, LAYER, 0.1)),
    "self-gravity": (solved(gas.HeavyGas(gas.Gas(1.4, 1 / 18), 1 / (4 * np.pi)), 0.2), heavy),
    "shallow-water": (
        solved(fluids.ShallowWater(1.0, 1.0, 1 / N, WAVE_S), 0.1),
        lambda seed: BASIN.vortices(2, 0.1, seed),
    ),
    "swing-equation": (solved(GRID, 0.1), partial(kicked, GRID, N, 0.5)),
}


def numbers(run: Any) -> list[np.ndarray]:
    """Return the arrays of a run; the key that its noise was drawn from is none."""
    leaves = [
        part for part in jax.tree.leaves(run) if not jnp.issubdtype(part.dtype, jax.dtypes.prng_key)
    ]
    return [np.asarray(part, np.float64) for part in leaves]


def test_every_solver_is_here():
    assert set(CASES) == {m.id for m in installed().of_kind("solver") if is_solver(m)}


@pytest.mark.parametrize("solver", CASES)
def test_two_starts_at_once_run_as_each_does_alone(solver):
    run, draw = CASES[solver]
    starts = [draw(seed) for seed in (0, 1)]
    stacked = jax.tree.map(lambda *parts: jnp.stack(parts), *starts)
    together = numbers(jax.vmap(run)(stacked))
    alone = [numbers(run(start)) for start in starts]
    assert any(np.abs(first - second).max() > 0 for first, second in zip(*alone, strict=True))
    for at, part in enumerate(together):
        for one, values in enumerate(alone):
            # Balances are rounding alone: they have no size of their own.
            size = max(float(np.abs(values[at]).max(initial=0.0)), 1e-3)
            assert np.isfinite(values[at]).all()
            np.testing.assert_allclose(part[one], values[at], rtol=1e-10, atol=1e-10 * size)


def test_a_run_that_would_be_refused_is_nan_in_a_batch():
    sources = jnp.stack([jnp.asarray(rate * two_wells(BOX, 1.0, 0.1)) for rate in (1.0, 30.0)])
    tracer = np.asarray(jax.vmap(seeping)(sources).tracer)
    assert np.isfinite(tracer[0]).all()
    assert np.isnan(tracer[1]).all()
    with pytest.raises(ContractError, match="squeezes"):
        seeping(sources[1])
