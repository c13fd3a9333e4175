"""The reference sets of the calibration benchmark: measured telemetry and fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import xarray as xr
from jaxtyping import Float
from pyarrow import compute, csv

from industriverse.kernel.errors import NotFoundError

Table = Float[np.ndarray, "time state"]

HOUR_S, DAY_S, MONTH_S = 3600.0, 86_400.0, 2_629_746.0


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """Where a set lies and which of its columns are forecast.

    Attributes:
        name: Shown in the table.
        file: Path under the data folder.
        step_s: [s]. Between samples; 0 where the rows have no clock.
        columns: Forecast columns, in order; empty for every column but the first. Of a field its
            variable; empty for the first.
        clock: Time column to place rows on a regular grid by; "" where rows are regular already.
        where: Column and value that rows must have.
        header: Column names, where the file's own do not fit its rows.
    """

    name: str
    file: str
    step_s: float
    columns: Sequence[str] = ()
    clock: str = ""
    where: tuple[str, str] | None = None
    header: Sequence[str] = ()

    @property
    def is_field(self) -> bool:
        """Whether it holds frames rather than channels."""
        return self.file.endswith(".nc")


def _nab(name: str, file: str, step_s: float = 300.0) -> ReferenceSet:
    return ReferenceSet(f"nab {name}", f"nab/{file}", step_s, ("value",), "timestamp")


SETS: tuple[ReferenceSet, ...] = (
    _nab("nyc_taxi", "realKnownCause/nyc_taxi.csv.gz", 1800.0),
    _nab("machine_temperature", "realKnownCause/ambient_temperature_system_failure.csv.gz", 3600.0),
    _nab("cpu_asg", "realKnownCause/cpu_utilization_asg_misconfiguration.csv.gz"),
    _nab("ec2_cpu", "realAWSCloudwatch/ec2_cpu_utilization_5f5533.csv"),
    _nab("elb_requests", "realAWSCloudwatch/elb_request_count_8c0756.csv"),
    _nab("rds_cpu", "realAWSCloudwatch/rds_cpu_utilization_cc0c53.csv"),
    _nab("speed", "realTraffic/speed_7578.csv"),
    _nab("tweets", "realTweets/Twitter_volume_AAPL.csv.gz"),
    ReferenceSet(
        "metro_traffic",
        "metro_traffic/Metro_Interstate_Traffic_Volume.csv.gz",
        HOUR_S,
        ("traffic_volume", "temp", "clouds_all"),
        "date_time",
    ),
    ReferenceSet(
        "steel_energy",
        "steel_energy/steel_energy.csv.gz",
        900.0,
        (
            "Usage_kWh",
            "Lagging_Current_Reactive_Power_kVarh",
            "Leading_Current_Reactive_Power_kVarh",
            "CO2(tCO2)",
            "Lagging_Current_Power_Factor",
            "Leading_Current_Power_Factor",
        ),
    ),
    ReferenceSet("vic_elec", "vic_elec/vic_elec.csv.gz", 1800.0, ("Demand", "Temperature")),
    ReferenceSet("ett_h1", "ett/ETTh1.csv.gz", HOUR_S),
    ReferenceSet("ett_m1", "ett/ETTm1.csv.gz", 900.0),
    ReferenceSet(
        "wind_scada",
        "wind_scada/wind_scada.csv.gz",
        600.0,
        ("Ws_avg", "P_avg"),
        where=("title", "R80721"),
    ),
    ReferenceSet(
        "occupancy",
        "occupancy/datatraining.txt.gz",
        60.0,
        ("Temperature", "Humidity", "Light", "CO2"),
        header=("row", "date", "Temperature", "Humidity", "Light", "CO2", "Ratio", "Occupancy"),
    ),
    ReferenceSet(
        "gas_turbine",
        "gas_turbine/gt_2011.csv.gz",
        HOUR_S,
        ("AT", "AP", "AH", "TIT", "TEY", "CDP", "CO", "NOX"),
    ),
    ReferenceSet("ccpp", "ccpp/ccpp.csv.gz", 0.0, ("AT", "V", "AP", "RH", "PE")),
    ReferenceSet("exchange_rate", "exchange_rate/exchange_rate.csv.gz", DAY_S),
    ReferenceSet(
        "nyc_weather",
        "nyc_weather/weather.csv.gz",
        HOUR_S,
        ("temp", "dewp", "humid", "wind_speed", "pressure"),
        where=("origin", "JFK"),
    ),
    ReferenceSet(
        "ims_bearing",
        "ims_bearing/2nd_test_resmaple_10minutes.csv",
        600.0,
        ("Bearing 1", "Bearing 2", "Bearing 3", "Bearing 4"),
    ),
    ReferenceSet(
        "beijing_air",
        "beijing_air/PRSA_Data_Aotizhongxin_20130301-20170228.csv.gz",
        HOUR_S,
        ("PM2.5", "NO2", "O3", "TEMP", "PRES"),
    ),
    ReferenceSet("eeg_eye_state", "eeg_eye_state/eeg.csv.gz", 1 / 128, ("AF3", "F7", "O1", "T8")),
    ReferenceSet("glucose_cgm", "glucose_cgm/CGM.csv.gz", 300.0, ("glucose",)),
    ReferenceSet("sunspots", "sunspots_monthly/monthly-sunspots.csv", MONTH_S, ("Sunspots",)),
    ReferenceSet("melbourne_temps", "melbourne_temps/daily-min-temperatures.csv", DAY_S, ("Temp",)),
    ReferenceSet("pjm_load", "pjm_load/est_hourly.csv.gz", HOUR_S, ("PJME", "AEP"), "Datetime"),
    ReferenceSet(
        "us_demand", "us_demand_fpp/elecdemand_msts.csv.gz", 1800.0, ("Demand", "Temperature")
    ),
    ReferenceSet(
        "los_loop_speed",
        "los_loop_speed/los_speed.csv.gz",
        300.0,
        ("773869", "767541", "767542", "717447"),
    ),
    ReferenceSet(
        "soil_moisture",
        "soil_moisture/soilmoisture_site24.csv.gz",
        HOUR_S,
        ("soil_moisture_10cm", "soil_moisture_25cm", "soil_moisture_40cm"),
        "time",
    ),
    ReferenceSet(
        "soil_weather",
        "soil_moisture/driver_data_site24.csv.gz",
        HOUR_S,
        ("airtemp_degC", "relhum_perc", "airpressure_hPa", "solarrad_Wm2"),
        "time",
    ),
    ReferenceSet("era5_uk_t2m", "era5_uk_t2m/era5_t2m_uk.nc", HOUR_S),
    ReferenceSet("ostia_sst", "ostia_sst/ostia_monthly.nc", MONTH_S),
)


def read_set(reference: ReferenceSet, data_dir: Path) -> Table:
    """Return `(time, state)`: a channel or a valid cell per column; NaN is missing.

    Raises:
        NotFoundError: The file is not there.
    """
    path = data_dir / reference.file
    if not path.exists():
        raise NotFoundError(
            f"The reference set {reference.name!r} has no file {reference.file!r}.",
            hint="Give the folder of the reference data.",
        )
    return _frames(path, reference.columns) if reference.is_field else _channels(path, reference)


def _frames(path: Path, chosen: Sequence[str]) -> Table:
    """Return a variable's frames, cells that are ever missing left out."""
    with xr.open_dataset(path, decode_times=False) as data:
        name = chosen[0] if chosen else next(iter(data.data_vars))
        values = data[name].to_numpy().astype(np.float64)
    flat = values.reshape(len(values), -1)
    return flat[:, ~np.isnan(flat).any(axis=0)]


def _channels(path: Path, reference: ReferenceSet) -> Table:
    """Return the chosen columns of a text table, on a regular grid."""
    names = list(reference.header)
    options = csv.ReadOptions(column_names=names, skip_rows=1) if names else csv.ReadOptions()
    missing = csv.ConvertOptions(null_values=["NA", "", "NaN"], strings_can_be_null=True)
    table = csv.read_csv(path, read_options=options, convert_options=missing)
    if reference.where is not None:
        column, value = reference.where
        table = table.filter(compute.field(column) == value)
    chosen = reference.columns or table.column_names[1:]
    values = np.column_stack([_numbers(table[name].to_pylist()) for name in chosen])
    if reference.clock:
        return _on_grid(_seconds(table[reference.clock].to_pylist()), values, reference.step_s)
    return values


def _numbers(column: Sequence[float | None]) -> Float[np.ndarray, "time"]:
    """Return a column as float64, null as NaN."""
    return np.array(column, dtype=np.float64)


def _seconds(column: Sequence[datetime | str]) -> Float[np.ndarray, "time"]:
    """Return a time column as seconds since its first row."""
    times = [t if isinstance(t, datetime) else datetime.fromisoformat(t) for t in column]
    return np.array([(time - times[0]).total_seconds() for time in times])


def _on_grid(
    seconds: Float[np.ndarray, "row"], values: Float[np.ndarray, "row state"], step_s: float
) -> Table:
    """Place rows on a regular clock: repeated times are averaged, gaps are NaN."""
    rows = np.round((seconds - seconds.min()) / step_s).astype(int)
    total = np.zeros((rows.max() + 1, values.shape[1]))
    count = np.zeros_like(total)
    np.add.at(total, rows, np.nan_to_num(values))
    np.add.at(count, rows, ~np.isnan(values))
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
