"""Real telemetry and real fields of many reference sets go through all seven stages, unaided."""

from pathlib import Path

import numpy as np
import pytest

from industriverse.kernel.context import Context
from industriverse.kernel.ports import ReadOptions
from industriverse.services.predict import PredictRequest

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = [
    ("nab/realKnownCause/nyc_taxi.csv.gz", "signals"),
    ("ett/ETTh1.csv.gz", "signals"),
    ("occupancy/datatraining.txt.gz", "signals"),
    ("steel_energy/steel_energy.csv.gz", "signals"),
    ("vic_elec/vic_elec.csv.gz", "signals"),
    ("gas_turbine/gt_2011.csv.gz", "signals"),
    ("exchange_rate/exchange_rate.csv.gz", "signals"),
    ("wind_scada/wind_scada.csv.gz", "signals"),
    ("eeg_eye_state/eeg.csv.gz", "signals"),
    ("ims_bearing/1st_test_resmaple_10minutes.csv.gz", "signals"),
    ("paleo_climate/EPICA_Dome_C_CO2.csv", "signals"),
    ("goes_xray/go1520110607.npz", "signals"),
    ("era5_uk_t2m/era5_t2m_uk.nc", "field"),
    ("ostia_sst/ostia_monthly.nc", "field"),
    ("climate_na/A1B_north_america.nc", "field"),
    ("ccsm_tas_ensemble/TREFHT.B06.57.atm.1890-1999ANN.nc", "field"),
]

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the reference data are not here")


@pytest.mark.parametrize(("name", "kind"), SETS, ids=[name.split("/")[0] for name, _ in SETS])
def test_a_real_file_is_predicted_without_flags(platform, name, kind):
    path = DATA / name
    read = platform.reader.read(path, ReadOptions())
    document = platform.predict.run(PredictRequest(read, path.name), Context.fresh())
    assert document.input.kind == kind
    assert sum(document.forecast.weights.values()) == pytest.approx(1)
    assert sum(document.regime.probabilities.values()) == pytest.approx(1)
    for made in document.forecast.values.values():
        lower, mean, upper = (np.array(v, float) for v in (made.lower, made.mean, made.upper))
        assert np.isfinite(mean).all()
        assert (lower <= mean).all()
        assert (mean <= upper).all()
    verdicts = {check.name: check for check in document.proof.checks}
    assert len(verdicts) == 5
    assert all(check.note for check in verdicts.values())
    if verdicts["conservation"].verdict == "not applicable":
        assert not document.proof.passed, "a proof without a budget must not pass"
    assert document.receipt.joules > 0
