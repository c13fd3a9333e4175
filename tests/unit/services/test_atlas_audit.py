"""The audit finds what is planted, by name, and nothing in a sound atlas."""

from dataclasses import replace

import numpy as np
import pytest

from industriverse.engines.atlas import CHECKS, record_of
from industriverse.kernel.errors import UnavailableError
from industriverse.services.atlas import Maps, audit
from tests.contracts.atlas_maps import facts_of, made_frames, next_version
from tests.fakes.clock import HandClock
from tests.fakes.maps import MemoryAtlasCatalog, MemoryMapStore

FACTS = facts_of()


def atlas_of(records, frames=None, store=None):
    """Return an atlas that lists some records and stores some frames."""
    maps = Maps(store or MemoryMapStore(), MemoryAtlasCatalog(), HandClock())
    made = frames if frames is not None else made_frames(FACTS)
    if made:
        maps.store.write("flow-a", made)
    maps.catalogue.add(records)
    return maps


def with_record(**changes):
    """Plant a change in the middle record of catalogue and store alike."""
    made = made_frames(FACTS)
    made[1] = (replace(made[1][0], **changes), made[1][1])
    return atlas_of([record for record, _ in made], made)


def with_cells(change, level=1):
    """Plant a change in the middle map's cells on disk."""
    made = made_frames(FACTS)
    cells = made[1][1][level].copy()
    change(cells)
    made[1] = (made[1][0], {**made[1][1], level: cells})
    return atlas_of([record for record, _ in made], made)


def put(value):
    def change(cells):
        cells[2, 3] = value

    return change


class DamagedStore(MemoryMapStore):
    def read(self, sequence, frame, *, level=1, version=1):
        if (frame, level) == (1, 2):
            raise UnavailableError("Sequence 'flow-a' is damaged: a check sum is wrong.")
        return super().read(sequence, frame, level=level, version=version)


def without_level():
    made, store = made_frames(FACTS), MemoryMapStore()
    maps = atlas_of([record for record, _ in made], made, store)
    del store.cells["flow-a", 1, 4, 1]
    return maps


def with_duplicate():
    made = made_frames(FACTS)
    twin = facts_of("flow-b")
    pyramid = made[1][1]
    record = record_of(twin, 0, 0.0, pyramid)
    maps = atlas_of([record for record, _ in made], made)
    maps.store.write("flow-b", [(record, pyramid)])
    maps.catalogue.add([record])
    return maps


def at_times(*times):
    made = made_frames(FACTS, len(times))
    moved = [
        (record_of(FACTS, i, t, pyramid), pyramid)
        for i, (t, (_, pyramid)) in enumerate(zip(times, made, strict=True))
    ]
    return atlas_of([record for record, _ in moved], moved)


def without_frame():
    made = made_frames(FACTS)
    return atlas_of([made[0][0], made[2][0]], made)


def with_broken_chain():
    maps = with_record()
    record, pyramid = next_version(FACTS, maps.catalogue.get("flow-a/0001"))
    broken = replace(record, parent="0" * 64)
    maps.store.add_version(broken, pyramid)
    maps.catalogue.add([broken])
    return maps


def row_that_disagrees():
    made = made_frames(FACTS)
    records = [record for record, _ in made]
    return atlas_of([records[0], replace(records[1], origin="another"), records[2]], made)


DEFECTS = {
    "NaN": ("finite", lambda: with_cells(put(np.nan))),
    "an infinite cell": ("finite", lambda: with_cells(put(np.inf), 2)),
    "a negative cell": ("non_negative", lambda: with_cells(put(-1e-9))),
    "a wrong unit": ("unit", lambda: with_record(unit="kg")),
    "no unit": ("unit", lambda: with_record(unit="")),
    "a wrong check sum": ("checksum", lambda: with_record(checksum="0" * 64)),
    "a wrong content hash": ("checksum", lambda: with_record(content="0" * 64)),
    "another cell than was hashed": ("checksum", lambda: with_cells(put(1.0))),
    "a flipped bit": (
        "readable",
        lambda: atlas_of([r for r, _ in made_frames(FACTS)], None, DamagedStore()),
    ),
    "a missing level": ("levels", without_level),
    "a level not recorded": ("levels", lambda: with_record(levels=(1, 2))),
    "a coarse cell that is no mean": ("pyramid", lambda: with_cells(put(7.0), 4)),
    "a map twice": ("duplicate", with_duplicate),
    "no licence": ("licence", lambda: with_record(licence=" ")),
    "frames out of order": ("order", lambda: at_times(0.0, 4.0, 2.0)),
    "a gap in time": ("gap", lambda: at_times(0.0, 2.0, 4.0, 9.0)),
    "a missing frame": ("gap", without_frame),
    "no spacing": ("spacing", lambda: with_record(spacing=(0.0, 0.25))),
    "spacing that is no number": ("spacing", lambda: with_record(spacing=(0.5, float("nan")))),
    "another energy": ("energy", lambda: with_record(energy=1.0)),
    "another mean": ("statistics", lambda: with_record(mean=1e9)),
    "another variance": ("statistics", lambda: with_record(variance=1e9)),
    "an entropy above ln N": ("entropy", lambda: with_record(entropy=7.0)),
    "an entropy below zero": ("entropy", lambda: with_record(entropy=-0.1)),
    "another entropy": ("entropy", lambda: with_record(entropy=3.0)),
    "a row without a store": ("stored", lambda: atlas_of([r for r, _ in made_frames(FACTS)], [])),
    "a store without rows": ("catalogued", lambda: atlas_of([])),
    "a frame without a row": ("catalogued", without_frame),
    "a version that follows another": ("chain", with_broken_chain),
    "a row unlike its store": ("agreement", row_that_disagrees),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_found_by_its_check(defect):
    check, plant = DEFECTS[defect]
    found = audit(plant()).findings
    assert check in {finding.check for finding in found}
    assert all(finding.where.startswith("flow-") and finding.sentence for finding in found)


def test_every_check_has_a_defect_and_every_finding_a_check():
    assert {check for check, _ in DEFECTS.values()} == set(CHECKS)


def test_a_sound_atlas_has_no_finding():
    maps = with_record()
    record, pyramid = next_version(FACTS, maps.catalogue.get("flow-a/0001"))
    maps.store.add_version(record, pyramid)
    maps.catalogue.add([record])
    report = audit(maps)
    assert report.findings == ()
    assert (report.maps, report.sequences) == (4, 1)


def test_an_audit_of_one_domain_looks_at_no_other():
    maps = with_record(licence="")
    assert audit(maps, domain="heat").maps == 0
    assert audit(maps, domain="fluid").findings
