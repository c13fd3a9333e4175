"""Cycles against other libraries' properties, textbooks, closed forms and the second law."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industriverse.engines.simulation.cycles import (
    Brayton,
    Diesel,
    Fluid,
    Otto,
    Rankine,
    Surroundings,
    VapourCompression,
    mean_effective_pressure,
    tabulate,
    way,
)
from industriverse.engines.simulation.cycles import _steps as steps
from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import check_plugin, full_params, installed, load
from industriverse.services.bench import cycles as bench

ICE = 273.15
R134A = Fluid("R134a")

EXAMPLES = {
    "rankine": Rankine(8e6, 8e3, 753.15, turbine_efficiency=0.85, pump_efficiency=0.85),
    "reheat": Rankine(15e6, 10e3, 873.15, 4e6, turbine_efficiency=0.85, pump_efficiency=0.8),
    "supercritical": Rankine(30e6, 5e3, 873.15, 5e6, turbine_efficiency=0.9),
    "brayton": Brayton(10.0, 300.0, 1400.0, 1e5, 0.8, 0.85),
    "regeneration": Brayton(8.0, 300.0, 1300.0, 1e5, 0.8, 0.85, 0.8),
    "otto": Otto(8.0, 8e5, 290.0),
    "real otto": Otto(8.0, 8e5, 290.0, 1e5, 0.85, 0.9),
    "diesel": Diesel(18.0, 2.0),
    "real diesel": Diesel(16.0, 1.9, 290.0, 1e5, 0.9, 0.9),
    "cold": VapourCompression(263.15, 313.15, 5.0, 5.0, 0.8),
    "propane": VapourCompression(263.15, 313.15, 5.0, 5.0, 0.8, "R290"),
    "ammonia": VapourCompression(258.15, 303.15, fluid="R717"),
}


# Recorded from `services/bench/cycles.py` on Python 3.11 with iapws 1.5.5, Cantera 3.2.0 and
# TESPy 0.11.3 (on CoolProp 8.0.0, so that it checks the equations of the cycle alone):
# `for case in CASES: peers[...](case.cycle)(value)`, for both values of the changed parameter.
# iapws: IAPWS-IF97 for water, its own code of Lemmon's air. Cantera: ideal gases with NASA's
# polynomials at an inlet of 1 kPa, and its own code of Tillner-Roth and Baehr's R134a.
PEERS = [
    ("rankine", "tespy", (0.33692376663258283, 0.33944349377679905), 1e-9),
    ("rankine", "iapws", (0.33692237420186544, 0.3394421875828353), 1e-3),
    ("rankine, reheat", "tespy", (0.3876567230256803, 0.3839788463120746), 1e-9),
    ("rankine, reheat", "iapws", (0.38767047108963004, 0.3839900516812297), 1e-3),
    ("brayton", "tespy", (0.29015553229788527, 0.2840320244506567), 1e-9),
    ("brayton", "iapws", (0.29015553229787266, 0.28403202445064907), 1e-9),
    ("brayton, regeneration", "tespy", (0.38400287221801344, 0.3666155038739113), 1e-9),
    ("brayton, regeneration", "iapws", (0.384002872217974, 0.36661550387387587), 1e-9),
    ("brayton, thin air", "cantera", (0.2901950967978368, 0.28408343508028466), 1e-3),
    ("otto", "iapws", (0.5245721539032617, 0.5281754898751605), 1e-9),
    ("otto, thin air", "cantera", (0.5229673427433033, 0.5265547578683354), 1e-3),
    ("diesel", "iapws", (0.5799684145336423, 0.5877450211728756), 1e-9),
    ("diesel, thin air", "cantera", (0.5787471258040775, 0.5864340046455876), 1e-3),
    ("vapour compression, R134a", "tespy", (3.4090288559712354, 3.952144951734795), 1e-7),
    ("vapour compression, R134a", "cantera", (3.409028880725732, 3.952145025486917), 1e-6),
    ("vapour compression, R290", "tespy", (3.361741738311579, 3.8941681055556034), 1e-7),
]


@pytest.mark.parametrize(("name", "peer", "wanted", "tolerance"), PEERS)
def test_another_library_finds_the_same(name, peer, wanted, tolerance):
    case = bench.CASES[name]
    assert peer in case.peers
    np.testing.assert_allclose([case.ours(v) for v in case.values], wanted, rtol=tolerance)


def test_every_pair_of_the_bench_is_recorded():
    pairs = {(name, peer) for name, case in bench.CASES.items() for peer in case.peers}
    assert pairs == {(name, peer) for name, peer, _, _ in PEERS}


MORAN, CENGEL = "Moran & Shapiro, 7th ed.", "Çengel & Boles, 7th ed."


def boiling(pressure: float) -> float:
    return R134A.boiling_at_pressure(pressure, 0.0).temperature


# Half a unit of the book's last digit, and one for tables read by hand.
BOOKS = [
    (MORAN, "8.1", Rankine(8e6, 8e3), 0.371, 0.0005),
    (MORAN, "8.2", Rankine(8e6, 8e3, 0, 0, 0, 0.85, 0.85), 0.314, 0.0005),
    (MORAN, "8.3", Rankine(8e6, 8e3, 480 + ICE, 7e5, 440 + ICE), 0.403, 0.0005),
    (CENGEL, "10-1", Rankine(3e6, 75e3, 350 + ICE), 0.260, 0.0005),
    (CENGEL, "10-3 b", Rankine(3e6, 10e3, 600 + ICE), 0.373, 0.0005),
    (CENGEL, "10-3 c", Rankine(15e6, 10e3, 600 + ICE), 0.430, 0.0005),
    (CENGEL, "10-4", Rankine(15e6, 10e3, 600 + ICE, 4e6), 0.450, 0.0005),
    (MORAN, "9.4", Brayton(10, 300, 1400), 0.457, 0.0005),
    (MORAN, "9.6", Brayton(10, 300, 1400, 1e5, 0.8, 0.8), 0.249, 0.001),
    (MORAN, "9.7", Brayton(10, 300, 1400, 1e5, 1, 1, 0.8), 0.568, 0.001),
    (CENGEL, "9-5", Brayton(8, 300, 1300), 0.426, 0.0005),
    (CENGEL, "9-6", Brayton(8, 300, 1300, 1e5, 0.8, 0.85), 0.266, 0.0005),
    (CENGEL, "9-7", Brayton(8, 300, 1300, 1e5, 0.8, 0.85, 0.8), 0.369, 0.0005),
    # The books' air is an ideal gas; ours is made thin.
    (CENGEL, "9-2", Otto(8, 8e5, 290, 1e3), 0.523, 0.0005),
    (MORAN, "9.2", Diesel(18, 2, 300, 1e3), 0.578, 0.001),
    (MORAN, "10.1", VapourCompression(ICE, 26 + ICE), 9.24, 0.01),
    (MORAN, "10.2", VapourCompression(ICE - 10, boiling(9e5)), 4.57, 0.01),
    (
        MORAN,
        "10.3",
        VapourCompression(ICE - 10, boiling(9e5), 0, boiling(9e5) - ICE - 30, 0.8),
        3.86,
        0.01,
    ),
    (CENGEL, "11-1", VapourCompression(boiling(1.4e5), boiling(8e5)), 3.97, 0.005),
]


@pytest.mark.parametrize(("book", "example", "cycle", "wanted", "rounding"), BOOKS)
def test_textbooks_find_the_same(book, example, cycle, wanted, rounding):
    assert cycle.solve().efficiency == pytest.approx(wanted, abs=rounding), (book, example)


def test_the_books_states_come_out():
    steam = Rankine(8e6, 8e3).solve().points
    books = {"turbine inlet": 2758.0, "condenser inlet": 1794.8, "pump inlet": 173.88}
    for name, wanted in books.items():  # Moran & Shapiro, example 8.1 [kJ/kg]
        assert steam[name].enthalpy / 1e3 == pytest.approx(wanted, rel=5e-4)
    assert steam["condenser inlet"].quality == pytest.approx(0.6745, abs=5e-4)
    otto = Otto(8, 8e5, 290).solve()  # Çengel & Boles, example 9-2, an ideal gas
    assert otto.points["expansion start"].temperature == pytest.approx(1575.1, rel=2e-3)
    assert otto.work / 1e3 == pytest.approx(418.17, rel=5e-3)
    assert mean_effective_pressure(otto) / 1e3 == pytest.approx(574, rel=5e-3)


@pytest.mark.parametrize("ratio", [2.0, 8.0, 12.0])
def test_thin_helium_has_the_closed_form_of_otto(ratio):
    errors = []
    for pressure in (1e4, 1e3):
        cycle = Otto(ratio, 4e5, 300.0, pressure, fluid="Helium").solve()
        errors.append(cycle.efficiency - (1 - ratio ** (-2 / 3)))
    assert abs(errors[1]) < 1e-5
    assert errors[0] / errors[1] == pytest.approx(10, rel=1e-2)  # one virial coefficient


def test_thin_helium_has_the_closed_forms_of_brayton_and_diesel():
    brayton = Brayton(6.0, 300.0, 1200.0, 1e3, fluid="Helium").solve()
    assert brayton.efficiency == pytest.approx(1 - 6**-0.4, abs=1e-6)
    diesel = Diesel(8.0, 1.5, 300.0, 1e3, fluid="Helium").solve()
    g = 5 / 3
    wanted = 1 - 8 ** (1 - g) * (1.5**g - 1) / (g * 0.5)
    assert diesel.efficiency == pytest.approx(wanted, abs=1e-5)


def test_thin_air_lies_between_the_closed_forms_of_its_coldest_and_hottest():
    """1 − r^(1−γ) with the γ of air at both ends: close together where it is hardly warmed."""
    cycle = Otto(1.5, 1e3, 300.0, 1e2).solve()
    temperatures = [state.temperature for state in cycle.points.values()]
    forms: list[float] = []
    for kelvin in (max(temperatures), min(temperatures)):
        low, high = (Fluid("Air").at_temperature(1e2, kelvin + step) for step in (-1.0, 1.0))
        gamma = (high.enthalpy - low.enthalpy) / (high.energy - low.energy)
        forms.append(1 - 1.5 ** (1 - gamma))
    assert forms[0] < cycle.efficiency < forms[1]
    assert forms[1] / forms[0] < 1.01


@pytest.mark.parametrize("name", EXAMPLES)
def test_energy_closes_and_no_component_destroys_entropy(name):
    cycle = EXAMPLES[name].solve()
    assert cycle.imbalance < 1e-12
    assert cycle.heat_in - cycle.heat_out == pytest.approx(cycle.work, rel=1e-10)
    assert min(cycle.entropy_produced.values()) > -1e-8
    losses = 1 - cycle.efficiency / cycle.carnot
    assert 0 < losses < 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_exergy_is_lost_as_entropy_is_produced(name):
    """Gouy and Stodola: what goes missing of the exergy is T₀ times the entropy produced."""
    around = Surroundings(temperature=290.0, pressure=1e5, above=20.0, below=5.0)
    cycle = EXAMPLES[name].solve(around)
    missing: dict[str, float] = {}
    for step in cycle.steps:
        useful = step.work
        if cycle.closed:
            useful -= around.pressure * (step.end.volume - step.start.volume)
        given = step.heat * (1 - 290.0 / step.reservoir) if step.reservoir else 0.0
        lost = cycle.exergy(step.start) - cycle.exergy(step.end) + given - useful
        missing[step.component] = missing.get(step.component, 0.0) + lost
    destroyed = cycle.exergy_destroyed
    assert missing.keys() == destroyed.keys()
    np.testing.assert_allclose(list(missing.values()), list(destroyed.values()), atol=2e-5)
    assert sum(destroyed.values()) > 0


def test_a_source_further_off_wastes_more_and_bounds_higher():
    near, far = (EXAMPLES["rankine"].solve(Surroundings(above=a)) for a in (0.0, 100.0))
    assert far.entropy_produced["boiler"] > near.entropy_produced["boiler"]
    assert far.carnot > near.carnot
    assert far.efficiency == near.efficiency


def test_ideal_machines_produce_no_entropy():
    for cycle in (Rankine(8e6, 8e3), Brayton(10, 300, 1400), Otto(8, 8e5), Diesel(18, 2)):
        produced = cycle.solve().entropy_produced
        for name in {"pump", "turbine", "compressor", "compression", "expansion"} & set(produced):
            assert abs(produced[name]) < 1e-8


def test_efficiencies_are_what_they_say():
    for name in ("rankine", "brayton", "real otto", "cold"):
        cycle = EXAMPLES[name].solve()
        for step in cycle.steps:
            if step.kind not in {"machine", "piston"}:
                continue
            if step.kind == "machine":
                ideal = cycle.fluid.at_entropy(step.end.pressure, step.start.entropy).enthalpy
                change, least = step.end.enthalpy - step.start.enthalpy, ideal - step.start.enthalpy
            else:
                packed = cycle.fluid.packed_with_entropy(step.end.density, step.start.entropy)
                change, least = (
                    step.end.energy - step.start.energy,
                    packed.energy - step.start.energy,
                )
            share = change / least if step.work > 0 else least / change
            assert share == pytest.approx(step.efficiency, rel=1e-9)


share = st.floats(0.5, 1.0)


@settings(max_examples=40, derandomize=True)
@given(
    boiler=st.floats(5e5, 3e7),
    condenser=st.floats(2e3, 1e5),
    steam=st.floats(700.0, 1100.0),
    middle=st.floats(0.1, 0.9),
    turbine=share,
    pump=share,
)
def test_no_rankine_cycle_beats_carnot(boiler, condenser, steam, middle, turbine, pump):
    between = condenser * (boiler / condenser) ** middle
    reheat = between if middle > 0.5 else 0.0
    cycle = Rankine(boiler, condenser, steam, reheat, 0.0, turbine, pump).solve()
    assert 0 < cycle.efficiency < cycle.carnot
    assert cycle.imbalance < 1e-10
    assert min(cycle.entropy_produced.values()) > -1e-8


@settings(max_examples=40, derandomize=True)
@given(
    ratio=st.floats(1.5, 15.0),
    inlet=st.floats(220.0, 350.0),
    hot=st.floats(1100.0, 1900.0),
    machine=st.floats(0.8, 1.0),
    regeneration=st.floats(0.05, 1.0),
)
def test_no_brayton_cycle_beats_carnot(ratio, inlet, hot, machine, regeneration):
    cycle = Brayton(ratio, inlet, hot, 1e5, machine, machine)
    solved = cycle.solve()
    points = solved.points
    if points["cooler inlet"].temperature > points["heater inlet"].temperature:
        plain, solved = solved, replace(cycle, regeneration=regeneration).solve()
        assert solved.efficiency > plain.efficiency
    assert 0 < solved.efficiency < solved.carnot
    assert solved.imbalance < 1e-10
    assert min(solved.entropy_produced.values()) > -1e-8


@settings(max_examples=40, derandomize=True)
@given(
    ratio=st.floats(5.0, 16.0),
    cutoff=st.floats(1.3, 1.6),
    inlet=st.floats(220.0, 330.0),
    pressure=st.floats(1e4, 1e6),
    stroke=st.floats(0.95, 1.0),
)
def test_no_closed_cycle_beats_carnot(ratio, cutoff, inlet, pressure, stroke):
    engines = (
        Otto(ratio, 5e5, inlet, pressure, stroke, stroke),
        Diesel(ratio, cutoff, inlet, pressure, stroke, stroke),
    )
    for engine in engines:
        cycle = engine.solve()
        assert 0 < cycle.efficiency < cycle.carnot
        assert cycle.imbalance < 1e-10
        assert min(cycle.entropy_produced.values()) > -1e-8


@pytest.mark.parametrize("little", [1e-9, 1e-6, 1e-3])
def test_hardly_any_superheat_or_subcooling_is_no_trouble(little):
    for fluid in ("R134a", "R290", "R717"):
        plain = VapourCompression(263.15, 303.15, fluid=fluid).solve()
        other = VapourCompression(263.15, 303.15, little, little, fluid=fluid).solve()
        assert other.efficiency == pytest.approx(plain.efficiency, rel=0.02 * little + 1e-9)
    boiling_steam = Fluid("Water").boiling_at_pressure(8e6, 1.0).temperature
    steam = Rankine(8e6, 8e3, boiling_steam + little).solve()
    assert steam.efficiency == pytest.approx(Rankine(8e6, 8e3).solve().efficiency, rel=1e-3)


@settings(max_examples=40, derandomize=True)
@given(
    cold=st.floats(240.0, 280.0),
    lift=st.floats(25.0, 60.0),
    superheat=st.floats(0.0, 10.0),
    subcooling=st.floats(0.0, 10.0),
    compressor=share,
    fluid=st.sampled_from(["R134a", "R290", "R600a", "R1234yf", "R152a"]),
)
def test_no_refrigerator_beats_carnot(cold, lift, superheat, subcooling, compressor, fluid):
    cycle = VapourCompression(cold, cold + lift, superheat, subcooling, compressor, fluid).solve()
    assert 0 < cycle.efficiency < cycle.carnot
    assert cycle.imbalance < 1e-10
    assert min(cycle.entropy_produced.values()) > -1e-8


@pytest.mark.parametrize(
    ("cycle", "name", "values"),
    [
        (Otto(4, 6e5), "compression_ratio", (4, 6, 8, 10, 12)),
        (Diesel(12, 1.8), "compression_ratio", (12, 14, 16, 18)),
        (Diesel(16, 2.0), "cutoff_ratio", (2.0, 1.8, 1.6, 1.4)),
        (Brayton(4, 300, 1400), "pressure_ratio", (4, 8, 12, 20)),
        (Brayton(4, 300, 1400, regeneration=0.8), "regeneration", (0.2, 0.5, 0.8, 1.0)),
        (Brayton(8, 300, 1400), "turbine_efficiency", (0.7, 0.8, 0.9, 1.0)),
        (Rankine(8e6, 8e3), "condenser_pressure", (1e5, 5e4, 1e4, 5e3)),
        (Rankine(8e6, 8e3, 800.0), "boiler_pressure", (1e6, 3e6, 8e6, 2e7)),
        (Rankine(8e6, 8e3, 800.0), "steam_temperature", (600.0, 700.0, 800.0)),
        (VapourCompression(263, 313), "condenser_temperature", (330, 320, 310, 300)),
        (VapourCompression(263, 313), "evaporator_temperature", (243, 253, 263, 273)),
        (VapourCompression(263, 313), "subcooling", (0, 3, 6, 9)),
    ],
)
def test_the_better_way_is_better(cycle, name, values):
    found = [replace(cycle, **{name: value}).solve().efficiency for value in values]
    assert (np.diff(found) > 0).all()


def test_a_perfect_regenerator_meets_the_hot_stream_and_wastes_little():
    cycle = Brayton(4, 300, 1300, regeneration=1.0).solve()
    points = cycle.points
    assert points["heater inlet"].temperature <= points["exhaust"].temperature * (1 + 1e-9)
    assert points["cooler inlet"].temperature >= points["regenerator inlet"].temperature - 1e-6
    assert 0 <= cycle.entropy_produced["regenerator"] < 1.0
    half = Brayton(4, 300, 1300, regeneration=0.5).solve()
    assert half.entropy_produced["regenerator"] > 10 * cycle.entropy_produced["regenerator"]


BAD = [
    (Rankine(1e4, 1e5), "not below the boiler"),
    (Rankine(8e6, 8e3, 400.0), "boils at"),
    (Rankine(8e6, 2.3e7), "not below the boiler"),
    (Rankine(3e7, 2.3e7), "does not boil"),
    (Rankine(3e7, 8e3), "does not boil"),
    (Rankine(8e6, 8e3, 753.15, 9e6), "not between"),
    (Rankine(8e6, 8e3, 753.15, 1e6, 460.0), "would cool"),
    (Rankine(8e6, 8e3, 2500.0), "outside the range"),
    (Rankine(8e6, 8e3, 753.15, turbine_efficiency=1.1), "efficiency"),
    (Rankine(8e6, 8e3, 753.15, pump_efficiency=0.0), "efficiency"),
    (Rankine(8e6, 8e3, float("nan")), "boils at"),
    (Rankine(8e6, 8e3, fluid="Phlogiston"), "knows no fluid"),
    (Brayton(0.5, 300, 1400), "cannot press"),
    (Brayton(10, 100, 1400), "turn liquid"),
    (Brayton(40, 300, 700), "no colder"),
    (Brayton(10, 300, 2100), "outside the range"),
    (Brayton(40, 300, 1200, 1e5, 0.8, 0.85, 0.8), "regenerator would heat"),
    (Brayton(10, 300, 1000, 1e5, 0.6, 0.6), "gives none"),
    (Brayton(10, 300, 1400, float("inf")), "not finite"),
    (Otto(1.0, 8e5), "compresses nothing"),
    (Otto(8.0, 0.0), "drives no engine"),
    (Otto(8.0, 1.4e6), "outside the range"),
    (Otto(8.0, 8e5, 300.0, -1.0), "outside the range"),
    (Otto(8.0, 1e5, 300.0, 1e5, 0.5, 0.5), "gives none"),
    (Diesel(18.0, 3.0), "hotter than 2000 K"),
    (Diesel(8.0, 9.0), "not between 1 and"),
    (VapourCompression(313.15, 263.15), "not above the evaporator"),
    (VapourCompression(263.15, 380.0), "does not boil or condense"),
    (VapourCompression(263.15, 313.15, -1.0), "0 K or more"),
    (VapourCompression(263.15, 313.15, 5, 5, 0.1), "outside the range"),
    (VapourCompression(273.15, 283.15, 12.0), "heat would flow"),
    (Brayton(50, 300, 1400, 1e5, 0.15), "hotter than 2000 K"),
    (Otto(20, 4e5, 300, 1e5, 0.15), "hotter than 2000 K"),
    (VapourCompression(100.0, 300.0), "outside the range"),
]


@pytest.mark.parametrize(("cycle", "words"), BAD)
def test_what_cannot_be_is_refused_with_a_sentence(cycle, words):
    with pytest.raises(ContractError, match=words):
        cycle.solve()


def test_machines_refuse_the_wrong_phase():
    wet = R134A.boiling_at_temperature(263.15, 0.9)
    with pytest.raises(ContractError, match="as liquid"):
        steps.compressor(R134A, wet, 1e6, 0.8)
    with pytest.raises(ContractError, match="as vapour"):
        steps.pump(R134A, wet, 1e6, 0.8)
    with pytest.raises(ContractError, match="cannot expand"):
        steps.turbine(R134A, wet, 1e6, 0.8)
    with pytest.raises(ContractError, match="cannot throttle"):
        steps.valve(R134A, wet, 1e6)


@pytest.mark.parametrize(
    "around",
    [Surroundings(temperature=0.0), Surroundings(above=-1.0), Surroundings(below=400.0)],
)
def test_surroundings_that_cannot_be_are_refused(around):
    with pytest.raises(ContractError):
        EXAMPLES["rankine"].solve(around)


def test_only_a_closed_cycle_has_a_mean_effective_pressure():
    with pytest.raises(ContractError, match="sweeps no volume"):
        mean_effective_pressure(EXAMPLES["brayton"].solve())


@pytest.mark.parametrize("name", ["reheat", "regeneration", "real otto", "real diesel", "cold"])
def test_the_way_joins_the_points_and_keeps_what_each_step_keeps(name):
    cycle = EXAMPLES[name].solve()
    for step, after in zip(cycle.steps, [*cycle.steps[1:], cycle.steps[0]], strict=True):
        states = way(cycle.fluid, step, 9)
        assert (states[0], len(states)) == (step.start, 9)
        if step.component != "regenerator" and after.component != "regenerator":
            assert step.end == after.start
        kept = {"constant pressure": "pressure", "constant volume": "density", "valve": "enthalpy"}
        if step.kind in kept:
            values = [getattr(state, kept[step.kind]) for state in states]
            np.testing.assert_allclose(values, values[0], rtol=1e-8)
        else:
            entropy = np.array([state.entropy for state in states])
            assert (np.diff(entropy) > -1e-7).all()
            # The path meets the step's own end, so that finer places close the last gap.
            finer = way(cycle.fluid, step, 33)
            gaps = [abs(step.end.enthalpy - path[-2].enthalpy) for path in (states, finer)]
            assert gaps[1] < gaps[0] / 2


def test_the_area_of_the_path_is_the_work():
    """Otto's ∮ T ds of a reversible cycle, by the trapezoidal rule: its order shows too."""
    cycle = EXAMPLES["otto"].solve()
    errors = []
    for places in (21, 41):
        table = tabulate(cycle, places)
        temperature, entropy = table["path_temperature"], table["path_entropy"]
        area = np.trapezoid(temperature, entropy, axis=1).sum()
        errors.append(area / cycle.work - 1)
    assert abs(errors[1]) < 1e-4
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)


def test_threads_do_not_disturb_each_other():
    wanted = {name: cycle.solve().efficiency for name, cycle in EXAMPLES.items()}
    wrong: list[str] = []

    def work(order: list[str]) -> None:
        for name in order * 3:
            if EXAMPLES[name].solve().efficiency != wanted[name]:
                wrong.append(name)

    names = list(EXAMPLES)
    threads = [threading.Thread(target=work, args=(names[i:] + names[:i],)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def runner(plugin: str) -> Callable[..., dict[str, Any]]:
    return cast("Callable[..., dict[str, Any]]", load(installed().get(plugin)))


PLUGINS = ("rankine", "brayton", "otto", "diesel", "vapour-compression")


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_gives_what_its_manifest_says(plugin):
    manifest = installed().get(plugin)
    assert check_plugin(manifest) == ()
    found = runner(plugin)({}, full_params(manifest, {"places": 5}))
    assert sorted(found) == sorted(manifest.outputs)
    sizes: dict[str, int] = {"place": 5}
    for name, slot in manifest.outputs.items():
        assert found[name].ndim == len(slot.dims)
        assert np.isfinite(found[name]).all()
        for dim, size in zip(slot.dims, found[name].shape, strict=True):
            assert sizes.setdefault(dim, size) == size
    assert sizes["point"] == sizes["step"]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_at_the_ends_of_its_ranges_a_plugin_answers_or_refuses(plugin):
    manifest, run = installed().get(plugin), runner(plugin)
    answered = 0
    for name, slot in manifest.params.items():
        for value in (slot.minimum, slot.maximum):
            if name == "places" or value is None:
                continue
            try:
                found = run({}, full_params(manifest, {name: value, "places": 3}))
            except ContractError:
                continue
            answered += 1
            assert all(np.isfinite(values).all() for values in found.values()), (name, value)
            assert found["imbalance"] < 1e-10
            assert found["entropy_produced"].min() > -1e-8
    assert answered >= 8


def test_refrigerants_go_by_number():
    manifest = installed().get("vapour-compression")
    run = runner("vapour-compression")
    found = run({}, full_params(manifest, {"refrigerant": 290, "places": 2}))
    assert found["coefficient_of_performance"] == pytest.approx(
        EXAMPLES["propane"].solve().efficiency
    )
    with pytest.raises(ContractError, match="number 100"):
        run({}, full_params(manifest, {"refrigerant": 100}))


def test_a_peer_that_is_not_there_says_how_to_get_it(monkeypatch):
    def none(package: str) -> str:
        raise bench.PackageNotFoundError(package)

    monkeypatch.setattr(bench, "version", none)
    told: list[float] = []
    rows = bench.cycle_rows(lambda _, share: told.append(share))
    assert [row["peer"] for row in rows] == [None] * len(PEERS)
    assert "pip install tespy" in str(rows[0]["note"])
    assert told == sorted(told)


def test_a_peer_that_is_there_is_compared_and_timed(monkeypatch):
    case = replace(bench.CASES["otto"], peers={"iapws": lambda _: lambda value: 0.5 + 0 * value})
    monkeypatch.setattr(bench, "CASES", {"otto": case})
    monkeypatch.setattr(bench, "version", lambda _: "0")
    (row,) = bench.cycle_rows(lambda *_: None)
    assert row["against"] == "iapws 0"
    assert row["relative_difference"] == pytest.approx(0.5281754898751605 / 0.5 - 1)
    assert {"our_ms", "peer_ms", "ratio", "ours", "peer", "note"} <= row.keys()
