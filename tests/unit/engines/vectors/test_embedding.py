"""The embedding: unit, fixed, blind to what it says and to nothing else."""

import json
import time
from importlib import resources

import numpy as np
import pytest

from industriverse.engines.vectors import EMBEDDING_VERSION, embed, fit_constants, synthetic_maps
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Boundary, Grid


def grid_of(*shape, boundary: Boundary = "periodic", spacing=0.1):
    dims = len(shape)
    axes = ("z", "y", "x")[-dims:]
    return Grid(shape, (spacing,) * dims, axes, ("m",) * dims, (boundary,) * dims)


def stripes(*shape, turns=3, axis=-1):
    places = np.meshgrid(*[np.arange(n) / n for n in shape], indexing="ij")
    return 1.0 + 0.5 * np.sin(2 * np.pi * turns * places[axis])


@pytest.mark.parametrize(
    "shape", [(8,), (9,), (512,), (8, 8), (8, 512), (33, 70), (256, 256), (8, 8, 8), (20, 9, 33)]
)
@pytest.mark.parametrize("boundary", ["periodic", "reflecting", "open"])
def test_maps_of_any_size_give_one_unit_vector(shape, boundary):
    density = np.random.default_rng(1).gamma(1.0, size=shape)
    first = embed(density, grid_of(*shape, boundary=boundary))
    assert first.shape == (512,)
    assert first.dtype == np.float32
    assert np.linalg.norm(first.astype(np.float64)) == pytest.approx(1.0, abs=1e-6)
    again = embed(density.copy(), grid_of(*shape, boundary=boundary))
    np.testing.assert_array_equal(first, again)


def test_the_vector_of_a_known_map_never_changes_within_a_version():
    golden = [
        0.0759049,
        0.0900547,
        0.0329209,
        0.0462049,
        0.0130812,
        0.0552054,
        -0.0453252,
        0.017703,
    ]
    assert EMBEDDING_VERSION == 1  # another version has another vector: replace the numbers
    found = embed(stripes(32, 48) + stripes(32, 48, turns=5, axis=0), grid_of(32, 48))
    np.testing.assert_allclose(found[::64], golden, atol=2e-6)


@pytest.mark.parametrize("shape", [(200,), (64, 64), (256, 256), (16, 16, 16)])
def test_a_shift_of_a_periodic_map_changes_nothing_to_speak_of(shape):
    random = np.random.default_rng(2)
    density = random.gamma(1.0, size=shape)
    here = embed(density, grid_of(*shape))
    for step in (1, 7):
        moved = np.roll(density, step, axis=tuple(range(len(shape))))
        assert np.linalg.norm(embed(moved, grid_of(*shape)) - here) < 3e-3


def test_a_shift_of_an_open_map_is_seen():
    density = stripes(64, 64) * np.linspace(0.1, 1.0, 64)
    grid = grid_of(64, 64, boundary="open")
    moved = np.roll(density, 20, axis=1)
    assert np.linalg.norm(embed(moved, grid) - embed(density, grid)) > 0.03


def test_mirror_images_share_a_vector():
    density = np.random.default_rng(3).gamma(1.0, size=(64, 64))
    grid = grid_of(64, 64, boundary="open")
    here = embed(density, grid)
    assert np.linalg.norm(embed(density[:, ::-1].copy(), grid) - here) < 3e-3


def test_a_quarter_turn_is_seen():
    across, along = (embed(stripes(64, 64, axis=a), grid_of(64, 64)) for a in (0, 1))
    assert np.linalg.norm(across - along) > 0.1


def triple(density):
    return 3.0 * density


def raise_background(density):
    return density + density.mean()


def sort_cells(density):
    return np.sort(density, axis=None).reshape(density.shape)


def shuffle_cells(density):
    return np.random.default_rng(1).permutation(density.ravel()).reshape(density.shape)


def coarsen(density):
    return np.repeat(np.repeat(density[::2, ::2], 2, axis=0), 2, axis=1)


@pytest.mark.parametrize("change", [triple, raise_background, sort_cells, shuffle_cells, coarsen])
def test_what_changes_the_physics_changes_the_vector(change):
    smooth = stripes(64, 64) + stripes(64, 64, turns=7, axis=0)
    before = embed(smooth, grid_of(64, 64))
    after = embed(change(smooth), grid_of(64, 64))
    assert np.linalg.norm(before - after) > 0.01


def test_phases_alone_are_seen_by_the_second_layer():
    random = np.random.default_rng(4)
    clumped = random.gamma(0.3, size=(64, 64)) * stripes(64, 64) ** 4
    waves = np.abs(np.fft.rfft2(clumped - clumped.mean()))
    noise = np.fft.rfft2(random.normal(size=(64, 64)))
    smeared = np.fft.irfft2(waves * noise / np.abs(noise), s=(64, 64)) + clumped.mean()
    smeared = np.clip(smeared, 0.0, None)
    distance = np.linalg.norm(embed(clumped, grid_of(64, 64)) - embed(smeared, grid_of(64, 64)))
    assert distance > 0.05


def test_flat_and_empty_maps_have_vectors_that_rounding_does_not_move():
    flat = np.full((16, 16), 2.0)
    trembling = flat * (1 + 1e-15 * np.random.default_rng(5).normal(size=flat.shape))
    here = embed(flat, grid_of(16, 16))
    assert np.linalg.norm(embed(trembling, grid_of(16, 16)) - here) < 1e-3
    assert np.isfinite(embed(np.zeros((16, 16)), grid_of(16, 16))).all()
    single = np.zeros((16, 16))
    single[3, 4] = 1e-200
    assert np.isfinite(embed(single, grid_of(16, 16))).all()


def test_like_maps_are_nearer_than_unlike_ones():
    grid = grid_of(48, 48)
    maps = [m.density / m.density.mean() for m in synthetic_maps(160, seed=9, grid=grid)]
    vectors = np.stack([embed(density, grid) for density in maps])
    kinds = np.arange(160) % 8
    similarity = vectors @ vectors.T - 2 * np.eye(160)
    found = (kinds[similarity.argmax(axis=1)] == kinds).mean()
    assert found > 0.6  # by chance one in eight


def test_a_large_map_is_embedded_in_time():
    density = np.random.default_rng(6).gamma(1.0, size=(256, 256))
    grid = grid_of(256, 256, boundary="open")
    embed(density, grid)
    spent = []
    for _ in range(7):
        start = time.process_time()
        embed(density, grid)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05


def test_what_is_no_map_is_refused():
    with pytest.raises(ContractError, match="lowest cell holds -1"):
        embed(np.full((8, 8), -1.0), grid_of(8, 8))
    with pytest.raises(ContractError, match="NaN"):
        embed(np.full((8, 8), np.nan), grid_of(8, 8))
    with pytest.raises(ContractError, match="does not end with"):
        embed(np.ones((8, 9)), grid_of(8, 8))
    with pytest.raises(ContractError, match="cannot be embedded"):
        embed(np.ones((1, 1)), grid_of(1, 1))
    four = Grid((2,) * 4, (1.0,) * 4, tuple("wzyx"), ("m",) * 4, ("open",) * 4)
    with pytest.raises(ContractError, match="cannot be embedded"):
        embed(np.ones((2,) * 4), four)


@pytest.mark.slow
def test_the_shipped_constants_are_those_of_the_committed_command():
    folder = resources.files("industriverse.engines.vectors")
    shipped = json.loads(folder.joinpath("constants.json").read_text("utf-8"))
    fitted = fit_constants(synthetic_maps(shipped["maps"], shipped["seed"]))
    assert tuple(shipped["names"]) == fitted.names
    np.testing.assert_allclose(shipped["mean"], fitted.mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(shipped["scale"], fitted.scale, rtol=1e-5, atol=1e-6)
    assert shipped["radius"] == pytest.approx(fitted.radius, rel=1e-5)
