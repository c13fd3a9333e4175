"""Building the atlas for real: on disk, killed and resumed, in the graph, from the terminal."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.graph_ladybug import LadybugGraphStore
from industriverse.adapters.maps_zarr import ZarrMapStore
from industriverse.adapters.sql_atlas import SqlAtlasCatalog
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.kernel.errors import ContractError, NotFoundError
from industriverse.kernel.maps import MapQuery
from industriverse.kernel.plugins import Catalog, installed
from industriverse.services.atlas import (
    Atlas,
    BuildRequest,
    Maps,
    PatchRequest,
    audit,
    build,
    patch_map,
    plan,
    show_in_graph,
)
from industriverse.services.atlas._jobs import _MOST_FRAMES
from industriverse.services.atlas._workers import Worker
from tests.contracts.atlas_maps import facts_of, made_frames
from tests.contracts.run_store import make_run
from tests.fakes.atlas_runs import CELLS, RUNS, tiny_catalog, two_domains
from tests.fakes.clock import HandClock
from tests.fakes.maps import MemoryAtlasCatalog, MemoryMapStore
from tests.fakes.runs import MemoryRunStore
from tests.integration.test_atlas import DOCUMENT

TINY = BuildRequest(cells=CELLS, maps=2)
ELEVEN = (
    "plasma",
    "fluid",
    "astrophysics",
    "radiative_layer",
    "active_matter",
    "molecular",
    "climate",
    "convection",
    "reaction_diffusion",
    "materials",
    "electromagnetics",
)


def checksums(maps):
    return {record.id: record.checksum for record in maps.every(MapQuery())}


def on_disk(folder: Path) -> Maps:
    database = SqlDatabase.open(f"sqlite:///{folder / 'atlas.db'}")
    return Maps(ZarrMapStore(folder / "atlas"), SqlAtlasCatalog(database), SystemClock())


def in_memory() -> Maps:
    return Maps(MemoryMapStore(), MemoryAtlasCatalog(), HandClock())


@pytest.fixture(scope="module")
def whole():
    """Return an atlas that was built without interruption."""
    maps = in_memory()
    told = []
    report = build(maps, tiny_catalog(), TINY, progress=lambda *step: told.append(step))
    return maps, report, told


def test_a_build_makes_sound_maps_of_every_run(whole):
    maps, report, told = whole
    (built,) = report.domains
    assert (built.domain, built.solvers) == ("reaction_diffusion", ("gray-scott",))
    assert built.sequences == built.built >= len(RUNS)
    assert built.maps >= len(RUNS)
    assert report.notes == ()
    assert audit(maps).findings == ()
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    record = next(maps.every(MapQuery()))
    assert record.unit == "1/s"
    assert record.parameters["feed"] in {run["feed"] for run in RUNS}
    assert record.provenance["solver"] == "gray-scott"
    assert record.licence


def test_building_again_makes_nothing_again(whole):
    maps, report, _ = whole
    before = checksums(maps)
    again = build(maps, tiny_catalog(), TINY)
    assert [d.built for d in again.domains] == [0]
    assert [d.maps for d in again.domains] == [d.maps for d in report.domains]
    assert checksums(maps) == before


def test_a_killed_build_goes_on_and_ends_with_the_same_maps(whole, tmp_path):
    code = (
        "from pathlib import Path\n"
        "from tests.fakes.atlas_runs import kill_at, tiny_catalog\n"
        "from tests.integration.test_atlas_build import TINY, on_disk\n"
        "from industriverse.services.atlas import build\n"
        "kill_at(2)\n"
        f"build(on_disk(Path({str(tmp_path)!r})), tiny_catalog(), TINY)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    maps = on_disk(tmp_path)
    left = set(checksums(maps))
    assert len(maps.store.sequences()) == len(maps.catalogue.sequences()) <= 1
    report = build(maps, tiny_catalog(), TINY)
    assert report.domains[0].built == report.domains[0].sequences - len(left)
    assert checksums(maps) == checksums(whole[0])
    assert audit(maps).findings == ()
    assert not list(tmp_path.rglob(".new-*"))


@pytest.mark.slow
def test_a_build_killed_while_two_workers_solve_goes_on_and_ends_with_the_same_maps(tmp_path):
    whole, request = in_memory(), replace(TINY, workers=2)
    build(whole, two_domains(), TINY)
    code = (
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from tests.fakes.atlas_runs import kill_at, two_domains\n"
        "from tests.integration.test_atlas_build import TINY, on_disk\n"
        "from industriverse.services.atlas import build\n"
        "kill_at(4)\n"
        f"maps = on_disk(Path({str(tmp_path)!r}))\n"
        "build(maps, two_domains(), replace(TINY, workers=2))\n"
    )
    died = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    assert died.wait() == -signal.SIGKILL
    assert soon(lambda: not group_lives(died.pid)), "a worker outlives the build"
    maps = on_disk(tmp_path)
    left = len(maps.store.sequences())
    report = build(maps, two_domains(), request)
    assert report.notes == ()
    assert len(report.domains) == 2
    assert left < sum(d.sequences for d in report.domains)
    assert sum(d.built for d in report.domains) == sum(d.sequences for d in report.domains) - left
    assert checksums(maps) == checksums(whole)
    assert audit(maps).findings == ()
    assert not list(tmp_path.rglob(".new-*"))
    assert active_children() == []


def group_lives(group: int) -> bool:
    """Return whether a process of a group still runs, not counting those that ended unreaped."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, own = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(own) == group and state != "Z":
            return True
    return False


def soon(true, patience_s: float = 30.0) -> bool:
    """Return whether something becomes true."""
    end = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_workers_make_the_same_maps_and_leave_no_process_behind(whole):
    maps, told = in_memory(), []
    request = replace(TINY, workers=2)
    report = build(maps, tiny_catalog(), request, progress=lambda *step: told.append(step))
    assert report.notes == ()
    assert checksums(maps) == checksums(whole[0])
    assert told[-1] == ("done", 1.0)
    assert active_children() == []


def test_a_lost_worker_is_said_and_the_next_run_gets_a_new_one(monkeypatch):
    lost = []

    def loses_one(worker, *job):
        if not lost:
            worker._start()
            worker._process.kill()
            lost.append(job)
        return solves(worker, *job)

    solves = Worker.solve
    monkeypatch.setattr(Worker, "solve", loses_one)
    report = build(in_memory(), tiny_catalog(), replace(TINY, workers=1))
    assert len(report.notes) == 1
    assert "process was lost" in report.notes[0]
    assert report.domains[0].built == report.domains[0].sequences >= len(RUNS) - 1


def test_a_worker_does_not_hear_ctrl_c_while_it_starts(monkeypatch):
    def interrupted(worker, *job):
        if worker._process is None:
            worker._start()
            (started,) = active_children()
            os.kill(started.pid, signal.SIGINT)  # pyright: ignore[reportArgumentType]
        return solves(worker, *job)

    solves = Worker.solve
    monkeypatch.setattr(Worker, "solve", interrupted)
    assert build(in_memory(), tiny_catalog(), replace(TINY, workers=1)).notes == ()


def test_an_interrupt_ends_the_workers_at_once(whole):
    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(in_memory(), tiny_catalog(), replace(TINY, workers=2), progress=interrupted)
    assert active_children() == []


def test_a_sequence_stored_but_not_listed_is_not_made_again(whole):
    maps = in_memory()
    first = whole[0].store.sequences()[0]
    records = whole[0].store.records(first)
    levels = {
        r.id: {n: whole[0].store.read(first, r.frame, level=n) for n in r.levels} for r in records
    }
    maps.store.write(first, [(record, levels[record.id]) for record in records])
    report = build(maps, tiny_catalog(), TINY)
    assert report.domains[0].built == report.domains[0].sequences - 1
    assert checksums(maps) == checksums(whole[0])


def test_a_build_stops_when_it_is_asked_to():
    maps = in_memory()
    report = build(maps, tiny_catalog(), TINY, stop=lambda: True)
    assert report.stopped
    assert maps.store.sequences() == ()


def test_a_domain_without_a_formula_is_said_and_an_unknown_one_refused():
    solver = tiny_catalog().get("gray-scott")
    report = build(in_memory(), Catalog({solver.id: solver}), TINY)
    assert report.domains == ()
    assert "reaction_diffusion" in report.notes[0]
    with pytest.raises(NotFoundError):
        build(in_memory(), tiny_catalog(), replace(TINY, domains=("alchemy",)))


def test_a_run_that_fails_is_said_and_the_others_go_on():
    maps = in_memory()
    report = build(maps, tiny_catalog([{"frames": 2}], skip=2), TINY)
    assert report.domains[0].maps == 0
    assert report.notes


def test_plans_have_runs_of_different_seeds_and_a_recipe_out_of_limits_is_refused():
    jobs = plan(tiny_catalog(), CELLS)["reaction_diffusion"]
    assert len({job.sequence for job in jobs}) == len(jobs)
    assert len({job.params["seed"] for job in jobs}) == len(jobs)
    assert [job.extra for job in jobs[: len(RUNS) + 1]] == [False] * len(RUNS) + [True]
    with pytest.raises(ContractError):
        plan(tiny_catalog([{"feed": 9.0}]), CELLS)


@pytest.mark.parametrize("cells", [64, 256])
def test_the_installed_recipes_cover_the_eleven_domains(cells):
    """How many frames lie a decorrelation time apart is known after a run; what it has, before."""
    planned = plan(installed(), cells)
    assert set(ELEVEN) <= set(planned)
    for domain, jobs in planned.items():
        base = [job for job in jobs if not job.extra]
        frames = [int(job.params["frames"]) - job.card.atlas.skip for job in base]
        assert len({job.sequence for job in base}) >= 5, domain
        assert sum(min(count, _MOST_FRAMES) for count in frames) >= 30, domain
        assert {int(job.params["cells"]) for job in base} == {cells}, domain


@pytest.mark.slow
def test_an_installed_recipe_is_built_for_real():
    maps = in_memory()
    report = build(maps, installed(), BuildRequest(cells=64, domains=("electromagnetics",)))
    (built,) = report.domains
    assert report.notes == ()
    assert (built.sequences >= 5, built.maps >= 30) == (True, True)
    assert audit(maps).findings == ()
    records = list(maps.every(MapQuery()))
    assert {record.shape for record in records} == {(64, 64)}
    assert {record.levels for record in records} == {(1, 2, 4)}
    assert len({record.content for record in records}) == len(records)


def test_a_flipped_bit_on_disk_is_found(tmp_path):
    maps = on_disk(tmp_path)
    maps.catalogue.add(maps.store.write("flow-a", made_frames(facts_of())))
    assert audit(maps).findings == ()
    chunk = tmp_path / "atlas" / "flow-a.zarr" / "level_1" / "energy" / "c" / "1" / "0" / "0"
    data = bytearray(chunk.read_bytes())
    data[len(data) // 2] ^= 4
    chunk.write_bytes(data)
    assert {f.check for f in audit(maps).findings} >= {"readable"}


def test_the_graph_follows_the_catalogue_and_the_runs_beside_each_other(tmp_path):
    graph = LadybugGraphStore(tmp_path / "graph")
    graph.migrate()
    maps, runs = in_memory(), MemoryRunStore()
    seen = Atlas(graph, runs)
    made = maps.store.write("flow-a", made_frames(facts_of()))
    maps.catalogue.add(made)
    runs.save(replace(make_run(1), document=json.dumps(DOCUMENT).encode()))
    assert show_in_graph(graph, maps) == 3
    assert (seen.catch_up(), seen.catch_up()) == (1, 0)
    assert show_in_graph(graph, maps) == 0
    patch_map(maps, PatchRequest("flow-a/0001", (0, 0), np.ones((2, 2)), "test"))
    assert show_in_graph(graph, maps) == 1
    joined = graph.run(
        "MATCH (d:EnergyDomain)-[:HAS_MAP]->(m)-[:HAS_SNAPSHOT]->(s) WHERE m.tenant = $shared "
        "RETURN m.map_id AS map, s.snapshot_id AS snapshot ORDER BY snapshot",
        {"shared": ""},
    )
    assert [row["snapshot"] for row in joined] == [
        "flow-a/0000@1",
        "flow-a/0001@1",
        "flow-a/0001@2",
        "flow-a/0002@1",
    ]
    evolved = graph.run(
        "MATCH (a:EnergySnapshot)-[e:EVOLVES_TO]->(b) "
        "RETURN a.snapshot_id AS old, b.snapshot_id AS new, e.seconds AS s ORDER BY old, new"
    )
    assert [(str(r["old"])[-6:], str(r["new"])[-6:], r["s"]) for r in evolved] == [
        ("0000@1", "0001@1", 2.0),
        ("0001@1", "0001@2", 0.0),
        ("0001@1", "0002@1", 2.0),
    ]
    energy = graph.run("MATCH (m:EnergyMap {map_id: 'flow-a/0001'}) RETURN m.energy AS e")
    assert energy[0]["e"] == pytest.approx(maps.catalogue.get("flow-a/0001").energy)
    graph.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("platform")


@pytest.fixture(scope="module")
def cli(folder, command):
    """Run an atlas command in one folder; return exit code, output and what went to stderr."""

    def run(*words: object):
        done = command(folder, "atlas", *words)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "plate.npz"
    temperature = 290.0 + np.random.default_rng(1).random((4, 32, 32))
    np.savez(path, temperature=temperature, dt=5.0, dx=0.1, dy=0.1)
    return path


def test_the_terminal_imports_finds_patches_audits_and_exports(cli, plate, tmp_path):
    stated = ("--domain", "heat", "--licence", "CC0-1.0", "--source", "a test", "--json")
    code, out, _ = cli("import", plate, "--unit", "temperature=K", *stated)
    assert code == 0
    sequence = json.loads(out)["sequence"]
    assert json.loads(out)["maps"] == 4

    code, out, _ = cli("query", "--domain", "heat", "--limit", "3", "--json")
    page = json.loads(out)
    assert code == 0
    assert [m["frame"] for m in page["maps"]] == [0, 1, 2]
    _, out, _ = cli("query", "--domain", "heat", "--after", page["next"], "--json")
    assert [m["frame"] for m in json.loads(out)["maps"]] == [3]
    _, out, _ = cli("query", "--time", "4:11")
    assert out.count(sequence) == 2
    _, out, _ = cli("query", "--statistics", "--json")
    assert json.loads(out)["domains"][0]["maps"] == 4

    np.save(tmp_path / "new.npy", np.full((2, 2), 300.0))
    asked = ("--at", "1,2", "--level", "2", "--source", "a test", "--json")
    code, out, _ = cli("patch", f"{sequence}/0002", tmp_path / "new.npy", *asked)
    assert code == 0
    assert json.loads(out)["version"] == 2
    code, out, _ = cli("audit", "--json")
    assert (code, json.loads(out)["findings"], json.loads(out)["maps"]) == (0, [], 5)
    code, out, _ = cli("export", tmp_path / "shared")
    assert code == 0
    assert (tmp_path / "shared" / "croissant.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("query", "--energy", "high"), 2, "LOW:HIGH"),
        (("query", "--after", "nonsense"), 2, "page"),
        (("import", "PLATE", "--source", "x"), 2, "licence"),
        (("import", "none.nc", "--licence", "x", "--source", "x"), 3, "none.nc"),
        (("patch", "none/0000", "NEW", "--at", "0,0", "--source", "x"), 3, "none/0000"),
        (("patch", "none/0000", "NEW", "--at", "here"), 2, "here"),
        (("patch", "none/0000", "none.npy", "--at", "0,0"), 3, "none.npy"),
        (("build", "--domain", "alchemy"), 3, "alchemy"),
        (("build", "--cells", "0"), 2, "cells"),
    ],
)
def test_the_terminal_says_what_is_wrong_by_its_exit_code(
    cli, plate, tmp_path, arguments, code, said
):
    np.save(tmp_path / "new.npy", np.ones((1, 1)))
    files = {"PLATE": plate, "NEW": tmp_path / "new.npy"}
    got, _, err = cli(*(files.get(a, a) for a in arguments))
    assert got == code, err
    assert said in err


def test_an_unsound_atlas_ends_in_4(cli, folder, plate):
    cli(
        "import",
        plate,
        "--unit",
        "temperature=K",
        "--domain",
        "heat",
        "--licence",
        "a",
        "--source",
        "b",
    )
    (array,) = (folder / "atlas").glob("heat-*.zarr/level_2/energy")
    chunk = array / "c" / "3" / "0" / "0"
    chunk.write_bytes(chunk.read_bytes()[:-3])
    code, out, _ = cli("audit")
    assert code == 4
    assert "readable" in out
