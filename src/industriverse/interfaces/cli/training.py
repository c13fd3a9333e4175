"""`train forecast`, `train adapter` and `train rivals`."""

import json as as_json
import sys
from pathlib import Path
from typing import Annotated

import typer

from .overrides import overrides

_OUT, _RIVALS = Path("models/forecast"), Path("models/rivals")
_RESIDUAL = Path("models/residual")

app = typer.Typer(no_args_is_help=True, help="Train the networks that forecast, and their rivals.")

Domains = Annotated[list[str], typer.Argument(help="Such as fluid, plasma or climate.")]
Steps = Annotated[int, typer.Option(min=1, help="Updates in all.")]
Minutes = Annotated[
    float | None, typer.Option(min=0.0, help="Stop after so long, and keep the state.")
]
Seed = Annotated[int, typer.Option(min=0, help="Of weights, windows and noise.")]
Cells = Annotated[int, typer.Option(min=16, max=256, help="Cells a side of the training grid.")]
Runs = Annotated[
    tuple[int, int, int], typer.Option(help="Trajectories to train, watch and test with.")
]
Out = Annotated[Path, typer.Option(help="Folder of weights, state and records.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the state that is kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a domain.")]


def _show(text: str, share: float) -> None:
    """Overwrite the line on a terminal; a line of its own for each record elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{share:4.0%}  {text}")
    elif "step" in text:
        sys.stderr.write(f"{share:4.0%}  {text}\n")
    sys.stderr.flush()


@app.command()
def forecast(
    domains: Domains,
    steps: Steps = 1500,
    minutes: Minutes = None,
    seed: Seed = 0,
    cells: Cells = 64,
    runs: Runs = (24, 6, 12),
    out: Out = _OUT,
    resume: Resume = False,
    json: Json = False,
) -> None:
    """Train the flux-form network of each domain; Ctrl-C keeps the last state.

    Example: `industriverse train forecast fluid --steps 1500`
    """
    from industriverse.bootstrap.settings import load_settings  # noqa: PLC0415 (keeps --help fast)
    from industriverse.bootstrap.training import training_tools  # noqa: PLC0415
    from industriverse.kernel.plugins import installed  # noqa: PLC0415
    from industriverse.services.training import (  # noqa: PLC0415
        Paused,
        TrainRequest,
        forecast_set,
        train_forecast,
    )

    tools = training_tools(load_settings(**overrides()), _show)
    sets = [forecast_set(installed(), domain) for domain in domains]
    for chosen in sets:
        command = (
            f"industriverse train forecast {chosen.domain} --steps {steps} --seed {seed} "
            f"--cells {cells} --runs {' '.join(map(str, runs))}"
        )
        request = TrainRequest(steps, minutes, seed, cells, runs, resume=resume, command=command)
        try:
            done = train_forecast(chosen, request, out, tools)
        except Paused as paused:
            typer.echo(f"\n{paused}", err=True)
            continue
        typer.echo(as_json.dumps(done.record) if json else _line(done.record))


@app.command()
def residual(
    domains: Domains,
    steps: Steps = 600,
    seed: Seed = 0,
    cells: Cells = 64,
    runs: Runs = (24, 6, 12),
    out: Out = _RESIDUAL,
    json: Json = False,
) -> None:
    """Train the network that corrects the equation nearest to a domain's runs, step by step.

    The equations are sought first, seconds a run; three rounds of `--steps` follow.

    Example: `industriverse train residual climate`
    """
    from industriverse.bootstrap.settings import load_settings  # noqa: PLC0415 (keeps --help fast)
    from industriverse.bootstrap.training import training_tools  # noqa: PLC0415
    from industriverse.kernel.plugins import installed  # noqa: PLC0415
    from industriverse.services.training import (  # noqa: PLC0415
        TrainRequest,
        forecast_set,
        train_residual,
    )

    tools = training_tools(load_settings(**overrides()), _show)
    for domain in domains:
        command = (
            f"industriverse train residual {domain} --steps {steps} --seed {seed} "
            f"--cells {cells} --runs {' '.join(map(str, runs))}"
        )
        request = TrainRequest(steps, None, seed, cells, runs, command=command)
        done = train_residual(forecast_set(installed(), domain), request, out, tools)
        typer.echo(as_json.dumps(done.record) if json else _line(done.record))


def _line(record: dict[str, object]) -> str:
    scores = as_json.dumps(record["scores"])
    return f"{record['domain']}: {record['weights']} {record['sha256']}\n  {scores}"


@app.command()
def adapter(
    file: Annotated[Path, typer.Argument(help="NetCDF, Zarr, HDF5, NPZ … of a plane's frames.")],
    known: Annotated[str, typer.Option("--from", help="Domain whose network is carried over.")],
    name: Annotated[str, typer.Option(help="Id of the new domain.")] = "",
    steps: Steps = 100,
    seed: Seed = 0,
    variable: Annotated[list[str] | None, typer.Option(help="Only these; repeat.")] = None,
    weights: Annotated[Path, typer.Option(help="Folder of our weights.")] = _OUT,
    out: Annotated[Path, typer.Option(help="Folder of the new ones.")] = Path("adapters"),
    json: Json = False,
) -> None:
    """Carry a network to a new domain by at most 20 frames of a file.

    Example: `industriverse train adapter tank.nc --from fluid`
    """
    from industriverse.bootstrap.settings import load_settings  # noqa: PLC0415 (keeps --help fast)
    from industriverse.bootstrap.training import read_field, training_tools  # noqa: PLC0415
    from industriverse.services.training import AdapterRequest, train_adapter  # noqa: PLC0415

    settings = load_settings(**overrides())
    tools = training_tools(settings, _show)
    seen = read_field(settings, file, tuple(variable or ()))
    command = (
        f"industriverse train adapter {file.name} --from {known} --steps {steps} --seed {seed}"
    )
    request = AdapterRequest(name or file.stem, steps, seed, command)
    done = train_adapter(seen, weights / f"{known}.safetensors", request, out, tools)
    typer.echo(as_json.dumps(done.record) if json else _line(done.record))


@app.command()
def rivals(
    domains: Domains,
    ours: Annotated[Path, typer.Option(help="Folder of our weights.")] = _OUT,
    out: Annotated[Path, typer.Option(help="Folder of theirs.")] = _RIVALS,
    json: Json = False,
) -> None:
    """Train a U-Net and an FNO on the runs, windows and time that our network had.

    Example: `industriverse train rivals fluid`
    """
    from industriverse.bootstrap.settings import load_settings  # noqa: PLC0415 (keeps --help fast)
    from industriverse.bootstrap.training import training_tools  # noqa: PLC0415
    from industriverse.kernel.plugins import installed  # noqa: PLC0415
    from industriverse.services.training import forecast_set, train_rivals  # noqa: PLC0415

    tools = training_tools(load_settings(**overrides()), _show)
    sets = [forecast_set(installed(), domain) for domain in domains]
    for chosen in sets:
        weights = ours / f"{chosen.domain}.safetensors"
        for record in train_rivals(chosen, weights, out, tools):
            scores = as_json.dumps(record["scores"])
            typer.echo(
                as_json.dumps(record) if json else f"{record['domain']} {record['kind']}: {scores}"
            )
