"""Domains of declared data against analytic answers: rock, machines, gas with gravity."""

from typing import Any

import numpy as np
import pytest

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Boundary, Grid, Trajectory
from industriverse.kernel.plugins import installed

N = 16
ROCK = {"porosity": 0.25, "compressibility": 2e-9, "viscosity": 1e-3}
GRID = {"inertia": 0.5, "strength": 2.0, "power": 3.0, "damping": 0.1}


def plane(boundary: Boundary = "periodic", cells: int = N) -> Grid:
    return Grid((cells, cells), (2.0, 2.0), ("y", "x"), ("m", "m"), (boundary, boundary))


def trajectory(fields, units, grid, parameters, **changes):
    stated: dict[str, Any] = {"closed": True, "parameters": parameters, **changes}
    return Trajectory(fields, units, grid, 0.0, 0.5, **stated)


def rock(pressure, permeability: Any = 1e-12, parameters=ROCK, grid=None, source=None, **changes):
    """Return frames of rock, uniform unless a permeability of each cell is given."""
    fields = {"pressure": pressure, "permeability": np.zeros_like(pressure) + permeability}
    units = {"pressure": "Pa", "permeability": "m2", "source": "1/s"}
    if source is not None:
        fields["source"] = source
    return trajectory(fields, units, grid or plane("reflecting"), parameters, **changes)


def test_squeezed_fluid_holds_half_its_compressibility_times_pressure_squared():
    adapter = installed().domain("porous_flow")
    energy, unit, _ = adapter.energy(rock(np.full((2, N, N), 3e5)))
    np.testing.assert_allclose(energy, 0.5 * 0.25 * 2e-9 * 9e10)
    assert unit == "J/m^3"


def test_half_the_dissipation_of_a_slope_in_layered_rock_is_known():
    """Across layers of k and 3k the same flux takes the harmonic mean of each face."""
    layers = np.where(np.arange(N) < N // 2, 1e-12, 3e-12)
    pressure = np.zeros((2, N, N)) + np.concatenate([[0.0], np.cumsum(np.ones(N - 1))])
    found = installed().domain("porous_flow").entropy(rock(pressure, layers))
    assert found is not None
    faces = 7 * 1e-12 + 1.5e-12 + 7 * 3e-12
    # N rows; ease × (1 Pa over 2 m)² × 4 m² a cell is ease.
    np.testing.assert_allclose(found[0], N * faces / 1e-3 / 2, rtol=1e-12)
    periodic = installed().domain("porous_flow").entropy(rock(pressure, layers, grid=plane()))
    assert periodic is not None
    closing = N * 1.5e-12 * (N - 1) ** 2 / 1e-3 / 2
    np.testing.assert_allclose(periodic[0] - found[0], closing, rtol=1e-9)


def test_wells_are_what_fills_closed_rock():
    source = np.zeros((3, N, N))
    source[:, 2, 3] = 1e-6
    filled = np.arange(3.0)[:, None, None] * 0.5 * source / (0.25 * 2e-9)
    budget = installed().domain("porous_flow").budget(rock(filled, source=source))
    assert budget.kind == "functional"
    assert budget.exchange is not None
    np.testing.assert_allclose(np.diff(budget.content), budget.exchange, rtol=1e-12)
    np.testing.assert_allclose(budget.exchange, 1e-6 * 4 * 0.5, rtol=1e-12)


def test_wells_take_their_power_from_the_law():
    source = np.zeros((2, N, N))
    source[:, 2, 3] = 1e-6
    found = installed().domain("porous_flow").entropy(rock(np.full((2, N, N), 7.0), source=source))
    assert found is not None
    np.testing.assert_allclose(found[0], -7.0 * 1e-6 * 4, rtol=1e-12)


def test_rock_without_what_a_law_needs_claims_none():
    adapter, rest = installed().domain("porous_flow"), np.ones((2, N, N))
    assert adapter.budget(rock(rest, closed=None)).kind == "unknown"
    assert adapter.entropy(rock(rest, closed=None)) is None
    stiff = {name: ROCK[name] for name in ("porosity", "compressibility")}
    assert adapter.entropy(rock(rest, parameters=stiff)) is None
    changing = np.zeros((2, N, N))
    changing[1] = 1e-9
    assert "change" in adapter.budget(rock(rest, source=changing)).note
    with pytest.raises(ContractError, match="Porosity times"):
        adapter.energy(rock(rest, parameters={"porosity": 0.2}))


def machines(frequency, phase, grid=None, parameters=GRID, **changes):
    fields = {"frequency": frequency, "phase": phase}
    units = {"frequency": "rad/s", "phase": "rad"}
    return trajectory(fields, units, grid or plane(), parameters, **changes)


CHESS = 1.0 - 2.0 * (np.indices((N, N)).sum(axis=0) % 2)


def test_a_grid_in_step_holds_its_lines_energy_and_is_least():
    lead = np.arcsin(0.5)
    in_step = np.stack([CHESS * lead / 2] * 2)
    still, adapter = np.zeros((2, N, N)), installed().domain("power_grid")
    energy, _, _ = adapter.energy(machines(still, in_step))
    # Four lines, half of each: 2K(1 − cos δ), K = 1.5.
    np.testing.assert_allclose(energy, 3.0 * (1 - np.cos(lead)), rtol=1e-12)
    found = adapter.entropy(machines(still, in_step))
    assert found is not None
    np.testing.assert_allclose(found[0], 0.0, atol=1e-12)
    for change in (0.1, -0.1):
        moved = adapter.entropy(machines(still, in_step * (1 + change)))
        assert moved is not None
        assert moved[0][0] > 1e-3


def test_all_machines_alike_fade_as_damping_says():
    fading = np.exp(-0.1 * 0.5 / 0.5 * np.arange(3))[:, None, None] * np.ones((1, N, N))
    moving = machines(2.0 * fading, np.zeros((3, N, N)))
    adapter = installed().domain("power_grid")
    np.testing.assert_allclose(adapter.energy(moving)[0], 0.25 * (2.0 * fading) ** 2)
    budget = adapter.budget(moving)
    assert budget.exchange is not None
    np.testing.assert_allclose(np.diff(budget.content), budget.exchange, rtol=1e-12)


def test_what_is_no_lattice_of_machines_is_refused():
    still, adapter = np.zeros((2, N, N)), installed().domain("power_grid")
    with pytest.raises(ContractError, match="no lattice"):
        adapter.energy(machines(still, still, plane("reflecting")))
    with pytest.raises(ContractError, match="no lattice"):
        adapter.energy(machines(still[:, :5, :5], still[:, :5, :5], plane(cells=5)))
    with pytest.raises(ContractError, match="inertia"):
        adapter.energy(machines(still, still, parameters={"strength": 1.0, "power": 1.0}))
    assert adapter.budget(machines(still, still, closed=False)).kind == "unknown"
    assert adapter.entropy(machines(still, still, closed=False)) is None


def gas(density, grid=None, **parameters):
    ones = np.ones_like(density)
    fields = {"density": density, "pressure": ones, "velocity_x": ones, "velocity_y": 0 * ones}
    units = {"density": "kg/m3", "pressure": "Pa", "velocity_x": "m/s", "velocity_y": "m/s"}
    return trajectory(fields, units, grid or plane(), {"gamma": 1.5, **parameters})


def test_gravity_of_a_ripple_is_below_zero_by_its_square_over_the_wave_number_squared():
    """`½ρφ` of `ρ̄ + a cos kx` is `−πG a²/k²` in the mean."""
    wave = np.cos(2 * np.pi * np.arange(N) / N)
    density = np.ones((2, N, N)) * (2 + 0.5 * wave)
    adapter = installed().domain("astrophysics")
    with_gravity = adapter.budget(gas(density, gravity=3.0))
    without = adapter.budget(gas(density))
    k = 2 * np.pi / 32
    exact = -np.pi * 3.0 * 0.25 / k**2 * 32**2
    np.testing.assert_allclose(with_gravity.content - without.content, exact, rtol=1e-10)
    assert with_gravity.kind == without.kind == "closed"
    np.testing.assert_allclose(
        adapter.energy(gas(density, gravity=3.0))[0], adapter.energy(gas(density))[0]
    )


def test_gravity_beyond_walls_has_no_balance():
    density = np.ones((2, N, N))
    budget = (
        installed().domain("astrophysics").budget(gas(density, plane("reflecting"), gravity=1.0))
    )
    assert budget.kind == "unknown"
