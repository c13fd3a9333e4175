"""`predict` and `backtest`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from industriverse.kernel.errors import ContractError

from .overrides import overrides

if TYPE_CHECKING:
    from industriverse.bootstrap.wiring import Platform
    from industriverse.kernel.ports import ReadOptions

_ABSTAINED = 4

File = Annotated[Path, typer.Argument(help="CSV, Parquet, JSON lines, NetCDF, Zarr, HDF5, NPZ …")]
Variables = Annotated[
    list[str] | None, typer.Option("--variable", help="What to report; repeat for several.")
]
Units = Annotated[
    list[str] | None, typer.Option("--unit", help="NAME=UNIT, for a file that does not say.")
]
Domain = Annotated[str, typer.Option(help="Domain whose laws apply; found out when not given.")]
Horizon = Annotated[int | None, typer.Option(min=1, max=1000, help="Steps ahead.")]
Coverage = Annotated[float, typer.Option(min=0.5, max=0.99, help="Target of the interval.")]
TimeColumn = Annotated[str, typer.Option(help="Name of the time column.")]
Law = Annotated[
    bool | None,
    typer.Option(
        "--law/--no-law",
        help="Seek a field's governing equation, also on a large grid; or never. "
        "When not given: where it takes seconds.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Out = Annotated[Path | None, typer.Option(help="Write the files into this folder.")]


def open_platform() -> "Platform":
    """Build the platform for one command."""
    from industriverse.bootstrap.settings import load_settings  # noqa: PLC0415
    from industriverse.bootstrap.wiring import build_platform  # noqa: PLC0415 (keeps --help fast)

    return build_platform(load_settings(**overrides()))


def read_options(
    variables: Iterable[str] | None, units: Iterable[str] | None, time_column: str, domain: str
) -> "ReadOptions":
    """Return what the flags say about a file.

    Raises:
        ContractError: A `--unit` is not NAME=UNIT.
    """
    from industriverse.kernel.ports import ReadOptions  # noqa: PLC0415 (keeps --help fast)

    pairs: list[tuple[str, str]] = []
    for given in units or ():
        name, equals, unit = given.partition("=")
        if not (equals and name and unit):
            raise ContractError(f"--unit {given!r} is not NAME=UNIT.", hint="E.g. --unit T=degC")
        pairs.append((name, unit))
    return ReadOptions(
        variables=tuple(variables or ()),
        units=tuple(pairs),
        time_column=time_column,
        domain=domain,
    )


def show_progress(stage: str, share: float) -> None:
    """Show the stage on a terminal; silent in a pipe."""
    if sys.stderr.isatty():
        end = "\r\033[K" if share >= 1 else ""
        sys.stderr.write(f"\r\033[K{share:4.0%}  {stage}{end}")
        sys.stderr.flush()


def predict(
    file: File,
    variable: Variables = None,
    unit: Units = None,
    time_column: TimeColumn = "",
    domain: Domain = "",
    horizon: Horizon = None,
    coverage: Coverage = 0.9,
    law: Law = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """Name the regime, forecast with intervals, prove and bill: for one file.

    Example: `industriverse predict plant.csv --variable flow --horizon 24 --out result/`
    """
    from industriverse.bootstrap.folders import make_folder  # noqa: PLC0415 (keeps --help fast)
    from industriverse.kernel.context import Context  # noqa: PLC0415
    from industriverse.services.predict import PredictRequest  # noqa: PLC0415

    from .printing import print_prediction  # noqa: PLC0415

    if out is not None:
        make_folder(out)
    with open_platform() as platform:
        show_progress("read", 0.0)
        read = platform.reader.read(file, read_options(variable, unit, time_column, domain))
        asked = PredictRequest(
            read, file.name, horizon=horizon, coverage=coverage, domain=domain, law=law
        )
        call = Context.fresh()
        document = platform.predict.run(asked, call, show_progress)
        if out is not None:
            document = platform.write_files(document, out, call)
    typer.echo(document.model_dump_json(indent=2) if json else print_prediction(document))
    return _ABSTAINED if document.abstained else 0


def backtest(
    file: File,
    variable: Variables = None,
    unit: Units = None,
    time_column: TimeColumn = "",
    horizon: Horizon = None,
    origins: Annotated[int, typer.Option(min=2, max=10_000, help="Rolling origins.")] = 100,
    coverage: Coverage = 0.9,
    json: Json = False,
    out: Out = None,
) -> None:
    """Score forecasts on the file's own past, from rolling origins that never see the future.

    Example: `industriverse backtest plant.csv --horizon 24 --origins 200`
    """
    from industriverse.bootstrap.folders import make_folder, writing_into  # noqa: PLC0415
    from industriverse.services.backtesting import backtest_file  # noqa: PLC0415

    from .printing import print_backtest  # noqa: PLC0415 (keeps --help fast)

    if out is not None:
        make_folder(out)
    with open_platform() as platform:
        show_progress("read", 0.0)
        read = platform.reader.read(file, read_options(variable, unit, time_column, ""))
        document = backtest_file(
            read, name=file.name, horizon=horizon, origins=origins, coverage=coverage
        )
        show_progress("backtest", 1.0)
    text = document.model_dump_json(indent=2)
    if out is not None:
        with writing_into(out):
            (out / "backtest.json").write_text(text + "\n", encoding="utf-8")
    typer.echo(text if json else print_backtest(document))
