"""`industriverse`: the commands, and the one place that turns errors into exit codes.

Exit codes: 0 done, 1 our defect, 2 bad input, 3 not found, 4 abstained, refused or in conflict,
5 something unavailable. Results go to stdout, everything else to stderr.
"""

import re
import signal
import sys
import traceback
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

from . import (
    atlas,
    catalog,
    demonstrating,
    following,
    forecasting,
    judging,
    measuring,
    training,
    verifying,
)
from .overrides import remember

_EXIT_CODES = {ContractError: 2, NotFoundError: 3, ConflictError: 4, UnavailableError: 5}
_DEFECT, _USAGE, _INTERRUPTED = 1, 2, 130
_SOON_S, _AGAIN_S = 0.01, 0.5
_FINALIZER = re.compile(r"gc_callback|weakref\.py:|:__del__$")

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Industry forecasts with intervals, and a proof that they obey the physics.",
    epilog="Exit codes: 0 done, 1 our defect, 2 bad input, 3 not found, 4 abstained or refused, "
    "5 unavailable.",
)
app.command("predict")(forecasting.predict)
app.command("backtest")(forecasting.backtest)
app.command("quality")(judging.quality)
app.command("regimes")(following.regimes)
app.command("verify")(verifying.verify)
app.command("demo")(demonstrating.demo)
app.command("doctor")(measuring.doctor)
app.command("bench")(measuring.bench)
app.command("new")(catalog.new)
app.command("check")(catalog.check)
app.add_typer(atlas.app, name="atlas")
app.add_typer(training.app, name="train")


@app.callback()
def main(
    folder: Annotated[
        Path | None, typer.Option(help="Where everything is kept.", envvar="INDUSTRIVERSE_FOLDER")
    ] = None,
) -> None:
    """Industry forecasts with intervals, and a proof that they obey the physics."""
    remember(folder)


def run() -> None:
    """Entry point: the command's outcome becomes the exit code; Ctrl-C stops it at any point."""
    for number in (signal.SIGINT, signal.SIGALRM):
        signal.signal(number, _interrupt)
    try:
        code = _outcome()
    except KeyboardInterrupt:  # a second one, on the way out
        code = _INTERRUPTED
    _let_end()
    if code == _INTERRUPTED:
        typer.echo("stopped", err=True)
    sys.exit(code)


def _outcome() -> int:
    """The exit code; our own errors become one sentence and a hint."""
    try:
        code = app(standalone_mode=False)
    except IndustriverseError as error:
        typer.secho(f"{error.code}: {error.message}", fg="red", err=True)
        if error.hint:
            typer.echo(error.hint, err=True)
        return next((c for kind, c in _EXIT_CODES.items() if isinstance(error, kind)), _DEFECT)
    except TyperException as error:
        _report_usage(error)
        return _USAGE
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except Exception as error:
        _report_defect(error)
        return _DEFECT
    return code if isinstance(code, int) else 0


def _let_end() -> None:
    """From here on the outcome stands: Ctrl-C no longer turns it into a crash at exit."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Stop, but not where the exception would be swallowed: there, try again a moment later."""
    if _swallows(frame):
        signal.setitimer(signal.ITIMER_REAL, _SOON_S)
        return
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
    raise KeyboardInterrupt


def _swallows(frame: FrameType | None) -> bool:
    """Whether this is a finalizer or its like, or an import, which would leave half a module."""
    if frame is not None and _FINALIZER.search(
        f"{frame.f_code.co_filename}:{frame.f_code.co_name}"
    ):
        return True
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


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
