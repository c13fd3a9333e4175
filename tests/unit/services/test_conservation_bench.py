"""What the benchmark of conservation says of each solver, on small runs."""

from dataclasses import replace

import numpy as np

from industriverse.kernel.plugins import installed, load
from industriverse.services.bench import conservation


def small(name, **defaults):
    manifest = installed().get(name)
    changed = {key: replace(manifest.params[key], default=value) for key, value in defaults.items()}
    return replace(manifest, params={**manifest.params, **changed})


def test_drifts_that_are_not_rounding_have_their_bound_and_order():
    swings = small("swing-equation", cells=16.0, frames=5.0)
    held, residual, energy = conservation._rows(swings, 0)
    assert (held["quantity"], held["bound"], held["order"]) == ("energy_held", 1e-2, 2)
    assert 1e-6 < held["strayed"] <= held["bound"]
    assert residual["order"] is None
    assert residual["strayed"] <= 1e-10
    assert energy["law"] == "free_energy"
    assert {tuple(sorted(row)) for row in (held, residual, energy)} == {tuple(sorted(held))}


def test_solvers_without_cells_are_among_them():
    (volume,) = conservation._rows(small("lorenz", frames=21.0), 0)
    assert (volume["cells"], volume["order"], volume["holds"]) == (None, 4, True)


def test_a_series_with_a_unit_is_held_against_its_own_size(monkeypatch):
    manifest = small("heat-conduction", cells=16.0, frames=3.0)
    run = load(manifest)

    def cold(inputs, params):
        outputs = run(inputs, params)  # pyright: ignore[reportCallIssue]
        return {**outputs, "heat": np.array([1e-10, 1e-10, 2e-10])}

    monkeypatch.setattr(conservation, "load", lambda _: cold)
    heat = conservation._rows(manifest, 0)[0]
    assert (heat["quantity"], heat["strayed"], heat["holds"]) == ("heat", 0.5, False)


def test_entropy_that_is_used_up_breaks_the_law_of_exchange(monkeypatch):
    manifest = small("rayleigh-benard", cells=16.0, frames=4.0, rayleigh=1e5)
    run = load(manifest)
    law = conservation._rows(manifest, 0)[-1]
    assert (law["law"], law["quantity"], law["holds"]) == ("clausius", "entropy_made", True)

    def backwards(inputs, params):
        outputs = run(inputs, params)  # pyright: ignore[reportCallIssue]
        return {**outputs, "entropy_made": -outputs["entropy_made"]}

    monkeypatch.setattr(conservation, "load", lambda _: backwards)
    assert not conservation._rows(manifest, 0)[-1]["holds"]
