"""The terms of known equations are found in the whole library, and their coefficients."""

import os

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.laws import Law, NoLaw, identify, library
from industriverse.engines.simulation.fluids import Incompressible, random_flow
from industriverse.engines.simulation.patterns import CahnHilliard, FlameFront, mixed, wrinkled
from industriverse.engines.simulation.spectral import Waves
from tests.fakes.periodic_truths import Square, solved

PROOF = pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="minutes: make test-solvers"
)
CELLS = 32
SIDE = 2 * np.pi


@pytest.fixture(scope="module")
def square():
    return Square(CELLS, SIDE)


def found(frames, spacing, frame_s, names, **more):
    law = identify(frames[:4], spacing, frame_s, names=names, **more)
    assert isinstance(law, Law), law
    return law


def coefficients(law):
    return {(term.channel, term.name): term.coefficient for term in law.terms}


def missed(law, frames):
    """Return the largest error of the frames after the context, over their deviation."""
    later = frames[4:]
    error = np.sqrt(((law.predict(len(later)) - later) ** 2).mean(axis=(2, 3)))
    return (error / later.std(axis=(2, 3))).max()


def test_the_library_has_thirty_terms_and_more():
    assert len(library("u", ["u"])) >= 30
    assert len(library("v", ["u", "v"])) >= 30
    for names in (["u"], ["u", "v"], ["u", "v", "w"]):
        terms = [term.name for term in library("u", names)]
        assert len(set(terms)) == len(terms)


def test_burgers(square):
    slope = 1j * (square.kx + square.ky)
    frames = solved(
        square,
        0.5 * square.smooth(1, 3),
        (8, 0.2, 20),
        -0.1 * square.square[None],
        lambda waves: -0.5 * slope * square.waves(square.fields(waves) ** 2),
    )
    law = found(frames, square.spacing, 0.2, ["u"])
    truth = {("u", "∇²u"): 0.1, ("u", "½∂x(u²)"): -1, ("u", "½∂y(u²)"): -1}
    assert coefficients(law) == pytest.approx(truth, rel=1e-5)
    assert missed(law, frames) < 1e-5


def test_anisotropic_advection_diffusion(square):
    linear = -(0.03 * square.kx**2 + 0.01 * square.ky**2) - 1j * (0.5 * square.kx - 0.2 * square.ky)
    start = square.smooth(5, 4)
    frames = solved(square, start, (6, 0.3, 4), linear[None], lambda waves: 0 * waves)
    law = found(frames, square.spacing, 0.3, ["u"])
    truth = {"∂x u": -0.5, "∂y u": 0.2, "∇²u": 0.02, "(∂xx−∂yy)u": 0.01}
    assert coefficients(law) == pytest.approx({("u", k): v for k, v in truth.items()}, rel=1e-9)
    assert missed(law, frames) < 1e-8


def test_vorticity_of_a_plane_flow():
    waves = Waves(CELLS, SIDE)
    flow = Incompressible(viscosity=0.02, waves=waves, largest_step=0.01)
    start = random_flow(waves, 3, 0.5, 1)
    frames = np.asarray(flow.solve(jnp.asarray(start), 8, 0.2).vorticity)[:, None]
    law = found(frames, SIDE / CELLS, 0.2, ["ω"])
    truth = {("ω", "∇²ω"): 0.02, ("ω", "J(∇⁻²ω, ω)"): -1}
    assert coefficients(law) == pytest.approx(truth, rel=1e-5)
    assert missed(law, frames) < 1e-5


def test_a_flow_told_by_its_velocities_has_its_pressure(square):
    # Driven where slow, damped where fast: swimmers; with no drag a plain viscous flow.
    drag, spread, drive = 0.8, 0.02, 0.3

    def without_divergence(waves):
        gradient = np.where(square.square > 0, square.square, 1.0)
        part = (square.kx * waves[0] + square.ky * waves[1]) / gradient
        return waves - np.stack([square.kx * part, square.ky * part])

    def pushed(waves):
        u, v = square.fields(waves)
        along = [square.waves(product) for product in (u * u, u * v, v * v)]
        carried = np.stack(
            [
                1j * (square.kx * along[0] + square.ky * along[1]),
                1j * (square.kx * along[1] + square.ky * along[2]),
            ]
        )
        slowed = drag * square.waves(np.stack([u, v]) * (u**2 + v**2))
        return -without_divergence(carried + slowed)

    start = square.fields(without_divergence(square.waves(0.6 * square.smooth(4, 4, 2))))
    linear = drive - spread * square.square[None]
    frames = solved(square, start, (8, 0.1, 20), linear, pushed)
    law = found(frames, square.spacing, 0.1, ["u", "v"])
    truth = {
        ("u", "u"): drive, ("u", "∇²u"): spread, ("u", "P∇·(uv)|x"): -1.0,
        ("u", "P((u²+v²)u)|x"): -drag,
        ("v", "v"): drive, ("v", "∇²v"): spread, ("v", "P∇·(vu)|y"): -1.0,
        ("v", "P((v²+u²)v)|y"): -drag,
    }  # fmt: skip
    assert coefficients(law) == pytest.approx(truth, rel=1e-4)
    assert missed(law, frames) < 1e-4


def test_frames_in_which_no_term_shows_have_no_law(square):
    # All varies along x alone; the library knows derivatives along y only.
    linear = -0.02 * square.square[None]
    stripes = np.tile(np.cos(square.at) + 0.3 * np.sin(2 * square.at), (1, CELLS, 1))
    frames = solved(square, stripes, (6, 0.3, 4), linear, lambda waves: 0 * waves)
    across = [term for term in library("u", ["u"]) if term.name in {"∂y u", "½∂y(u²)"}]
    none = identify(frames[:4], square.spacing, 0.3, names=["u"], library={"u": across})
    assert isinstance(none, NoLaw)
    assert none.reason


def test_a_law_that_is_all_of_its_library_has_no_rival(square):
    linear = -0.02 * square.square[None]
    frames = solved(square, square.smooth(2, 3), (6, 0.3, 4), linear, lambda waves: 0 * waves)
    (only,) = [term for term in library("u", ["u"]) if term.name == "∇²u"]
    law = found(frames, square.spacing, 0.3, ["u"], library={"u": [only]})
    assert coefficients(law) == pytest.approx({("u", "∇²u"): 0.02}, rel=1e-9)


def test_a_search_that_ends_in_singular_equations_is_an_answer(square, monkeypatch):
    def singular(problem):
        return np.linalg.solve(np.zeros((2, 2)), np.ones(2))

    monkeypatch.setattr("industriverse.engines.forecast.laws._identify.clean_law", singular)
    none = identify(square.smooth(1, 3, 3)[:, None], square.spacing, 1.0, names=["u"])
    assert isinstance(none, NoLaw)
    assert "singular" in none.reason


def test_kuramoto_sivashinsky():
    waves = Waves(CELLS, 32.0)
    front = FlameFront(antidiffusion=1.0, hyperdiffusion=1.0, speed=1.0, waves=waves)
    start = jnp.asarray(wrinkled(waves, 1, 0.5))
    frames = np.asarray(front.solve(start, 58, 0.5))[50:, None]
    law = found(frames, 1.0, 0.5, ["h"])
    truth = {("h", "∇²h"): -1, ("h", "∇⁴h"): -1, ("h", "|∇h|²−⟨|∇h|²⟩"): -0.5}
    assert coefficients(law) == pytest.approx(truth, rel=1e-3)
    assert missed(law, frames) < 1e-3


def test_cahn_hilliard():
    waves = Waves(64, 4.0)
    mixture = CahnHilliard(mobility=1.0, gradient_penalty=0.02, waves=waves)
    start = jnp.asarray(mixed(waves, 1, 0.1, np.sqrt(0.02)))
    parted = mixture.solve(start, 2, 0.5)[1]
    # Its source cuts no waves; twenty times γ/M between frames is long for them.
    frames = np.asarray(mixture.solve(parted, 8, 0.4))[:, None]
    law = found(frames, 4.0 / 64, 0.4, ["c"])
    truth = {("c", "∇²c"): -1, ("c", "∇⁴c"): -0.02, ("c", "∇²(c³)"): 1}
    assert coefficients(law) == pytest.approx(truth, rel=1e-4)
    assert missed(law, frames) < 1e-4


@pytest.mark.parametrize("seed", [pytest.param(0, marks=PROOF), 1])
def test_two_drawn_reactions_with_diffusion(square, seed):
    random = np.random.default_rng(seed)
    spread, rate = random.uniform(0.01, 0.03, 2), random.uniform(0.3, 1.5, 6)
    truth = {
        ("u", "u"): rate[0], ("u", "u³"): -rate[2], ("u", ("v", "u v")[seed]): -rate[3],
        ("u", "∇²u"): spread[0],
        ("v", "v"): -rate[1], ("v", ("u", "u²")[seed]): rate[4], ("v", "∇²v"): spread[1],
    }  # fmt: skip

    def reactions(waves):
        u, v = square.fields(waves)
        first = -rate[2] * u**3 - rate[3] * (v, u * v)[seed]
        return square.waves(np.stack([first, rate[4] * (u, u**2)[seed]]))

    linear = np.stack([rate[0] - spread[0] * square.square, -rate[1] - spread[1] * square.square])
    start = 0.5 * square.smooth(6 + seed, 4, 2)
    frames = solved(square, start, (8, 0.3, 30), linear, reactions)
    law = found(frames, square.spacing, 0.3, ["u", "v"])
    assert coefficients(law) == pytest.approx(truth, rel=1e-3)
    assert missed(law, frames) < 1e-3
