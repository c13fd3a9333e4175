"""The reference fields go into the atlas, and the audit finds nothing wrong with them."""

from pathlib import Path

import pytest

from industriverse.adapters.file_reader import FileReader
from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.kernel.plugins import installed
from industriverse.kernel.ports import ReadOptions
from industriverse.services.atlas import ImportRequest, audit, import_maps

DATA = Path(__file__).parents[3] / "shared" / "data"
# File: maps, the domain that is found, units that the file leaves out, licence, source.
FIELDS = {
    "era5_uk_t2m/era5_t2m_uk.nc": (496, "atmosphere", (), "Copernicus", "ERA5"),
    "ostia_sst/ostia_monthly.nc": (54, "field", (), "OGL-UK-3.0", "Met Office OSTIA"),
    "ncep_air_monthly/air.mon.mean.nc": (8, "atmosphere", (), "public domain", "NOAA NCEP"),
    "climate_na/A1B_north_america.nc": (240, "atmosphere", (), "OGL-UK-3.0", "Met Office"),
    "ccsm_tas_ensemble/TREFHT.B06.57.atm.1890-1999ANN.nc": (
        110,
        "field",
        (),
        "Apache-2.0",
        "NCAR CCSM",
    ),
    "eof_examples/hgt_djf.nc": (65, "field", (("z", "m"),), "public domain", "NOAA NCEP"),
    "cylinder_wake/frames.npz": (100, "field", (), "MIT", "flow past a cylinder, Re 100"),
    "pde_1d/burgers_shock.npz": (100, "fluid", (), "MIT", "Burgers' equation"),
}
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the reference data are not here")


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    folder = tmp_path_factory.mktemp("atlas")
    with build_platform(load_settings(folder=folder), writer=True) as built:
        yield built


@pytest.mark.parametrize("path", FIELDS)
def test_a_real_field_becomes_one_map_a_frame(platform, path):
    count, domain, units, licence, source = FIELDS[path]
    read = FileReader().read(DATA / path, ReadOptions(units=units))
    request = ImportRequest(path, licence, source)
    records = import_maps(platform.maps, installed(), read, request)
    assert len(records) == count
    assert {record.domain for record in records} == {domain}
    assert all(record.licence == licence and record.unit for record in records)
    assert len({record.content for record in records}) == count


def test_the_audit_finds_nothing_wrong_with_them(platform):
    report = audit(platform.maps)
    assert (report.findings, report.sequences) == ((), len(FIELDS))
    assert report.maps == sum(count for count, *_ in FIELDS.values())
