"""`new` and `check`."""

from pathlib import Path
from typing import Annotated

import typer

from industriverse.kernel.errors import ContractError

_KINDS = ("domain", "solver", "capsule")


def new(
    kind: Annotated[str, typer.Argument(help="domain, solver or capsule.")],
    name: Annotated[str, typer.Argument(help="Lower case with underscores.")],
    folder: Annotated[Path, typer.Option(help="Where to write the plugin.")] = Path(),
) -> None:
    """Write a new plugin that passes `check` as a draft.

    Example: `industriverse new domain steam_network`
    """
    from industriverse.bootstrap.plugins import new_plugin  # noqa: PLC0415 (keeps --help fast)

    if kind not in _KINDS:
        raise ContractError(f"There is no plugin kind {kind!r}.", hint=f"Choose of {_KINDS}.")
    typer.echo(f"wrote {new_plugin(kind, name, folder)}")


def check(
    what: Annotated[str, typer.Argument(help="catalog.")] = "catalog",
) -> None:
    """Check every plugin: manifest, golden run, about page, imports.

    Example: `industriverse check catalog`
    """
    from industriverse.bootstrap.plugins import check_catalog  # noqa: PLC0415

    if what != "catalog":
        raise ContractError(f"There is nothing to check called {what!r}.", hint="Say `catalog`.")
    report = check_catalog()
    for problem in report.problems:
        typer.echo(problem, err=True)
    if report.problems:
        raise ContractError(f"{len(report.problems)} problems in {report.count} plugins.")
    typer.echo(f"{report.count} plugins, no problem")
