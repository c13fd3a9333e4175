"""`bench` and `doctor`."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .overrides import overrides

if TYPE_CHECKING:
    from industriverse.services.documents import BenchDocument, PredictDocument

_DEFAULT_DATA = Path("../shared/data")
_UNHEALTHY = 5


def _show_progress(text: str, share: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{share:4.0%}  {text}")
        sys.stderr.flush()


def bench(
    name: Annotated[
        str,
        typer.Argument(
            help="agents, atlas, calibration, conservation, coverage, ensemble, forecast, "
            "integrators, microadapt, predict, proofs, real_fields, regimes, "
            "simulation or transitions."
        ),
    ],
    seed: Annotated[int, typer.Option(min=0, help="For everything drawn.")] = 0,
    data: Annotated[Path, typer.Option(help="Folder of reference data sets.")] = _DEFAULT_DATA,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure, beside the naive baseline and the peer, in one run.

    Example: `industriverse bench calibration --json`
    """
    from industriverse.bootstrap.ensembles import start_ensemble  # noqa: PLC0415
    from industriverse.bootstrap.settings import load_settings  # noqa: PLC0415 (keeps --help fast)
    from industriverse.bootstrap.training import training_tools  # noqa: PLC0415
    from industriverse.bootstrap.wiring import build_platform  # noqa: PLC0415
    from industriverse.kernel.context import Context  # noqa: PLC0415
    from industriverse.kernel.ports import ReadOptions  # noqa: PLC0415
    from industriverse.services.bench import BenchSettings, run_bench  # noqa: PLC0415
    from industriverse.services.predict import PredictRequest  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with build_platform(load_settings(folder=folder / "platform")) as platform:

            def predict_file(path: Path) -> "PredictDocument":
                read = platform.reader.read(path, ReadOptions())
                return platform.predict.run(PredictRequest(read, path.name), Context.fresh())

            settings = BenchSettings(
                seed,
                data,
                folder,
                _show_progress,
                predict_file,
                platform.maps,
                training_tools(load_settings(**overrides()), _show_progress),
                start_ensemble,
                platform.predict.tools.meter,
            )
            document = run_bench(name, settings)
    _show_progress("", 1.0)
    typer.echo(document.model_dump_json(indent=2) if json else _table(document))


def _cell(value: str | bool | float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(document: "BenchDocument") -> str:
    lines = [f"bench {document.bench}, seed {document.seed}, {document.machine}"]
    if document.rows:
        heads = list(document.rows[0])
        table = [heads, *([_cell(row.get(head)) for head in heads] for row in document.rows)]
        widths = [max(len(row[i]) for row in table) for i in range(len(heads))]
        lines += ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in table]
    lines += [f"{name} = {_cell(value)}" for name, value in document.metrics.items()]
    for peer, numbers in document.peers.items():
        lines += [f"{peer}: {name} = {_cell(value)}" for name, value in numbers.items()]
    lines += [f"ratio {name} = {_cell(value)}" for name, value in document.ratios.items()]
    return "\n".join(lines)


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Look at this installation: folder, stores, books, log, key, meter, page.

    Example: `industriverse doctor`
    """
    from industriverse.bootstrap.doctor import examine  # noqa: PLC0415 (keeps --help fast)

    report = examine(overrides())
    typer.echo(report.as_json() if json else report.as_text())
    return 0 if report.healthy else _UNHEALTHY
