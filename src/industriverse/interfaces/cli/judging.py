"""`quality`."""

from typing import TYPE_CHECKING

import typer

from .forecasting import (
    File,
    Json,
    Out,
    TimeColumn,
    Units,
    Variables,
    open_platform,
    read_options,
    show_progress,
)

if TYPE_CHECKING:
    from industriverse.services.documents import FlagDocument, QualityDocument

_SHOWN = 5
_WORDS = {
    "spike": "spikes",
    "flat_line": "flat lines",
    "drift": "drifts",
    "drop_out": "drop-outs",
    "clock_jump": "clock jumps",
}
_UNITS = {
    "spike": "deviations",
    "flat_line": "rows",
    "drift": "deviations over its window",
    "drop_out": "rows",
    "clock_jump": "steps late",
}


def quality(
    file: File,
    variable: Variables = None,
    unit: Units = None,
    time_column: TimeColumn = "",
    json: Json = False,
    out: Out = None,
) -> None:
    """Find spikes, flat lines, drifts and drop-outs in a table; write it without them.

    Example: `industriverse quality plant.csv --variable flow --out result/`
    """
    from industriverse.bootstrap.folders import make_folder, writing_into  # noqa: PLC0415
    from industriverse.services.quality import as_csv, inspect_file  # noqa: PLC0415

    if out is not None:
        make_folder(out)
    with open_platform() as platform:
        show_progress("read", 0.0)
        read = platform.reader.read(file, read_options(variable, unit, time_column, ""))
        found = inspect_file(read, name=file.name)
        show_progress("quality", 1.0)
    text = found.document.model_dump_json(indent=2)
    if out is not None:
        with writing_into(out):
            (out / "quality.json").write_text(text + "\n", encoding="utf-8")
            (out / "cleaned.csv").write_text(as_csv(found.cleaned), encoding="utf-8")
    typer.echo(text if json else _as_text(found.document))


def _as_text(document: "QualityDocument") -> str:
    """Return one screen: the score, each channel's, and the largest flags of each kind."""
    read = document.input
    lines = [
        f"{read.name}   {' x '.join(map(str, read.shape))}",
        *(f"  note: {warning}" for warning in read.warnings),
        "",
        f"quality     {document.score:.3%} of the readings are under no flag; "
        f"{document.replaced} replaced",
        *_worst(document.scores),
    ]
    for kind, word in _WORDS.items():
        flags = sorted((f for f in document.flags if f.kind == kind), key=lambda f: -abs(f.size))
        lines.append(f"{word:<12}{len(flags) or 'none'}")
        lines += [_line(flag) for flag in flags[:_SHOWN]]
        if len(flags) > _SHOWN:
            lines.append(f"  … and {len(flags) - _SHOWN} smaller ones")
    return "\n".join(lines)


def _worst(scores: dict[str, float]) -> list[str]:
    low = sorted((item for item in scores.items() if item[1] < 1), key=lambda item: item[1])
    return [f"  {name}  {score:.3%}" for name, score in low[:_SHOWN]]


def _line(flag: "FlagDocument") -> str:
    rows = (
        f"row {flag.start}" if flag.end == flag.start + 1 else f"rows {flag.start}–{flag.end - 1}"
    )
    return f"  {flag.channel}  {rows}  {flag.time}  {flag.size:.3g} {_UNITS[flag.kind]}".rstrip()
