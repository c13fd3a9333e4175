"""Real files are read without options, and what was inferred is right."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from industriverse.adapters.file_reader import FileReader
from industriverse.kernel.errors import InputError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ports import ReadOptions
from industriverse.kernel.signals import Signals

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_DAY, _HOUR, _MINUTE = 86400.0, 3600.0, 60.0
_MONTH = 30.436875 * _DAY

pytestmark = pytest.mark.skipif(not _DATA.is_dir(), reason="the reference data are not here")


@dataclass(frozen=True)
class Table:
    """What a telemetry file holds, counted by hand.

    `start` is the first time stamp, "" where the file has none; `names` are some of its channels
    and `units` all units that the file states; `said` are words that the warnings must hold.
    """

    path: str
    channels: int
    step: float
    start: str = ""
    rows: int = 0
    names: tuple[str, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    said: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """What a field file holds."""

    path: str
    shape: tuple[int, ...]
    step: float
    start: str = ""
    spacing: tuple[float, ...] = ()
    axis_unit: str = "degree"
    units: tuple[tuple[str, str], ...] = ()
    masked: bool = False
    said: tuple[str, ...] = ()


TABLES = [
    Table(
        "nab/realAWSCloudwatch/ec2_cpu_utilization_24ae8d.csv",
        1,
        5 * _MINUTE,
        "2014-02-14 14:30:00",
        4032,
        ("value",),
    ),
    Table(
        "metro_traffic/Metro_Interstate_Traffic_Volume.csv.gz",
        5,
        _HOUR,
        "2012-10-02 09:00:00",
        0,
        ("temp", "traffic_volume"),
        said=("7629 rows repeat", "weather_main"),
    ),
    Table(
        "steel_energy/steel_energy.csv.gz",
        7,
        15 * _MINUTE,
        "2018-01-01 00:15:00",
        0,
        ("Usage_kWh",),
        (("Usage_kWh", "kWh"),),
        ("00:00", "Load_Type"),
    ),
    Table(
        "vic_elec/vic_elec.csv.gz",
        2,
        30 * _MINUTE,
        "2011-12-31 13:00:00",
        52608,
        ("Demand", "Temperature"),
        said=("rownames", "Holiday"),
    ),
    Table("ett/ETTh1.csv.gz", 7, _HOUR, "2016-07-01 00:00:00", 17420, ("OT",)),
    Table("ett/ETTm1.csv.gz", 7, 15 * _MINUTE, "2016-07-01 00:00:00", 0, ("OT",)),
    Table("wind_scada/wind_scada.csv.gz", 2, 1.0, "", 0, ("Ws_avg", "P_avg"), said=("title",)),
    Table(
        "occupancy/datatraining.txt.gz",
        5,
        _MINUTE,
        "2015-02-04 17:51:00",
        8143,
        ("CO2", "Light"),
        said=("Occupancy",),
    ),
    Table("gas_turbine/gt_2011.csv.gz", 11, 1.0, "", 7411, ("NOX",)),
    Table("ccpp/ccpp.csv.gz", 5, 1.0, "", 0, ("PE", "V")),
    Table("exchange_rate/exchange_rate.csv.gz", 8, _DAY, "1990-01-01 00:00:00", 7588, ("0", "OT")),
    Table(
        "nyc_weather/weather.csv.gz",
        27,
        _HOUR,
        "2013-01-01 06:00:00",
        0,
        ("EWR temp", "LGA wind_speed"),
        said=("origin",),
    ),
    Table("eeg_eye_state/eeg.csv.gz", 14, 1.0, "", 0, ("AF3",), said=("eyeDetection",)),
    Table(
        "finance_arch/sp500.csv.gz",
        6,
        _DAY,
        "1999-01-04 00:00:00",
        0,
        ("Close",),
        said=("missing",),
    ),
    Table("finance_arch/frenchdata.csv.gz", 4, _MONTH, "1926-07-01 00:00:00", 1109, ("Mkt-RF",)),
    Table(
        "ims_bearing/2nd_test_resmaple_10minutes.csv",
        4,
        10 * _MINUTE,
        "2004-02-12 10:32:39",
        984,
        ("Bearing 1",),
    ),
    Table(
        "ai4i2020/ai4i2020.csv.gz",
        5,
        1.0,
        "",
        0,
        ("Torque",),
        (
            ("Air temperature", "K"),
            ("Process temperature", "K"),
            ("Rotational speed", "rpm"),
            ("Torque", "N m"),
            ("Tool wear", "min"),
        ),
        ("Machine failure", "Product ID"),
    ),
    Table(
        "catchment_runoff/fulda_climate.csv",
        5,
        _DAY,
        "1979-01-01 00:00:00",
        3653,
        ("Q",),
        (
            ("tmax", "degC"),
            ("tmin", "degC"),
            ("tmean", "degC"),
            ("Prec", "mm d-1"),
            ("Q", "m3 s-1"),
        ),
    ),
    Table("cmapss/train_FD001.txt.gz", 19, 1.0, "", 20631, ("c1", "c2"), said=("constant",)),
    Table(
        "ucr_anomaly/135_UCR_Anomaly_InternalBleeding16_1200_4187_4199.txt",
        1,
        1.0,
        "",
        7501,
        ("c1",),
    ),
    Table(
        "beijing_air/PRSA_Data_Aotizhongxin_20130301-20170228.csv.gz",
        11,
        _HOUR,
        "2013-03-01 00:00:00",
        35064,
        ("PM2.5",),
        said=("put together from year, month, day, hour", "station"),
    ),
    Table("pjm_load/est_hourly.csv.gz", 12, _HOUR, "1998-04-01 01:00:00", 0, ("AEP",)),
    Table("batadal/dataset03.csv.gz", 28, _HOUR, "2014-01-06 00:00:00", 8761, ("L_T1",)),
    Table("skab/other/1.csv", 8, 1.0, "2020-03-01 15:44:06", 0, ("Pressure",), said=("anomaly",)),
    Table("solar_wind_omni/omni_hourly.parquet", 7, _HOUR, "1999-07-01 14:00:00", 13334, ("Dst",)),
    Table(
        "soil_moisture/driver_data_site24.csv.gz",
        7,
        _HOUR,
        "2014-01-01 00:00:00",
        26304,
        (),
        (("airpressure_hPa", "hPa"), ("relhum_perc", "%"), ("airtemp_degC", "degC")),
    ),
    Table(
        "sunspots_monthly/monthly-sunspots.csv",
        1,
        _MONTH,
        "1749-01-01 00:00:00",
        2820,
        ("Sunspots",),
    ),
    Table("los_loop_speed/los_speed.csv.gz", 207, 1.0, "", 2016, ("773869",)),
    Table(
        "agro_weather/champion_climate.txt.gz",
        4,
        _DAY,
        "1982-01-01 00:00:00",
        13514,
        (),
        (("Tmin", "degC"), ("Tmax", "degC"), ("Prcp", "mm"), ("Et0", "mm")),
    ),
    Table("daphnet_gait/S06R02E0.csv.gz", 9, 1 / 64, "1970-01-01 00:04:40", 7040),
    Table("simbench_profiles/profiles.parquet", 20, 15 * _MINUTE, "2016-01-01 00:00:00", 35136),
    Table(
        "paleo_climate/EPICA_Dome_C_CO2.csv",
        2,
        1.0,
        "",
        1901,
        ("Age",),
        (("$CO_2$", "ppm"),),
        ("above",),
    ),
    Table("goes_xray/go1520110607.npz", 2, 2.048, "", 0, ("xrsa", "xrsb")),
    Table(
        "ecg_physionet/rec_100.npz",
        2,
        1 / 360,
        "",
        650000,
        ("MLII",),
        (("MLII", "mV"), ("V5", "mV")),
    ),
    Table("cwru_bearing/B007_0.npz", 1, 1.0, "", 60000, ("DE",)),
    Table("tssb/series.npz", 1, 1.0, "", 1408, ("Adiac",), variables=("Adiac",)),
    Table("tennessee_eastman/tep.npz", 52, 1.0, "", 960, (), variables=("d01_test",)),
    Table("ligo_gw150914/H1_4096Hz_32s.npz", 1, 1 / 4096, "", 131072, ("strain",)),
    Table("planet_ephemeris/de421_barycentric.npz", 60, 4 * _DAY, "2000-01-01 12:00:00", 913),
    Table(
        "station_climate/nrcan_1950-2013.nc",
        6,
        _DAY,
        "1950-01-01 00:00:00",
        23360,
        ("tasmax Amos",),
        said=("noleap",),
    ),
    Table("ts_6hourly/atm.20C.hourly6-1990-1995-TS.nc", 40, 6 * _HOUR, "1990-01-01 00:00:00", 8761),
]

FIELDS = [
    Field(
        "era5_uk_t2m/era5_t2m_uk.nc",
        (496, 33, 49),
        _HOUR,
        "2019-03-01 00:00:00",
        (0.25, 0.25),
        units=(("t2m", "K"),),
        said=("degrees",),
    ),
    Field(
        "ostia_sst/ostia_monthly.nc",
        (54, 18, 432),
        _MONTH,
        "2006-04-16 00:00:00",
        (0.5556, 0.8333),
        units=(("surface_temperature", "K"),),
        masked=True,
        said=("masked",),
    ),
    Field(
        "ncep_air_monthly/air.mon.mean.nc",
        (8, 360, 720),
        _MONTH,
        "2018-01-01 00:00:00",
        (0.5, 0.5),
        units=(("air", "K"),),
        masked=True,
    ),
    Field(
        "climate_na/A1B_north_america.nc",
        (240, 37, 49),
        360 * _DAY,
        "1860-06-01 00:00:00",
        (1.25, 1.875),
        units=(("air_temperature", "K"),),
        said=("360_day",),
    ),
    Field(
        "ccsm_tas_ensemble/TREFHT.B06.57.atm.1890-1999ANN.nc",
        (110, 64, 128),
        365 * _DAY,
        "",
        (2.789, 2.8125),
        units=(("TREFHT", "K"),),
    ),
    Field("eof_examples/hgt_djf.nc", (65, 29, 49), 365.25 * _DAY, "", (2.5, 2.5)),
    Field("pde_1d/burgers_shock.npz", (100, 256), 0.01, "", (2 / 255,), ""),
    Field("pde_1d/kdv.npz", (201, 512), 0.005, "", (2 / 512,), ""),
    Field(
        "cylinder_wake/frames.npz", (100, 61, 141), 1.2, "", (1.0, 1.0), "1", said=("components",)
    ),
]

REFUSED = [
    ("scigrid_de/scigrid-de.nc", ("24 steps", "snapshots", "30")),
    ("nordic_ocean/Nordic_subset_day1.nc", ("1 frames", "ocean_time", "4")),
    ("nemo_ocean/nemo_1m_20150101-20150201_grid-T.nc", ("1 frames", "time_counter")),
    ("eraint_uvz/eraint_uvz.nc", ("2 frames", "month")),
    ("pde_1d/nls.npz", ("complex",)),
    ("argon_md/argon_npt_compressed_vels_forces.npz", ("channels", "512")),
]


def _read(path: str, *variables: str):
    return FileReader().read(_DATA / path, ReadOptions(variables=variables))


def _when(seconds: float) -> str:
    return str(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(seconds)))[:19]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.path.split("/", 1)[0])
def test_telemetry_is_read_without_options(table):
    result = _read(table.path, *table.variables)
    signals = result.observation
    assert isinstance(signals, Signals)
    assert len(signals.channels) == table.channels
    assert result.reported == signals.names
    assert signals.step_s == pytest.approx(table.step, rel=2e-3)
    assert signals.absolute == bool(table.start)
    if table.start:
        assert _when(signals.start_s) == table.start
    if table.rows:
        assert len(signals.values) == table.rows
    assert set(table.names) <= set(signals.names)
    for name, unit in table.units:
        assert signals.units[name] == unit
    for words in table.said:
        assert any(words in warning for warning in result.warnings), result.warnings
    assert not np.isinf(signals.values).any()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path.split("/", 1)[0])
def test_fields_are_read_without_options(field):
    result = _read(field.path)
    trajectory = result.observation
    assert isinstance(trajectory, Trajectory)
    assert (trajectory.frames, *trajectory.grid.shape) == field.shape == result.rows_or_shape
    assert trajectory.step_s == pytest.approx(field.step, rel=6e-3)
    assert trajectory.grid.spacing == pytest.approx(field.spacing, rel=1e-3)
    assert set(trajectory.grid.units) == {field.axis_unit}
    assert result.reported == (trajectory.names[0],)
    if field.start:
        assert _when(trajectory.start_s) == field.start
    for name, unit in field.units:
        assert trajectory.units[name] == unit
    assert (trajectory.valid is not None) == field.masked
    inside = slice(None) if trajectory.valid is None else trajectory.valid
    for values in trajectory.variables.values():
        assert np.isfinite(values[:, inside]).all()
    for words in field.said:
        assert any(words in warning for warning in result.warnings), result.warnings


@pytest.mark.parametrize(("path", "words"), REFUSED, ids=[path for path, _ in REFUSED])
def test_what_cannot_be_forecast_is_refused_with_the_reason(path, words):
    with pytest.raises(InputError) as caught:
        _read(path)
    for word in words:
        assert word in caught.value.message
    assert caught.value.hint


def test_the_values_are_those_of_the_file():
    era = _read("era5_uk_t2m/era5_t2m_uk.nc").observation
    assert isinstance(era, Trajectory)
    assert 260 < float(era.variables["t2m"].mean()) < 295
    steel = _read("steel_energy/steel_energy.csv.gz").observation
    assert isinstance(steel, Signals)
    assert steel.values[:3, 0].tolist() == [3.17, 4.0, 3.24]


def test_the_sets_are_at_least_twenty_five():
    assert len({case.path.split("/")[0] for case in [*TABLES, *FIELDS]}) >= 25
