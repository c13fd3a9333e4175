"""What the vector keeps, read back on maps it never saw."""

import sys
from dataclasses import asdict

import numpy as np
import pytest

from industriverse.engines.vectors import _fidelity, encoding_fidelity, synthetic_maps
from industriverse.kernel.errors import ContractError


@pytest.fixture(scope="module")
def maps():
    return list(synthetic_maps(260, seed=31)), list(synthetic_maps(96, seed=32))


def test_energy_entropy_spectrum_and_quantiles_are_read_back(maps, record_property):
    found = encoding_fidelity(*maps)
    for name, value in asdict(found).items():
        record_property(name, value)
        sys.stdout.write(f"encoding fidelity of {name}: {value:.6f}\n")
        assert value > 0.95


def test_vectors_that_know_nothing_read_nothing_back(maps, monkeypatch):
    random = np.random.default_rng(1)

    def of_nothing(density, grid):
        return random.normal(size=512).astype(np.float32)

    monkeypatch.setattr(_fidelity, "embed", of_nothing)
    assert encoding_fidelity(*maps).total < 0.1


def test_vectors_of_a_shuffled_map_lose_its_spectrum_but_not_its_quantiles(maps, monkeypatch):
    embed = _fidelity.embed
    random = np.random.default_rng(2)

    def of_shuffled(density, grid):
        return embed(random.permutation(density.ravel()).reshape(density.shape), grid)

    monkeypatch.setattr(_fidelity, "embed", of_shuffled)
    found = encoding_fidelity(*maps)
    assert found.spectrum < 0.7
    assert found.quantiles > 0.95


def test_too_few_or_too_equal_maps_are_refused(maps):
    with pytest.raises(ContractError, match="19 held-out maps"):
        encoding_fidelity(maps[0][:40], maps[1][:19])
    with pytest.raises(ContractError, match="all alike"):
        encoding_fidelity(maps[0][:40], [maps[1][0]] * 20)


def test_the_reference_maps_are_the_same_for_the_same_seed():
    first, again = (list(synthetic_maps(16, seed=5)) for _ in range(2))
    other = list(synthetic_maps(16, seed=6))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.density, b.density)
    assert any(a.grid != b.grid for a, b in zip(first, other, strict=True))
    assert {len(m.grid.shape) for m in first} >= {1, 2}
