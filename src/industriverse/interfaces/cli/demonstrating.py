"""`demo`."""

from pathlib import Path
from typing import Annotated

import typer

from .forecasting import open_platform


def demo(
    out: Annotated[Path, typer.Option(help="Where to write.")] = Path("out/demo"),
    hours: Annotated[float, typer.Option(min=0.5, max=240, help="Simulated hours.")] = 6.0,
) -> None:
    """Write a simulated plant's readings as CSV, predict them, and verify the proof.

    Example: `industriverse demo --out out/demo`
    """
    from industriverse.bootstrap.demo import write_demo_file  # noqa: PLC0415 (keeps --help fast)
    from industriverse.bootstrap.folders import make_folder  # noqa: PLC0415
    from industriverse.kernel.context import Context  # noqa: PLC0415
    from industriverse.kernel.ports import ReadOptions  # noqa: PLC0415
    from industriverse.services.predict import PredictRequest  # noqa: PLC0415
    from industriverse.services.verification import verify_files  # noqa: PLC0415

    from .printing import print_prediction  # noqa: PLC0415

    make_folder(out)
    with open_platform() as platform:
        sample = write_demo_file(out / "demo-plant.csv", hours)
        read = platform.reader.read(sample, ReadOptions())
        call = Context.fresh()
        document = platform.predict.run(PredictRequest(read, sample.name), call)
        document = platform.write_files(document, out, call)
    answer = verify_files(
        (out / "proof.json").read_bytes(),
        key=None,
        input_file=sample,
        forecast_file=out / "forecast.nc",
    )
    typer.echo(print_prediction(document))
    typer.echo(answer.as_text())
    typer.echo(f"files in {out}/")
