"""The benchmarks of solvers, integrators, transitions and the atlas, on small programmes."""

from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.kernel.maps import MapQuery
from industriverse.services.bench import (
    BenchSettings,
    _peers,
    atlas,
    integrators,
    simulation,
    transitions,
)
from industriverse.services.bench._diffrax_peer import Work, solved
from industriverse.services.bench._flow_race import FlowRace
from industriverse.services.bench._fluid_race import FluidRace
from industriverse.services.bench._light_race import LightRace
from industriverse.services.bench.transitions import Size
from tests.bench_command import DATA


def settings_in(folder: Path) -> BenchSettings:
    def refuse(path: Path) -> None:
        raise AssertionError(f"no file is predicted, but {path} was asked for")

    return BenchSettings(0, DATA, folder, lambda text, share: None, refuse)  # pyright: ignore[reportArgumentType]


def small():
    return simulation.Program(
        flows=(FlowRace(32, 0.3, 0.2, 1e-2),),
        lights=(LightRace(16, 20),),
        fluids=(FluidRace(6, 5, 5),),
        rounds=1,
        cycles=False,
    )


def test_our_solvers_run_without_their_peers_and_say_how_to_get_them(monkeypatch):
    monkeypatch.setattr(_peers, "import_module", lambda name: (_ for _ in ()).throw(ImportError))
    told: list[str] = []
    found = simulation.measured(small(), lambda text, share: told.append(text))
    ours = [row for row in found["rows"] if row["solver"] == "industriverse"]
    assert [row["case"] for row in ours] == told == list(found["metrics"])
    assert all(row["took"] > 0 and row["first_s"] > 0 for row in ours)
    flow, light, fluid = (row["error"] for row in ours)
    assert flow <= 1e-2
    assert light < 0.2
    assert fluid < 1e-3
    missing = {row["solver"]: row for row in found["rows"] if row["solver"] != "industriverse"}
    assert set(missing) == {"exponax", "fdtd", "openmm"}
    for row in missing.values():
        assert row["note"] == "not installed: make bench-peers"
        assert row["took"] is row["error"] is row["threads"] is None
    assert found["peers"] == found["ratios"] == {}


@pytest.mark.slow
@pytest.mark.parametrize("package", ["exponax", "fdtd", "openmm"])
def test_a_peer_that_is_installed_solves_the_same_case_as_well(package):
    pytest.importorskip(package)
    rows = simulation.measured(small(), lambda text, share: None)["rows"]
    case = next(row["case"] for row in rows if row["solver"] == package)
    mine, theirs = (row for row in rows if row["case"] == case)
    assert theirs["took"] > 0
    assert theirs["version"]
    if package == "fdtd":
        assert theirs["error"] == pytest.approx(mine["error"], rel=1e-6)
    else:
        assert theirs["error"] < {"exponax": 1e-2, "openmm": 1e-4}[package]


def test_times_are_the_best_of_turns_and_ratios_are_the_peers_over_ours():
    order: list[str] = []
    runs = {name: (lambda name=name: order.append(name)) for name in ("ours", "theirs")}
    best = _peers.interleaved(runs, 3)
    assert order == ["ours", "theirs"] * 3
    assert all(timed.seconds > 0 for timed in best.values())
    lines = [
        _peers.row("case", "industriverse", took=2.0, took_cores=4.0),
        _peers.row("case", "fdtd", package="numpy", took=5.0, took_cores=5.0),
        _peers.row("other", "fdtd", note=_peers.MISSING),
    ]
    assert _peers.ratios(lines) == {
        "fdtd over ours/case": 2.5,
        "fdtd over ours, core time/case": 1.25,
    }
    assert lines[2]["version"] == ""


def test_a_cycle_and_its_peer_have_a_line_each():
    pair: _peers.Row = {
        "name": "rankine",
        "against": "tespy 0.11.3",
        "ours": 0.3,
        "peer": 0.3,
        "relative_difference": 1e-9,
        "our_ms": 2.0,
        "peer_ms": 11.0,
        "ratio": 5.5,
        "note": "",
    }
    lines = simulation.cycle_lines(pair)
    assert _peers.ratios(lines) == {"tespy over ours/rankine, tespy": 5.5}
    assert [line["version"] for line in lines][1] == "0.11.3"
    empty: _peers.Row = dict.fromkeys(("peer", "relative_difference", "our_ms", "peer_ms", "ratio"))
    mine, theirs = simulation.cycle_lines(pair | {"against": "tespy"} | empty)
    assert theirs["note"] == "not installed: make bench-peers"
    assert mine["took"] is theirs["took"] is None


def test_diffrax_is_told_missing_among_the_integrators(monkeypatch):
    monkeypatch.setattr(integrators, "loaded", lambda package: None)
    row = integrators._diffrax("pendulum", integrators.CASES["pendulum"], "Tsit5")
    assert row["note"] == "not installed: make bench-peers"
    assert row["drift"] is None


def test_diffrax_takes_the_work_it_is_given():
    diffrax = pytest.importorskip("diffrax")
    start = (jnp.asarray([1.0]), jnp.asarray([0.0]))
    work = Work(lambda q: -q, start, 2 * np.pi, 20, 60)
    for method in ("Tsit5", "SemiImplicitEuler"):
        path = solved(diffrax, method, work)
        assert 0.7 * 60 < path.evaluations / 20 <= 62
        assert path.times[-1] == pytest.approx(40 * np.pi)
        assert float(path.q[-1, 0]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.slow
def test_regime_changes_are_found_and_what_faults_spoil_is_told(tmp_path):
    size = Size(("Hopf",), 1, 2, ("stuck", "missing at random, 25 %"))
    measured = transitions.run(settings_in(tmp_path), size)
    ramp = {row["by"]: row for row in measured["rows"] if row["case"] == "Hopf"}
    assert ramp["regime"]["detected"] == 1
    assert 0 <= ramp["regime"]["delay_median"] <= 200
    assert ramp["regime"]["false_at_rest_per_1000"] == 0
    assert {"CUSUM", "rolling threshold"} <= set(measured["peers"])
    peers = {row["by"]: row for row in measured["rows"] if str(row["by"]).startswith("ruptures")}
    assert all(row["note"] for row in peers.values())
    faults = {row["case"]: row for row in measured["rows"] if row["by"] == "product"}
    assert list(faults) == ["no fault", "stuck", "missing at random, 25 %"]
    assert (faults["no fault"]["label_kept"], faults["no fault"]["missing"]) == (1, 0)
    holes = faults["missing at random, 25 %"]
    assert abs(holes["missing"] - 0.25) < 0.03
    assert 0 < holes["filled_energy"] < 1
    assert all(0 <= row["coverage_faulty"] <= 1 for row in faults.values())


@pytest.mark.slow
def test_the_atlas_is_timed_with_its_pages_and_a_build(tmp_path):
    with build_platform(load_settings(folder=tmp_path)) as platform:
        settings = replace(settings_in(tmp_path), maps=platform.maps)
        small = atlas.Program(rows=2000, domain="heat", cells=16, maps=5)
        found = atlas.run(settings, small)
        listed = platform.maps.catalogue.query(MapQuery(domain="heat"), limit=500).records
    metrics, rows = found["metrics"], {row["query"]: row for row in found["rows"]}
    assert metrics["catalogue_rows"] == 2000
    assert metrics["build_cells"] == 16
    assert metrics["build_maps"] == len(listed) >= 5
    assert metrics["build_maps_a_second"] == pytest.approx(len(listed) / metrics["build_s"])
    times = {name: value for name, value in metrics.items() if name.endswith(("_ms", "_s"))}
    assert {"load_ms", "pyramid_ms", "query_ms", "next_page_ms", "build_s"} <= set(times)
    assert all(value > 0 for value in times.values())
    # The slowest first page and the slowest page after it, each on its own.
    assert metrics["query_ms"] == max(row["median_ms"] for row in rows.values())
    following = [row["next_page_ms"] for row in rows.values() if row["next_page_ms"] is not None]
    assert metrics["next_page_ms"] == max(following)
    assert rows["everything"]["maps"] == rows["domain"]["maps"] == 20
    assert rows["nothing"] == {"query": "nothing", "maps": 0, "next_page_ms": None} | {
        "median_ms": rows["nothing"]["median_ms"]
    }
