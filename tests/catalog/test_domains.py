"""The domains against analytic answers."""

from typing import Any

import numpy as np
import pytest

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import choose, installed

N = 32
TURN = Grid((N, N), (2 * np.pi / N,) * 2, ("y", "x"), ("m", "m"), ("periodic", "periodic"))
OPEN = Grid(
    (4, 5),
    (0.5, 0.25),
    ("latitude", "longitude"),
    ("degrees_north", "degrees_east"),
    ("open", "open"),
)


def heat(values, **changes):
    grid = Grid(values.shape[1:], (0.1,), ("x",), ("m",), ("reflecting",))
    stated: dict[str, Any] = {
        "closed": True,
        "parameters": {"density": 2.0, "specific_heat": 3.0},
        **changes,
    }
    units = stated.pop("units", {"temperature": "K"})
    return Trajectory({"temperature": values}, units, grid, 0.0, 1.0, **stated)


def vortices(viscosity=0.05, grid=TURN, frames=6, step=0.5, **changes):
    x = np.arange(N) * 2 * np.pi / N
    y, x = np.meshgrid(x, x, indexing="ij")
    decay = np.exp(-2 * viscosity * step * np.arange(frames))[:, None, None]
    fields = {"u": np.cos(x) * np.sin(y) * decay, "v": -np.sin(x) * np.cos(y) * decay}
    stated: dict[str, Any] = {
        "parameters": {"density": 10.0, "kinematic_viscosity": viscosity},
        **changes,
    }
    return Trajectory(fields, {"u": "m/s", "v": "m s-1"}, grid, 0.0, step, **stated)


def test_heat_is_capacity_times_excess_in_any_unit_of_temperature():
    kelvin = np.array([[300.0, 310.0], [305.0, 305.0]])
    adapter = installed().domain("heat")
    energy, unit, _ = adapter.energy(heat(kelvin))
    np.testing.assert_allclose(energy, 6 * kelvin)
    assert unit == "J/m^3"
    celsius = heat(kelvin - 273.15, units={"temperature": "degC"})
    np.testing.assert_allclose(adapter.energy(celsius)[0], 6 * kelvin)


def test_closed_heat_keeps_its_content_and_gains_entropy():
    adapter = installed().domain("heat")
    mixed = heat(np.array([[300.0, 310.0], [305.0, 305.0]]))
    budget = adapter.budget(mixed)
    assert budget.kind == "closed"
    np.testing.assert_allclose(np.diff(budget.content), 0, atol=1e-9)
    found = adapter.entropy(mixed)
    assert found is not None
    entropy, unit = found
    assert unit == "J/K"
    np.testing.assert_allclose(np.diff(entropy), 0.6 * np.log(305**2 / (300 * 310)))


def test_open_heat_claims_nothing():
    adapter = installed().domain("heat")
    open_body = heat(np.array([[300.0, 310.0], [305.0, 305.0]]), closed=None)
    assert adapter.budget(open_body).kind == "unknown"
    assert adapter.budget(open_body).exchange is None
    assert adapter.entropy(open_body) is None


def test_heat_refuses_a_wrong_unit_and_a_value_below_its_reference():
    adapter = installed().domain("heat")
    values = np.array([[300.0, 310.0]])
    with pytest.raises(ContractError, match="'temperature' is in 'm'"):
        adapter.energy(heat(values, units={"temperature": "m"}))
    with pytest.raises(ContractError, match="below its reference"):
        adapter.energy(heat(values, parameters={"reference_temperature": 305.0}))
    with pytest.raises(ContractError, match="NaN"):
        adapter.energy(heat(np.array([[300.0, np.nan]])))


def test_masked_cells_hold_no_energy_and_do_not_count():
    values = np.array([[300.0, np.nan], [301.0, np.nan]])
    land = heat(values, valid=np.array([True, False]))
    energy, _, _ = installed().domain("heat").energy(land)
    np.testing.assert_allclose(energy, [[1800.0, 0.0], [1806.0, 0.0]])
    np.testing.assert_allclose(installed().domain("heat").budget(land).content, [180.0, 180.6])


def test_taylor_green_vortices_lose_what_viscosity_takes():
    flow, adapter = vortices(), installed().domain("fluid")
    budget = adapter.budget(flow)
    exact = 10.0 * np.pi**2 * np.exp(-4 * 0.05 * flow.times)
    assert budget.kind == "functional"
    assert budget.exchange is not None
    np.testing.assert_allclose(budget.content, exact, rtol=1e-12)
    np.testing.assert_allclose(budget.exchange, np.diff(exact), rtol=1e-5)
    free_energy = adapter.entropy(flow)
    assert free_energy is not None
    assert np.all(np.diff(free_energy[0]) < 0)


@pytest.mark.parametrize(
    "flow",
    [
        vortices(parameters={}),
        vortices(closed=False),
        vortices(grid=Grid(TURN.shape, TURN.spacing, TURN.axes, TURN.units, ("open", "periodic"))),
        vortices(valid=np.arange(N * N).reshape(N, N) > 0),
    ],
    ids=["no viscosity", "not closed", "open axis", "holes"],
)
def test_a_flow_without_closed_balance_claims_none(flow):
    adapter = installed().domain("fluid")
    assert adapter.budget(flow).kind == "unknown"
    assert adapter.entropy(flow) is None


def test_a_diverging_flow_is_not_taken_for_incompressible():
    flow = vortices()
    squeezed = Trajectory(
        {"u": flow.variables["u"], "v": 2 * flow.variables["v"]},
        flow.units,
        flow.grid,
        0.0,
        0.5,
        parameters=flow.parameters,
    )
    assert "not incompressible" in installed().domain("fluid").budget(squeezed).note


def test_a_forecast_cannot_opt_out_of_the_balance_by_diverging():
    flow = vortices()
    late = flow.variables["v"].copy()
    late[3:] *= 3
    broken = Trajectory(
        {**flow.variables, "v": late}, flow.units, TURN, 0.0, 0.5, parameters=flow.parameters
    )
    assert installed().domain("fluid").budget(broken).kind == "functional"


def test_air_adds_the_parts_that_are_there():
    ones = np.ones((2, 4, 5))
    air = Trajectory(
        {"t2m": 280 * ones, "q": 0.01 * ones, "u10": 3 * ones, "v10": 4 * ones},
        {"t2m": "K", "q": "kg kg**-1", "u10": "m s**-1", "v10": "m s**-1"},
        OPEN,
        0.0,
        3600.0,
    )
    energy, unit, reference = installed().domain("atmosphere").energy(air)
    np.testing.assert_allclose(energy, 1.225 * (717.5 * 280 + 2.501e6 * 0.01 + 12.5))
    assert unit == "J/m^2"
    assert "humidity" in reference
    assert installed().domain("atmosphere").budget(air).kind == "unknown"


def test_a_window_holds_the_energy_of_its_samples():
    samples = np.random.default_rng(1).standard_normal((40, 2))
    windows = np.stack([samples[i : i + 32] for i in range(8)])
    grid = Grid((32,), (0.5,), ("time",), ("s",), ("open",))
    sensors = Trajectory(
        {"a": windows[..., 0], "b": windows[..., 1]}, {"a": "V", "b": "V"}, grid, 0.0, 0.5
    )
    adapter = installed().domain("signal")
    budget = adapter.budget(sensors)
    assert budget.exchange is not None
    level = samples[:32].mean(axis=0)
    expected = [0.5 * ((samples[i : i + 32] - level) ** 2).sum() for i in range(8)]
    np.testing.assert_allclose(budget.content, expected, rtol=1e-12)
    np.testing.assert_allclose(budget.exchange, np.diff(expected), rtol=1e-9, atol=1e-12)


def test_a_window_that_rewrites_the_past_is_refused():
    windows = np.stack([np.arange(16.0) + i for i in range(3)])
    windows[2, 4] += 1
    grid = Grid((16,), (1.0,), ("time",), ("s",), ("open",))
    sensors = Trajectory({"a": windows}, {}, grid, 0.0, 1.0)
    with pytest.raises(ContractError, match="already holds"):
        installed().domain("signal").budget(sensors)


def test_an_unknown_field_is_squared_above_its_minimum():
    strange = Trajectory(
        {"zorp": np.array([[1.0, 2.0], [0.0, 4.0]])},
        {"zorp": "smoot"},
        Grid((2,), (1.0,), ("x",), ("m",), ("open",)),
        0.0,
        1.0,
    )
    choice = choose(strange, installed().domains())
    assert choice.adapter.law.domain == "field"
    assert choice.confidence < 0.5
    np.testing.assert_allclose(choice.adapter.energy(strange)[0], [[1.0, 4.0], [0.0, 16.0]])


@pytest.mark.parametrize(
    ("names", "unit", "domain"),
    [
        (("temperature",), "K", "heat"),
        (("t2m",), "K", "atmosphere"),
        (("temperature",), "kg", "field"),
        (("u", "v"), "m/s", "fluid"),
        (("u10", "v10"), "m/s", "atmosphere"),
    ],
)
def test_names_and_units_choose_the_domain(names, unit, domain):
    ones = np.full((2, N, N), 300.0)
    found = Trajectory(
        dict.fromkeys(names, ones), {name: str(unit) for name in names}, TURN, 0.0, 1.0
    )
    assert choose(found, installed().domains()).adapter.law.domain == domain


def test_winds_in_degrees_are_weather():
    ones = np.ones((2, 4, 5))
    found = Trajectory({"u": ones, "v": ones}, {"u": "m/s", "v": "m/s"}, OPEN, 0.0, 1.0)
    assert choose(found, installed().domains()).adapter.law.domain == "atmosphere"


def test_a_declared_domain_wins_and_a_wrong_one_is_refused():
    flow, domains = vortices(), installed().domains()
    assert choose(flow, domains, declared="field").adapter.law.domain == "field"
    assert choose(flow, domains, declared="fluid").confidence == 1.0
    with pytest.raises(ContractError, match="needs temperature"):
        choose(flow, domains, declared="heat")
    with pytest.raises(ContractError, match="no domain 'alchemy'"):
        choose(flow, domains, declared="alchemy")
