"""The plant obeys its own physics, repeats to the last bit, and its truth is true."""

import math
import pickle
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from unittest.mock import Mock

import numpy as np
import pytest
from CoolProp import CoolProp
from hypothesis import given, settings
from hypothesis import strategies as st

from industriverse.engines.simulation.plant import (
    CHANNELS,
    DESIGN,
    EPISODES,
    Plant,
    PlantState,
    _plant,
    episode_at,
    tabulated,
    window_label,
)
from industriverse.engines.simulation.plant import _equipment as equipment
from industriverse.engines.simulation.plant._dynamics import stored_j
from industriverse.engines.simulation.plant._scenario import CYCLE_S, plan_at
from industriverse.engines.simulation.plant._truth import CHAOS_GAIN, INSTABILITY_GAIN
from industriverse.engines.simulation.plant._water import water
from industriverse.kernel.errors import ContractError

STILL = [0.0] * 6
COLUMN = {channel.name: i for i, channel in enumerate(CHANNELS)}


RECORD = """
import pickle, sys, time
from industriverse.engines.simulation.plant import Plant
plant, states = Plant(seed=3, step_s=1.0), []
plant.advance(0)
start = time.process_time()
readings = plant.run(5700.0)
took = time.process_time() - start
plant = Plant(seed=3, step_s=1.0)
for _ in range(57):
    states.append(plant.state)
    plant.advance(100)
pickle.dump((readings, states, took), sys.stdout.buffer)
"""


@pytest.fixture(scope="module")
def recorded():
    """A cycle, and states every 100 s, from a process without the tests' type checks.

    The checks make each of the plant's many small calls ten times as slow.
    """
    done = subprocess.run([sys.executable, "-c", RECORD], capture_output=True, check=True)
    return pickle.loads(done.stdout)


@pytest.fixture(scope="module")
def cycle(recorded):
    return recorded[0]


def quiet(monkeypatch, state: PlantState, samples: int, at_s: float, **plan) -> list[PlantState]:
    """Run without noise under a plan that does not change."""
    fixed = replace(plan_at(at_s), moving=False, **plan)
    monkeypatch.setattr(_plant, "plan_at", Mock(return_value=fixed))
    states = []
    for _ in range(samples):
        state, _, _ = _plant.step(state, STILL, DESIGN, water())
        states.append(state)
    return states


# Fluid


def test_water_is_that_of_coolprop_between_its_table_rows():
    table = water()
    for celsius in (5.3, 18.0, 50.13, 85.01, 110.7):
        kelvin = celsius + 273.15

        def wanted(name, kelvin=kelvin):
            return CoolProp.PropsSI(name, "T", kelvin, "P", 4e5, "Water")

        assert table.rho(celsius) == pytest.approx(wanted("D"), rel=1e-5)
        assert table.h(celsius) == pytest.approx(wanted("H"), rel=1e-5)
        assert table.mu(celsius) == pytest.approx(wanted("V"), rel=1e-3)
        boiling = CoolProp.PropsSI("P", "T", kelvin, "Q", 0, "Water")
        assert table.p_sat(celsius) == pytest.approx(boiling, rel=1e-3)


def test_the_table_that_ships_is_that_of_the_library():
    ships, fresh = water(), tabulated()
    for column in ("density", "enthalpy", "viscosity", "vapour_pressure"):
        np.testing.assert_allclose(getattr(ships, column), getattr(fresh, column), rtol=1e-12)


@given(st.floats(1.0, 129.0))
def test_temperature_is_read_back_from_enthalpy(celsius):
    assert water().celsius(water().h(celsius)) == pytest.approx(celsius, abs=1e-9)


def test_water_outside_the_table_is_refused():
    with pytest.raises(ContractError, match="outside the plant's table"):
        water().rho(140.0)


# Equipment against answers worked out by hand


def test_friction_is_laminar_poiseuille_and_turbulent_colebrook():
    assert equipment.friction_factor(1000.0, 1e-4) == pytest.approx(64 / 1000, rel=1e-3)
    reynolds, rough = 2e5, 4.5e-4
    factor = 0.02
    for _ in range(50):
        inner = rough / 3.7 + 2.51 / (reynolds * math.sqrt(factor))
        factor = (-2 * math.log10(inner)) ** -2
    assert equipment.friction_factor(reynolds, rough) == pytest.approx(factor, rel=0.02)


@given(st.floats(0.5, 1.1), st.floats(0.004, 0.014))
def test_affinity_laws(ratio, flow):
    head = equipment.pump_head(DESIGN, flow, 1.0)
    assert equipment.pump_head(DESIGN, flow * ratio, ratio) == pytest.approx(head * ratio**2)
    efficiency = equipment.pump_efficiency(DESIGN, flow, 1.0)
    assert equipment.pump_efficiency(DESIGN, flow * ratio, ratio) == pytest.approx(efficiency)


def test_effectiveness_by_hand():
    # NTU 2, C_r 0.5: (1 − e⁻¹) / (1 − 0.5 e⁻¹); balanced: NTU / (1 + NTU); C_r 0: 1 − e^−NTU.
    by_hand = (1 - math.exp(-1)) / (1 - 0.5 * math.exp(-1))
    assert equipment.effectiveness(2.0, 1.0, 2.0) == pytest.approx(by_hand)
    assert equipment.effectiveness(2.0, 1.0, 1.0) == pytest.approx(2 / 3)
    assert equipment.effectiveness(2.0, 1.0, 1e12) == pytest.approx(1 - math.exp(-2))


def test_head_falls_by_three_percent_where_the_suction_margin_ends():
    assert equipment.cavitation_factor(0.0) == pytest.approx(0.97, abs=0.001)
    assert equipment.cavitation_factor(1.0) == pytest.approx(1.0, abs=1e-6)
    assert equipment.cavitation_factor(-0.5) < 0.4


def test_feeder_by_hand():
    voltage, current, cosine = equipment.feeder(DESIGN, 400.0, 6000.0, 0.0)
    assert math.sqrt(3) * voltage * current * cosine == pytest.approx(6000.0)
    sine = math.sqrt(1 - cosine**2)
    drop = math.sqrt(3) * current * (0.18 * cosine + 0.09 * sine)
    assert 400.0 - voltage == pytest.approx(drop, rel=1e-6)


# The plant as a whole


def test_a_still_plant_comes_to_the_steady_state_worked_out_by_hand(monkeypatch):
    start = Plant(0, 1.0).state
    end = quiet(monkeypatch, start, 600, 0.0, leak=0.0, fouling=0.0)[-1]
    plan, table = plan_at(0.0), water()
    supply_c = DESIGN.cold_inlet_c + 0.1 * (plan.ambient_c - 18.0)
    density = table.rho(supply_c)
    assert end.flow * density == pytest.approx(plan.demand_kg_s, rel=1e-6)

    ratio = end.speed_ratio
    head = 45.0 * ratio**2 - 69444.0 * end.flow**2
    away = 1 - end.flow / (0.0125 * ratio)
    shaft = density * 9.80665 * end.flow * head / (0.78 * (1 - away * away))
    electric = (end.books.electric - start.books.electric) / 600
    assert electric == pytest.approx(shaft / 0.92, rel=0.01)

    cold_in = table.celsius(table.h(supply_c) + shaft / plan.demand_kg_s)
    hot, cold = 9.0 * 4180.0, plan.demand_kg_s * 4180.0
    film = 0.5 * (12.0 / plan.demand_kg_s) ** 0.8 + 0.5
    units, capacity_ratio = 42_000.0 / film / min(hot, cold), min(hot, cold) / max(hot, cold)
    decay = math.exp(-units * (1 - capacity_ratio))
    share = (1 - decay) / (1 - capacity_ratio * decay)
    duty = share * min(hot, cold) * (85.0 - cold_in)
    gained = plan.demand_kg_s * (end.cold_h - table.h(cold_in))
    assert gained == pytest.approx(duty, rel=1e-5)
    lost = 60.0 * (table.celsius(end.hot_h) - plan.ambient_c)
    assert 9.0 * (table.h(85.0) - end.hot_h) == pytest.approx(duty + lost, rel=1e-5)


def energy_gap(before: PlantState, after: PlantState) -> float:
    """Return what the books of a stretch miss, over the heat that went through the exchanger."""
    a, b = before.books, after.books
    carried = (b.carried_in - a.carried_in) - (b.carried_out - a.carried_out)
    stored = stored_j(DESIGN, after) - stored_j(DESIGN, before)
    through = 1e6 * (after.index - before.index) * after.step_s
    return abs(carried - (b.lost - a.lost) - stored) / through


def test_energy_in_equals_energy_out_lost_and_stored_in_every_episode(recorded):
    states = recorded[1]
    for before, after in pairwise(states):
        assert energy_gap(before, after) < 1e-6
        a, b = before.books, after.books
        shaft, heat = b.shaft - a.shaft, b.motor_loss - a.motor_loss
        assert b.electric - a.electric == pytest.approx(shaft + heat, rel=1e-9)
        assert min(shaft, heat, b.lost - a.lost) > 0


def test_energy_books_notice_a_planted_loss_of_heat(recorded):
    """The check above can fail: ten joules a kilogram taken unbooked break it."""
    before, after = recorded[1][3:5]
    assert energy_gap(before, replace(after, hot_h=after.hot_h - 10.0)) > 1e-6


@settings(max_examples=6)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=4), st.integers(0, 5))
def test_cutting_a_run_changes_nothing(pieces, seed):
    whole = Plant(seed, 1.0).advance(sum(pieces))
    plant, parts = Plant(seed, 1.0), []
    for piece in pieces:
        plant = Plant.resume(plant.state)
        parts.append(plant.advance(piece))
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_seeds_differ_and_repeat():
    one, again, other = (Plant(seed, 1.0).advance(20) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).all()


def test_readings_are_finite_named_and_marked_as_simulated(cycle):
    assert np.isfinite(cycle.signals.values).all()
    assert cycle.signals.names == tuple(channel.name for channel in CHANNELS)
    assert "simulated" in cycle.signals.source
    assert Plant().simulated
    assert "simulated" in Plant().title.lower()


@pytest.mark.parametrize("step_s", [0.0, 6.0])
def test_a_step_out_of_range_is_refused(step_s):
    with pytest.raises(ContractError, match="cannot sample every"):
        Plant(0, step_s)


def test_a_negative_seed_is_refused():
    with pytest.raises(ContractError, match="seed"):
        Plant(-1, 1.0)


# The plan and its truth


def test_episodes_cover_the_cycle_without_gap():
    edges = [(episode.start_s, episode.end_s) for episode in EPISODES]
    assert edges[0][0] == 0
    assert edges[-1][1] == CYCLE_S
    assert all(a[1] == b[0] for a, b in pairwise(edges))
    assert episode_at(CYCLE_S + 1.0) == EPISODES[0]


def spread_of(states: list[PlantState]) -> float:
    flows = np.array([state.flow for state in states[-200:]])
    return float(np.ptp(flows) / flows.mean())


def test_below_the_instability_gain_a_push_dies_out_and_above_it_stays(monkeypatch):
    start = replace(Plant(0, 1.0).state, opening=0.6, target=0.6)
    below = quiet(monkeypatch, start, 500, 1500.0, gain=0.9 * INSTABILITY_GAIN)
    above = quiet(monkeypatch, start, 500, 1500.0, gain=1.1 * INSTABILITY_GAIN)
    assert spread_of(below) < 0.05 * spread_of(above)
    assert spread_of(above) > 0.1


def exponent(monkeypatch, gain: float) -> tuple[float, float]:
    """Return the largest Lyapunov exponent [1/s] and its standard error, from two near runs."""
    state = quiet(monkeypatch, Plant(0, 1.0).state, 200, 1500.0, gain=gain)[-1]
    names, size, growth = ("flow", "opening", "target"), 1e-8, []
    twin = replace(state, flow=state.flow * (1 + size))

    def apart(a, b):
        return np.array([getattr(b, n) / getattr(a, n) - 1 for n in names])

    before = np.linalg.norm(apart(state, twin))
    for _ in range(20):
        state = quiet(monkeypatch, state, 25, 1500.0, gain=gain)[-1]
        twin = quiet(monkeypatch, twin, 25, 1500.0, gain=gain)[-1]
        gap = apart(state, twin)
        after = max(float(np.linalg.norm(gap)), 1e-14)
        growth.append(math.log(after / before) / 25)
        moved = {
            n: getattr(state, n) * (1 + g * size / after) for n, g in zip(names, gap, strict=True)
        }
        twin = replace(twin, **moved)
        before = float(np.linalg.norm(apart(state, twin)))
    return float(np.mean(growth[3:])), float(np.std(growth[3:]) / math.sqrt(17))


def test_hunting_is_chaotic_by_its_lyapunov_exponent_and_normal_running_is_not(monkeypatch):
    value, error = exponent(monkeypatch, 2.45)
    assert value > 3 * error
    assert 2.45 / CHAOS_GAIN > 1.1
    value, error = exponent(monkeypatch, 1.9)
    assert value < -3 * error


def test_truth_names_each_regime_where_it_was_planned(cycle):
    truth = cycle.truth
    assert window_label(truth, 100, 710) == "stable"
    assert window_label(truth, 730, 890) == "transitional"
    assert window_label(truth, 1450, 2150) == "chaotic"
    assert window_label(truth, 2600, 2900) == "phase_change"
    assert window_label(truth, 4900, 5300) == "stable"


def test_what_the_rules_do_not_name_carries_no_label(cycle):
    assert window_label(cycle.truth, 680, 760) is None
    assert window_label(cycle.truth, 3800, 4400) is None


def test_water_boils_in_the_pump_when_the_strainer_clogs(cycle):
    values = cycle.signals.values
    before, during = slice(2400, 2520), slice(2900, 3250)
    assert cycle.truth.suction_margin[during].max() < 0 < cycle.truth.suction_margin[before].min()
    lift = values[:, COLUMN["outlet_pressure"]] - values[:, COLUMN["inlet_pressure"]]
    assert lift[during].mean() < 0.9 * lift[before].mean()
    shake = values[:, COLUMN["vibration"]]
    assert shake[during].mean() > 2 * shake[before].mean()


def heat_gap(cycle) -> np.ndarray:
    """Return duty less what the metered cold flow takes up [kW], from the readings alone."""
    values, table = cycle.signals.values, water()
    rise = [
        table.h(out) - table.h(into)
        for into, out in zip(
            values[:, COLUMN["cold_inlet_temperature"]],
            values[:, COLUMN["cold_outlet_temperature"]],
            strict=True,
        )
    ]
    taken = values[:, COLUMN["cold_flow"]] * np.array(rise) / 1e3
    return values[:, COLUMN["exchanger_duty"]] - taken


def test_the_readings_violate_the_energy_balance_only_during_the_leak(cycle):
    gap = heat_gap(cycle)
    ordinary, leaking = gap[200:700], gap[4900:5300]
    assert abs(ordinary.mean()) < 10.0
    assert leaking.mean() < -100.0
    np.testing.assert_allclose(
        leaking.mean(), cycle.truth.balance_w[4900:5300].mean() / 1e3, atol=8
    )
    assert not cycle.truth.balance_w[:4800].any()


def test_a_thousand_samples_a_second(recorded):
    assert CYCLE_S / recorded[2] > 1000
