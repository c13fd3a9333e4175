"""`industriverse`: the commands, and the one place that turns errors into exit codes.

Exit codes: 0 done, 1 our defect, 2 bad input, 3 not found, 4 abstained, refused or in conflict,
5 something unavailable. Results go to stdout, everything else to stderr.
"""

import signal
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from typer.exceptions import TyperException

from industriverse.kernel.errors import (
    ConflictError,
    ContractError,
    IndustriverseError,
    NotFoundError,
    UnavailableError,
)

from . import atlas, catalog, demonstrating, forecasting, measuring, verifying
from .overrides import remember

_EXIT_CODES = {ContractError: 2, NotFoundError: 3, ConflictError: 4, UnavailableError: 5}
_DEFECT, _USAGE, _INTERRUPTED = 1, 2, 130
_SOON_S, _AGAIN_S = 0.01, 0.5

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Industry forecasts with intervals, and a proof that they obey the physics.",
    epilog="Exit codes: 0 done, 1 our defect, 2 bad input, 3 not found, 4 abstained or refused, "
    "5 unavailable.",
)
app.command("predict")(forecasting.predict)
app.command("backtest")(forecasting.backtest)
app.command("verify")(verifying.verify)
app.command("demo")(demonstrating.demo)
app.command("doctor")(measuring.doctor)
app.command("bench")(measuring.bench)
app.command("new")(catalog.new)
app.command("check")(catalog.check)
app.add_typer(atlas.app, name="atlas")


@app.callback()
def main(
    folder: Annotated[
        Path | None, typer.Option(help="Where everything is kept.", envvar="INDUSTRIVERSE_FOLDER")
    ] = None,
) -> None:
    """Industry forecasts with intervals, and a proof that they obey the physics."""
    remember(folder)


def run() -> None:
    """Entry point: our own errors become one sentence, a hint and an exit code."""
    try:
        with _stopping():
            code = app(standalone_mode=False)
    except IndustriverseError as error:
        typer.secho(f"{error.code}: {error.message}", fg="red", err=True)
        if error.hint:
            typer.echo(error.hint, err=True)
        code = next((c for kind, c in _EXIT_CODES.items() if isinstance(error, kind)), _DEFECT)
    except TyperException as error:
        _report_usage(error)
        code = _USAGE
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("stopped", err=True)
        code = _INTERRUPTED
    except Exception as error:
        _report_defect(error)
        code = _DEFECT
    sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _stopping() -> Generator[None]:
    """Let Ctrl-C end what runs inside, wherever it is."""
    ours = (signal.SIGINT, signal.SIGALRM)
    before = [signal.signal(number, _interrupt) for number in ours]
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(ours, before, strict=True):
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Stop, but not inside a callback of the garbage collector, which would swallow it."""
    if frame is not None and "gc_callback" in frame.f_code.co_name:
        signal.setitimer(signal.ITIMER_REAL, _SOON_S)
        return
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
    raise KeyboardInterrupt


def _report_usage(error: TyperException) -> None:
    format_message = getattr(error, "format_message", error.__str__)
    if said := format_message():
        typer.secho(f"usage: {said}", fg="red", err=True)
        typer.echo("See `industriverse COMMAND --help`.", err=True)


def _report_defect(error: Exception) -> None:
    last = traceback.extract_tb(error.__traceback__)[-1]
    typer.secho(
        f"defect: {type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})",
        fg="red",
        err=True,
    )
    typer.echo("This is a defect of ours; your data is unchanged. Please report it.", err=True)
