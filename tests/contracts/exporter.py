"""The contract of `Exporter`: every adapter's test class inherits this suite."""

import json
from dataclasses import replace

import numpy as np
import pytest

from industriverse.kernel.ports import Exporter
from industriverse.kernel.results import Calibration, Forecast
from industriverse.kernel.signals import Channel, Signals
from tests.e2e import documents

LEADS = 3


def forecast_of(names: dict[str, str], shape: tuple[int, ...] = ()) -> Forecast:
    count = LEADS * int(np.prod(shape, dtype=int))
    mean = {name: np.arange(float(count)).reshape(LEADS, *shape) for name in names}
    low = {name: values - 1 for name, values in mean.items()}
    high = {name: values + 1 for name, values in mean.items()}
    return Forecast(
        lead_s=60.0 * np.arange(1, LEADS + 1),
        mean=mean,
        variance=mean,
        lower=low,
        upper=high,
        inner_lower=low,
        inner_upper=high,
        units=names,
        model="blend",
        weights={"a": 1.0},
        baselines={"persistence": mean},
        calibration=Calibration("m", 0.9, (1,), (0.9,)),
    )


def signals_of(name: str, unit: str = "kg s-1") -> Signals:
    return Signals(0.0, 60.0, np.ones((30, 1)), (Channel(name, unit),), absolute=True)


class ExporterContract:
    @pytest.fixture
    def exporter(self) -> Exporter:
        raise NotImplementedError

    def test_another_forecast_is_another_file(self, exporter: Exporter):
        made = forecast_of({"flow": "kg s-1"})
        other = replace(made, upper={"flow": made.upper["flow"] + 1})
        files = {exporter.forecast_file(f, signals_of("flow")) for f in (made, other)}
        assert len(files) == 2

    @pytest.mark.parametrize("document", [documents.signals(failing=True), documents.field()])
    def test_a_picture_is_a_png(self, exporter: Exporter, document):
        assert exporter.picture(json.loads(document.model_dump_json())).startswith(b"\x89PNG\r\n")
