"""The reference fields go into the atlas, and the audit finds nothing wrong with them."""

from pathlib import Path

import pytest

from industriverse.adapters.file_reader import FileReader
from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import installed
from industriverse.kernel.ports import ReadOptions
from industriverse.services.atlas import ImportRequest, audit, import_file

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
    "pde_1d/kdv.npz": (201, "fluid", (), "MIT", "Korteweg–de Vries"),
    "pde_1d/ks.npz": (251, "fluid", (), "MIT", "Kuramoto–Sivashinsky"),
    "pde_1d/allen_cahn.npz": (201, "fluid", (), "MIT", "Allen–Cahn"),
    "pde_1d/reaction_diffusion_2species.npz": (201, "field", (), "LGPL", "DeepXDE"),
    "eof_examples/sst_ndjfm_anom.nc": (50, "field", (("sst", "K"),), "public domain", "NOAA"),
    "cylinder_wake/modes_grid.npz": (10, "field", (), "MIT", "modes of a wake"),
    "operator_learning/darcy_test_16.npz": (50, "field", (), "MIT", "Darcy flow, one a sample"),
    "ccsm_tas_ensemble/TREFHT.B06.59.atm.1890-1999ANN.nc": (
        110,
        "field",
        (),
        "Apache-2.0",
        "NCAR CCSM",
    ),
    # Fewer frames than a forecast needs: maps all the same.
    "eraint_uvz/eraint_uvz.nc": (2, "atmosphere", (), "ECMWF", "ERA-Interim"),
    "nemo_ocean/nemo_1m_20150101-20150201_grid-T.nc": (1, "field", (), "OGL-UK-3.0", "NEMO"),
    "nordic_ocean": (2, "heat", (), "CC-BY-4.0", "met.no ROMS"),
}
# File: what is wrong with it, as it is told.
REFUSED = {
    "pde_1d/nls.npz": "u in nls.npz holds complex numbers.",
    "operator_learning/burgers_train_16.npz": "The unit of the energy in "
    "'operator_learning/burgers_train_16.npz' is not known.",
    "eof_examples/sst_ndjfm_anom.nc": "The unit of the energy in "
    "'eof_examples/sst_ndjfm_anom.nc' is not known.",
    "scigrid_de/scigrid-de.nc": "scigrid-de.nc has no grid, and its channels hold 24 steps along "
    "snapshots; a forecast needs at least 30.",
    "amber_water/ace_tip3p.nc": "ace_tip3p.nc has no grid, and its channels hold 10 steps along "
    "frame; a forecast needs at least 30.",
    "water_dft/water_data_0.npz": "water_data_0.npz would make 1162 channels; at most 512 are "
    "read.",
    "argon_md/argon_npt_compressed_vels_forces.npz": "argon_npt_compressed_vels_forces.npz would "
    "make 9010 channels; at most 512 are read.",
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the reference data are not here"),
]


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    folder = tmp_path_factory.mktemp("atlas")
    with build_platform(load_settings(folder=folder), writer=True) as built:
        yield built


@pytest.mark.parametrize("path", FIELDS)
def test_a_real_field_becomes_one_map_a_frame(platform, path):
    count, domain, units, licence, source = FIELDS[path]
    request = ImportRequest(path, licence, source)
    options = ReadOptions(units=units)
    records, _ = import_file(
        platform.maps, installed(), FileReader(), DATA / path, options, request
    )
    assert len(records) == count
    assert {record.domain for record in records} == {domain}
    assert all(record.licence == licence and record.unit for record in records)
    assert len({record.content for record in records}) == count


@pytest.mark.parametrize("path", REFUSED)
def test_what_cannot_be_a_map_is_refused_with_the_reason(platform, path):
    request = ImportRequest(path, "a licence", "a source")
    before = platform.maps.store.sequences()
    with pytest.raises(ContractError) as refused:
        import_file(platform.maps, installed(), FileReader(), DATA / path, ReadOptions(), request)
    assert refused.value.message == REFUSED[path]
    assert refused.value.hint
    assert platform.maps.store.sequences() == before


def test_the_audit_finds_nothing_wrong_with_them(platform):
    report = audit(platform.maps)
    assert (report.findings, report.sequences) == ((), len(FIELDS))
    assert report.maps == sum(count for count, *_ in FIELDS.values())
