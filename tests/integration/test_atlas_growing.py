"""The atlas of a running server: first maps that ship, the rest built beside it, and the API."""

import time
import zipfile
from dataclasses import replace
from multiprocessing import active_children

import numpy as np
import pytest
from starlette.testclient import TestClient

from industriverse.apps.first_maps import pack, shortest
from industriverse.bootstrap.first_maps import lay_shipped_maps, unpacked
from industriverse.interfaces.rest import create_app
from industriverse.kernel.maps import MapQuery
from industriverse.kernel.plugins import installed
from industriverse.services.atlas import GrowingAtlas, audit, plan
from tests.fakes.atlas_runs import tiny_catalog
from tests.integration.test_atlas_build import TINY, checksums, in_memory, on_disk

SHIPPED_CELLS = 32


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    maps = in_memory()
    return maps, lay_shipped_maps(maps)


def test_the_maps_that_ship_are_sound_and_of_many_domains(shipped):
    maps, laid = shipped
    assert laid == sum(row.maps for row in maps.catalogue.statistics()) > 40
    assert len(maps.catalogue.statistics()) >= 11
    assert audit(maps).findings == ()


def test_the_maps_that_ship_are_what_the_solvers_of_today_are_asked_for(shipped):
    maps, _ = shipped
    asked = {job.sequence for jobs in plan(installed(), SHIPPED_CELLS).values() for job in jobs}
    assert set(maps.store.sequences()) <= asked


def test_an_atlas_with_maps_is_left_alone(shipped):
    maps, _ = shipped
    before = checksums(maps)
    assert lay_shipped_maps(maps) == 0
    assert checksums(maps) == before


def test_packing_keeps_the_shortest_sequences_and_the_same_maps_make_the_same_file(
    tmp_path, shipped
):
    source = unpacked(tmp_path / "unpacked")
    chosen = shortest(shipped[0])
    packed = [tmp_path / name for name in ("a.zip", "b.zip")]
    names = [pack(tmp_path / "unpacked", chosen, path) for path in packed]
    assert names[0] == names[1] == chosen
    assert set(chosen) == set(source.sequences())
    assert packed[0].read_bytes() == packed[1].read_bytes()
    assert packed[0].stat().st_size < 1_000_000
    assert zipfile.ZipFile(packed[0]).testzip() is None


def test_it_grows_beside_the_server_and_tells_how_far_it_is(platform, tmp_path):
    maps = on_disk(tmp_path)
    growing = GrowingAtlas(maps, None, tiny_catalog(), replace(TINY, workers=1))
    app = create_app(platform, growing=growing)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        told = client.get("/v1/atlas/summary").json()["build"]
        assert told == {"state": "building", "share": 0.0, "sentence": ""}
        growing.start()
        seen = set()
        while growing.growth.state == "building" or not seen:
            seen.add(client.get("/v1/atlas/summary").json()["build"]["sentence"])
            time.sleep(0.02)
        assert any("Gray–Scott" in sentence for sentence in seen)
        assert client.get("/v1/atlas/summary").json()["build"]["state"] == "done"
    assert maps.catalogue.statistics()[0].maps >= 3
    growing.stop()


def test_stopping_ends_it_within_a_second_and_it_goes_on_later(tmp_path):
    maps = on_disk(tmp_path)
    growing = GrowingAtlas(maps, None, tiny_catalog(), replace(TINY, workers=1))
    growing.start()
    while not growing.growth.sentence:
        time.sleep(0.01)
    began = time.perf_counter()
    growing.stop()
    assert time.perf_counter() - began < 2  # a second, and one for a busy machine
    assert (growing.growth.state, active_children()) == ("stopped", [])
    again = GrowingAtlas(maps, None, tiny_catalog(), TINY)
    again.start()
    while again.growth.state == "building":
        time.sleep(0.02)
    assert again.growth.state == "done"
    assert audit(maps).findings == ()


def test_a_build_that_cannot_write_says_why(tmp_path):
    maps = on_disk(tmp_path)
    (tmp_path / "atlas").write_text("in the way")
    growing = GrowingAtlas(maps, None, tiny_catalog(), TINY)
    growing.start()
    while growing.growth.state in {"idle", "building"}:
        time.sleep(0.02)
    assert growing.growth.state == "failed"
    assert growing.growth.sentence


def test_the_api_counts_lists_and_shows_built_maps(platform, client):
    lay_shipped_maps(platform.maps)
    summary = client.get("/v1/atlas/summary").json()
    assert summary["maps"] == sum(row["maps"] for row in summary["domains"]) > 40
    assert summary["build"]["state"] == "idle"
    ids, token = [], None
    while True:
        query = {"page_size": 3, "domain": "heat", **({"page_token": token} if token else {})}
        page = client.get("/v1/atlas/built", params=query).json()
        ids += [item["id"] for item in page["items"]]
        if (token := page["next_page_token"]) is None:
            break
    assert (
        len(ids)
        == len(set(ids))
        == next(row["maps"] for row in summary["domains"] if row["domain"] == "heat")
    )
    sequence, frame = ids[0].split("/")
    shown = client.get(f"/v1/atlas/built/{sequence}/{int(frame)}", params={"level": 2}).json()
    cells = np.reshape(shown["cells"], shown["shape"])
    assert cells.tolist() == platform.maps.load(ids[0], level=2).density.tolist()
    assert shown["map"]["checksum"] == next(
        r.checksum for r in platform.maps.every(MapQuery()) if r.id == ids[0]
    )
    missing = client.get(f"/v1/atlas/built/{sequence}/{int(frame)}", params={"level": 3})
    assert missing.status_code == 404
    assert client.get("/v1/atlas/built/none/0").status_code == 404
