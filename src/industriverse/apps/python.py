"""`industriverse.predict`: the same call from Python, on arrays and frames."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from industriverse.bootstrap.folders import make_folder, writing_into
from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.kernel.context import Context
from industriverse.kernel.ports import ReadOptions
from industriverse.services.documents import PredictDocument
from industriverse.services.predict import PredictRequest

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Prediction:
    """An answer: the document, and the files that go with it.

    Attributes:
        document: Regime, forecast, proof, receipt and timing, as the command line prints them.
        files: `result.json`, `forecast.nc`, `proof.json` and `plot.png` as bytes.
    """

    document: PredictDocument
    files: Mapping[str, bytes]

    @property
    def dataset(self) -> "xr.Dataset":
        """The forecast with its intervals, on lead times, as an xarray data set."""
        import xarray as xr  # noqa: PLC0415 (slow to import)

        return xr.load_dataset(io.BytesIO(self.files["forecast.nc"]), engine="h5netcdf")

    def save(self, folder: str | Path) -> Path:
        """Write the files into a folder and return it."""
        target = make_folder(Path(folder))
        with writing_into(target):
            for name, data in self.files.items():
                (target / name).write_bytes(data)
        return target


def predict(  # noqa: PLR0913 (each is a question a caller may answer)
    data: object,
    *,
    variables: str | Sequence[str] = (),
    domain: str = "",
    horizon: int | None = None,
    coverage: float = 0.9,
    law: bool | None = None,
    units: Mapping[str, str] | None = None,
    time_column: str = "",
    name: str = "",
    folder: str | Path | None = None,
) -> Prediction:
    """Name the regime, forecast with intervals, prove and bill.

    Args:
        data: A path; a NumPy array `(time,)` or `(time, channel)`; a mapping of name to array,
            `(time,)` for telemetry or `(time, y, x)` for a field; a pandas or polars frame; an
            xarray data array or data set.
        variables: What to report; empty for all that fit.
        domain: Domain whose laws apply; found out when not given.
        horizon: Steps ahead; the default follows the length of the data.
        coverage: Target of the outer interval, in [0.5, 0.99].
        law: Whether to seek a field's governing equation: True also where it takes long, False
            never, None where it takes seconds.
        units: Unit by variable, where the data do not say.
        time_column: Name of the time column, where there are several.
        name: What to call the data in the answer.
        folder: Where the platform keeps its stores; the user's data folder when not given.

    Raises:
        ContractError: The data cannot be read or forecast; the sentence says why.

    Examples:
        >>> import numpy as np, tempfile
        >>> wave = np.sin(np.arange(200) / 5)
        >>> answer = predict(wave, horizon=4, folder=tempfile.mkdtemp())
        >>> len(answer.document.forecast.lead_times)
        4
    """
    wanted = (variables,) if isinstance(variables, str) else tuple(variables)
    options = ReadOptions(
        variables=tuple(name for name in wanted if name),
        units=tuple((units or {}).items()),
        time_column=time_column,
        domain=domain,
    )
    settings = load_settings() if folder is None else load_settings(folder=Path(folder))
    context = Context.fresh()
    with build_platform(settings) as platform:
        if isinstance(data, str | Path):
            read = platform.reader.read(Path(data), options)
            name = name or Path(data).name
        else:
            name = name or type(data).__name__
            read = platform.read_object(data, options, name=name)
        request = PredictRequest(
            read, name, horizon=horizon, coverage=coverage, domain=domain, law=law
        )
        document = platform.predict.run(request, context)
        return Prediction(document, platform.runs.files(document.trace_id, context))
