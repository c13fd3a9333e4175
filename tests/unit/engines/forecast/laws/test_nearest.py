"""Equations that are nearly a law: those of solvers whose grid errs, between walls and in media."""

import os

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.laws import Law, NoLaw, identify
from industriverse.engines.simulation.fluids import Basin, ShallowWater, centred, wave_step
from industriverse.engines.simulation.spectral import Waves
from industriverse.engines.simulation.waves import Maxwell, discs, pulses
from industriverse.kernel.errors import ContractError

PROOF = pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="half a minute: make test-solvers"
)
MAGNETIC = 1.256_637_061_27e-6
"""μ₀ [H/m] (CODATA 2022)."""
LIGHT_FRAME = 1e-10
GRAVITY, CORIOLIS, SIDE = 9.81, 1e-4, 1e6


@pytest.fixture(scope="module")
def light():
    """Frames of E, H_x and H_y between conducting walls, and the permittivity."""
    medium = 1 + 2 * discs(48, 2.0, seed=0, count=6, radius=0.3)
    start = pulses(48, 2.0, seed=0, count=2, width=0.2, wavelength=0.7)
    path = Maxwell(jnp.asarray(medium), 2.0 / 48).solve(jnp.asarray(start), 30, LIGHT_FRAME)
    return np.stack([path.out, path.x, path.y], axis=1)[6:], medium


@pytest.fixture(scope="module")
def answer(light):
    frames, medium = light
    return identify(
        frames[:4],
        2.0 / 48,
        LIGHT_FRAME,
        names=["e", "hx", "hy"],
        given={"ε": medium},
        boundary="reflecting",
    )


def error(ahead, truth):
    """Return the root mean square error of each frame over the truth's deviation."""
    square = ((ahead - truth) ** 2).mean(axis=(-2, -1)) / truth.var(axis=(-2, -1))
    return np.sqrt(square).mean(axis=1)


@PROOF
def test_maxwells_equations_are_nearest_to_light_on_a_coarse_grid(answer):
    assert isinstance(answer, NoLaw)
    nearest = answer.nearest
    assert nearest is not None
    told = {(term.channel, term.name): term.coefficient for term in nearest.terms}
    plain = {place: value for place, value in told.items() if "δ" not in place[1]}
    assert set(plain) == {
        ("e", "1/ε·∂y hx"),
        ("e", "1/ε·∂x hy"),
        ("hx", "∂y e"),
        ("hy", "∂x e"),
    }
    assert plain["hy", "∂x e"] == pytest.approx(1 / MAGNETIC, rel=0.05)
    assert plain["hx", "∂y e"] == pytest.approx(-1 / MAGNETIC, rel=0.05)
    assert nearest.misfit < 0.05


@PROOF
def test_the_nearest_equation_forecasts_through_walls_and_discs(light, answer):
    later = light[0][4:]
    found = error(answer.nearest.predict(len(later)), later)
    held = error(np.broadcast_to(light[0][3], later.shape), later)
    assert found[0] < 0.02
    assert found.max() < 0.15
    assert (found < 0.2 * held).all()


@PROOF
def test_shallow_water_is_found_in_form():
    waves = Waves(48, SIDE)
    start = Basin(waves, 100.0, GRAVITY, CORIOLIS).vortices(3, 3.0, 0)
    spacing = SIDE / 48
    water = ShallowWater(GRAVITY, CORIOLIS, spacing, wave_step(start, GRAVITY, spacing))
    frames = np.stack([np.asarray(f) for f in centred(water.solve(start, 16, 1800.0))], axis=1)[2:]
    answer = identify(frames[:4], spacing, 1800.0, names=["h", "u", "v"])
    assert isinstance(answer, NoLaw)
    nearest = answer.nearest
    assert nearest is not None
    told = {(term.channel, term.name): term.coefficient for term in nearest.terms}
    wanted = {
        ("h", "∂x(hu)"): -1, ("h", "∂y(hv)"): -1,
        ("u", "v"): CORIOLIS, ("u", "½∂x(u²)"): -1, ("u", "v·∂y u"): -1, ("u", "∂x h"): -GRAVITY,
        ("v", "u"): -CORIOLIS, ("v", "½∂y(v²)"): -1, ("v", "u·∂x v"): -1, ("v", "∂y h"): -GRAVITY,
    }  # fmt: skip
    assert {place: told[place] for place in wanted} == pytest.approx(wanted, rel=0.2)
    later = frames[4:]
    held = error(np.broadcast_to(frames[3], later.shape), later)
    assert (error(nearest.predict(len(later)), later) < 0.3 * held).all()


def test_nothing_is_near_what_no_equation_moves():
    random = np.random.default_rng(0)
    answer = identify(random.normal(size=(4, 1, 32, 32)), 1.0, 1.0, names=["c"])
    assert isinstance(answer, NoLaw)
    assert answer.nearest is None


def test_terms_that_cannot_be_told_apart_are_no_stack_trace(monkeypatch, light):
    def singular(*_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr("industriverse.engines.forecast.laws._nearest._short", singular)
    answer = identify(light[0][:4, :1], 2.0 / 48, LIGHT_FRAME, names=["e"])
    assert isinstance(answer, NoLaw)
    assert answer.nearest is None


def test_a_grid_too_small_is_refused_between_walls_too():
    with pytest.raises(ContractError, match="grid of 16 by 1"):
        identify(np.ones((4, 1, 16, 1)), 1.0, 1.0, names=["c"], boundary="reflecting")


@pytest.mark.parametrize("odd", [0, 1])
def test_walls_of_one_kind_are_seen_in_the_frames(odd):
    """Heat between walls that insulate or hold it at zero: the same answer as if it were told."""
    at = (np.arange(32) + 0.5) * np.pi / 32
    shape = (np.cos, np.sin)[odd]
    modes = [(1, 2, 1.0), (3, 1, 0.7), (2, 3, 0.5), (5, 4, 0.3)]
    frames = np.stack(
        [
            sum(
                size * np.exp(-0.01 * (j**2 + k**2) * t) * np.outer(shape(j * at), shape(k * at))
                for j, k, size in modes
            )
            for t in range(4)
        ]
    )[:, None]
    told = ("neumann", "dirichlet")[odd]
    seen = identify(frames, np.pi / 32, 1.0, names=["T"], boundary="reflecting")
    said = identify(frames, np.pi / 32, 1.0, names=["T"], boundary=told)
    assert isinstance(seen, Law)
    assert isinstance(said, Law)
    assert seen.words == said.words
    assert [term.name for term in seen.terms] == ["∇²T"]
