"""`regimes`."""

from typing import TYPE_CHECKING, Annotated

import typer

from .forecasting import File, Json, Out, TimeColumn, open_platform, read_options, show_progress

if TYPE_CHECKING:
    from industriverse.services.documents import RegimesDocument

_SHOWN = 12

Columns = Annotated[
    list[str] | None, typer.Option("--column", help="What to follow; repeat for several.")
]
FalseAlarms = Annotated[
    float, typer.Option(help="False alarms a sample, at most: 1e-4 is one in ten thousand.")
]


def regimes(
    file: File,
    column: Columns = None,
    time_column: TimeColumn = "",
    false_alarms: FalseAlarms = 1e-4,
    json: Json = False,
    out: Out = None,
) -> None:
    """Follow a table as a stream: changes, regimes between them, anomalies.

    Example: `industriverse regimes plant.csv --column flow --out result/`
    """
    from dataclasses import replace  # noqa: PLC0415 (keeps --help fast)

    from industriverse.bootstrap.folders import make_folder, writing_into  # noqa: PLC0415
    from industriverse.services.regime_model import shipped_regime_model  # noqa: PLC0415
    from industriverse.services.regimes import (  # noqa: PLC0415
        FEWEST_ROWS,
        follow_file,
        scores_as_csv,
    )

    if out is not None:
        make_folder(out)
    options = replace(
        read_options(column, None, time_column, ""), fewest_rows=FEWEST_ROWS, as_sampled=True
    )
    with open_platform() as platform:
        show_progress("read", 0.0)
        read = platform.reader.read(file, options)
        show_progress("follow; the first time its loops are compiled, half a minute", 0.1)
        found = follow_file(
            read, name=file.name, false_alarms=false_alarms, model=shipped_regime_model()
        )
        show_progress("follow", 1.0)
    document = found.document
    if out is not None:
        path = out / "scores.csv"
        document = document.model_copy(update={"scores_path": str(path)})
        with writing_into(out):
            path.write_text(scores_as_csv(found), encoding="utf-8")
            text = document.model_dump_json(indent=2)
            (out / "regimes.json").write_text(text + "\n", encoding="utf-8")
    typer.echo(document.model_dump_json(indent=2) if json else _as_text(document))


def _as_text(document: "RegimesDocument") -> str:
    """Return one screen: the newest regime, the segments, the changes and the anomalies."""
    read, now = document.input, document.regime
    sure = "confirmed" if now.confirmed else "not confirmed"
    lines = [
        f"{read.name}   {' x '.join(map(str, read.shape))}",
        *(f"  note: {warning}" for warning in read.warnings),
        "",
        f"regime     {now.label} ({sure}): {document.recommended_action}, "
        f"risk {document.risk_level}",
        f"  {now.evidence}",
        f"changes    {len(document.change_points) or 'none'}, at most "
        f"{document.false_alarms:g} false alarms a sample asked for",
    ]
    lines += [
        f"  sample {c.index}  {c.time}  {c.evidence}" for c in document.change_points[-_SHOWN:]
    ]
    lines.append("segments")
    lines += [
        f"  {s.start}–{s.end - 1}  {s.label} {s.probability:.0%}{'' if s.confirmed else ' ?'}"
        for s in document.segments[-_SHOWN:]
    ]
    lines.append(f"anomalies  {len(document.anomalies) or 'none'}")
    lines += [
        f"  {a.start}–{a.end - 1}  {a.start_time}  score {a.score:.6f}"
        for a in document.anomalies[-_SHOWN:]
    ]
    return "\n".join(lines)
