from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.kernel.errors import ContractError, NotFoundError
from industriverse.kernel.forecast_recipe import drawn_params
from industriverse.kernel.plugins import GOLDEN, Catalog, installed
from industriverse.services.training import PARTS, forecast_set, forecast_sets, recording
from tests.fakes.arrays import MemoryArrayCache

SETS = forecast_sets(installed())
DOMAINS = [
    "active_matter",
    "astrophysics",
    "climate",
    "convection",
    "electromagnetics",
    "fluid",
    "materials",
    "molecular",
    "plasma",
    "radiative_layer",
    "reaction_diffusion",
]
places = st.tuples(st.sampled_from(PARTS), st.integers(0, 999_999))


def test_eleven_domains_are_forecast():
    assert list(SETS) == DOMAINS


@given(domain=st.sampled_from(DOMAINS), one=places, other=places)
def test_no_two_runs_share_a_seed_or_a_draw(domain, one, other):
    mine, theirs = (SETS[domain].params(*place, cells=64) for place in (one, other))
    varied = SETS[domain].recipe.varied
    if one == other:
        assert mine == theirs
    else:
        assert mine["seed"] != theirs["seed"]
        assert not varied or any(mine[name] != theirs[name] for name in varied)


@given(domain=st.sampled_from(DOMAINS), place=places)
def test_draws_lie_in_their_ranges(domain, place):
    recipe = SETS[domain].recipe
    params = SETS[domain].params(*place, cells=64)
    assert all(low <= params[name] <= high for name, (low, high) in recipe.varied.items())
    assert any(case.items() <= params.items() for case in recipe.cases)
    assert params["frames"] == recipe.skip + recipe.frames >= 34
    assert params["frame_s"] == recipe.frame_s


def test_every_case_is_drawn():
    recipe = SETS["reaction_diffusion"].recipe
    feeds = {drawn_params(recipe, seed)["feed"] for seed in range(60)}
    assert feeds == {case["feed"] for case in recipe.cases}


@pytest.fixture(scope="module")
def cache():
    return MemoryArrayCache()


@pytest.fixture(scope="module")
def light(cache):
    return recording(SETS["electromagnetics"], "train", 2, cache, cells=16)


def test_a_recording_holds_the_declared_fields_in_their_scale(light):
    chosen = SETS["electromagnetics"]
    assert light.values.shape == (2, chosen.recipe.frames, 4, 16, 16)
    assert light.values.dtype == np.float32
    permittivity = light.values[:, :, chosen.recipe.fields.index("permittivity")]
    np.testing.assert_array_equal(permittivity, permittivity[:, :1].repeat(40, axis=1))
    assert 1e-3 < light.values[:, :, 0].std() < 10
    scene = light.scene
    assert (scene.domain, scene.interval_s) == ("electromagnetics", 1e-10)
    assert scene.spacing == (2.0 / 16, 2.0 / 16)
    assert scene.boundary == ("reflecting", "reflecting")
    assert light.symmetry.turn


def test_parts_hold_other_runs(light, cache):
    for part in PARTS[1:]:
        held = recording(SETS["electromagnetics"], part, 2, cache, cells=16)
        apart = np.abs(held.values[:, None, :, :3] - light.values[None, :, :, :3])
        assert apart.max(axis=(2, 3, 4, 5)).min() > 1e-3


def test_a_kept_run_is_not_solved_again(light, cache):
    broken = replace(SETS["electromagnetics"].solver, entry="nowhere:run")
    chosen = replace(SETS["electromagnetics"], solver=broken)
    again = recording(chosen, "train", 2, cache, cells=16)
    np.testing.assert_array_equal(again.values, light.values)
    with pytest.raises(ContractError, match="nowhere"):
        recording(chosen, "train", 3, cache, cells=16)


def test_runs_of_a_solver_that_computes_otherwise_are_not_taken(light, cache, tmp_path):
    (tmp_path / GOLDEN).write_text("{}", "utf-8")
    other = replace(SETS["electromagnetics"].solver, entry="nowhere:run", folder=tmp_path)
    with pytest.raises(ContractError, match="nowhere"):
        recording(replace(SETS["electromagnetics"], solver=other), "train", 1, cache, cells=16)


def test_progress_is_told(cache):
    told = []
    recording(
        SETS["electromagnetics"],
        "train",
        2,
        cache,
        cells=16,
        progress=lambda text, share: told.append((text, share)),
    )
    assert told == [
        ("electromagnetics: train run 1 of 2", 0.0),
        ("electromagnetics: train run 2 of 2", 0.5),
    ]


def test_an_unknown_domain_is_said_with_the_known_ones():
    with pytest.raises(NotFoundError, match="weather") as refused:
        forecast_set(installed(), "weather")
    assert "fluid" in refused.value.hint


@pytest.mark.parametrize("count", [0, -1])
def test_no_runs_are_no_recording(cache, count):
    with pytest.raises(ContractError, match="runs is none"):
        recording(SETS["fluid"], "train", count, cache)


def test_a_run_beyond_its_part_is_refused():
    with pytest.raises(ContractError, match="first 1000000"):
        SETS["fluid"].params("train", 1_000_000, cells=64)


def test_two_sets_of_one_domain_are_refused():
    fluid = SETS["fluid"].solver
    twice = Catalog({"a": replace(fluid, id="a"), "b": replace(fluid, id="b")})
    with pytest.raises(ContractError, match="both declare"):
        forecast_sets(twice)
