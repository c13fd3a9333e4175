"""`atlas build`, `import`, `audit`, `query`, `patch` and `export`."""

import json as as_json
import math
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from industriverse.kernel.errors import ContractError, InputError, NotFoundError

from .forecasting import Units, open_platform, read_options, show_progress

if TYPE_CHECKING:
    import numpy as np

    from industriverse.kernel.maps import Between, MapQuery

_UNSOUND = 4

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Domain = Annotated[str, typer.Option(help="Only this domain.")]
Regime = Annotated[str, typer.Option(help="Only this regime.")]
Range = Annotated[str, typer.Option(help="LOW:HIGH; either may be left out.")]
Where = Annotated[
    list[str] | None,
    typer.Option(help="NAME, NAME=VALUE or NAME=LOW:HIGH of a parameter; repeat for several."),
]

app = typer.Typer(no_args_is_help=True, help="Energy maps: build, import, audit, find, patch.")


@app.command()
def build(
    cells: Annotated[int, typer.Option(min=8, max=1024, help="Cells a side.")] = 256,
    maps: Annotated[int, typer.Option(min=1, help="Maps wanted in each domain.")] = 30,
    domain: Annotated[list[str] | None, typer.Option(help="Only these; repeat.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Solvers at once.")] = os.cpu_count() or 1,
    json: Json = False,
) -> None:
    """Run every installed solver and keep maps of its energy; goes on where it was stopped.

    Example: `industriverse atlas build --cells 64`
    """
    from industriverse.kernel.plugins import installed  # noqa: PLC0415 (keeps --help fast)
    from industriverse.services.atlas import BuildRequest, show_in_graph  # noqa: PLC0415
    from industriverse.services.atlas import build as build_atlas  # noqa: PLC0415

    with open_platform() as platform:
        request = BuildRequest(cells, maps, tuple(domain or ()), workers)
        report = build_atlas(platform.maps, installed(), request, progress=show_progress)
        show_in_graph(platform.graph, platform.maps)
    _say_notes(report.notes)
    if json:
        typer.echo(as_json.dumps(asdict(report), indent=2))
        return
    rows = [("domain", "maps", "sequences", "new", "seconds")]
    rows += [
        (d.domain, str(d.maps), str(d.sequences), str(d.built), f"{d.seconds:.1f}")
        for d in report.domains
    ]
    typer.echo(_table(rows))


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="NetCDF, Zarr, HDF5, NPZ, NPY, CSV, Parquet …")],
    licence: Annotated[str, typer.Option(help="Of the file's data, e.g. CC-BY-4.0.")] = "",
    source: Annotated[str, typer.Option(help="Where it comes from.")] = "",
    domain: Annotated[str, typer.Option(help="Whose formula makes its maps.")] = "",
    regime: Annotated[str, typer.Option(help="Its regime, where you know it.")] = "",
    variable: Annotated[list[str] | None, typer.Option(help="Only these; repeat.")] = None,
    unit: Units = None,
    time_column: Annotated[str, typer.Option(help="Name of the time column.")] = "",
    json: Json = False,
) -> None:
    """Keep a file's frames as maps, with its licence and source.

    Example: `industriverse atlas import sst.nc --domain heat --licence CC-BY-4.0 --source NOAA`
    """
    from industriverse.kernel.plugins import installed  # noqa: PLC0415 (keeps --help fast)
    from industriverse.services.atlas import (  # noqa: PLC0415
        ImportRequest,
        show_in_graph,
    )
    from industriverse.services.atlas import (  # noqa: PLC0415
        import_file as import_whole,
    )

    with open_platform() as platform:
        options = read_options(variable, unit, time_column, domain)
        request = ImportRequest(file.name, licence, source, domain, regime)
        records, warnings = import_whole(
            platform.maps, installed(), platform.reader, file, options, request
        )
        show_in_graph(platform.graph, platform.maps)
    _say_notes(warnings)
    first = records[0]
    if json:
        found = {
            "sequence": first.sequence,
            "domain": first.domain,
            "maps": len(records),
            "unit": first.unit,
            "warnings": list(warnings),
        }
        typer.echo(as_json.dumps(found, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{len(records)} maps of {first.domain} in {first.sequence}, in {first.unit}")


@app.command()
def audit(domain: Domain = "", json: Json = False) -> int:
    """Read every map again and hold it against physics, its record and its neighbours.

    Example: `industriverse atlas audit --domain fluid`
    """
    from industriverse.services.atlas import audit as audit_atlas  # noqa: PLC0415

    with open_platform() as platform:
        report = audit_atlas(platform.maps, domain=domain, progress=show_progress)
    if json:
        typer.echo(as_json.dumps(asdict(report), indent=2, ensure_ascii=False))
    else:
        for found in report.findings:
            typer.echo(f"{found.check}: {found.where}: {found.sentence}")
        typer.echo(f"{report.maps} maps in {report.sequences} sequences, ", nl=False)
        typer.echo(f"{len(report.findings)} findings" if report.findings else "no finding")
    return _UNSOUND if report.findings else 0


@app.command()
def query(
    domain: Domain = "",
    regime: Regime = "",
    sequence: Annotated[str, typer.Option(help="Only this sequence.")] = "",
    energy: Range = "",
    entropy: Range = "",
    time: Range = "",
    where: Where = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Maps a page.")] = 20,
    after: Annotated[str, typer.Option(help="Where the page before ended.")] = "",
    statistics: Annotated[bool, typer.Option(help="Each domain in numbers instead.")] = False,
    json: Json = False,
) -> None:
    """Find maps by domain, regime, energy, entropy, time or parameter.

    Example: `industriverse atlas query --domain reaction_diffusion --where feed=0.02:0.04`
    """
    from industriverse.kernel.maps import record_document  # noqa: PLC0415 (keeps --help fast)

    ranges = {"energy": energy, "entropy": entropy, "time": time}
    asked = _asked(domain, regime, sequence, ranges, where)
    with open_platform() as platform:
        if statistics:
            known = [asdict(one) for one in platform.maps.catalogue.statistics()]
            _print_statistics(known, json)
            return
        page = platform.maps.catalogue.query(asked, limit=limit, after=after)
    if json:
        found = {"maps": [record_document(r) for r in page.records], "next": page.following}
        typer.echo(as_json.dumps(found, indent=2, ensure_ascii=False))
        return
    rows = [("map", "domain", "regime", "energy", "unit", "entropy", "time")]
    for r in page.records:
        figures = (f"{r.energy:.4g}", r.unit, f"{r.entropy:.4g}", f"{r.time_s:g} s")
        rows.append((r.id, r.domain, r.regime or "–", *figures))
    typer.echo(_table(rows))
    if page.following:
        typer.echo(f"more: --after '{page.following}'")


@app.command()
def patch(
    map_id: Annotated[str, typer.Argument(metavar="MAP", help="Its id, SEQUENCE/FRAME.")],
    values: Annotated[Path, typer.Argument(help="The new cells: .npy, or .csv without a head.")],
    at: Annotated[str, typer.Option(help="First cell along each axis, e.g. 10,20.")],
    source: Annotated[str, typer.Option(help="Where the new cells come from.")] = "",
    level: Annotated[int, typer.Option(help="Cells averaged along each axis: 1, 2 or 4.")] = 1,
    keep_differences: Annotated[
        bool, typer.Option(help="Finer cells keep their differences, not their ratios.")
    ] = False,
    json: Json = False,
) -> None:
    """Replace a rectangle of cells: the next version of a map, energy kept at every level.

    Example: `industriverse atlas patch heat-a/0003 new.npy --at 10,20 --level 2 --source survey`
    """
    from industriverse.kernel.maps import record_document  # noqa: PLC0415 (keeps --help fast)
    from industriverse.services.atlas import (  # noqa: PLC0415
        PatchRequest,
        patch_map,
        show_in_graph,
    )

    cells = _cells(values)
    request = PatchRequest(map_id, _place(at), cells, source, level, keep_differences)
    with open_platform() as platform:
        before = platform.maps.record(map_id)
        record = patch_map(platform.maps, request)
        show_in_graph(platform.graph, platform.maps)
    if json:
        typer.echo(as_json.dumps(record_document(record), indent=2, ensure_ascii=False))
        return
    change = record.energy - before.energy
    typer.echo(f"{record.id} version {record.version}: energy {change:+.4g}, {record.checksum}")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; made where there is none.")],
    domain: Domain = "",
    regime: Regime = "",
    where: Where = None,
) -> None:
    """Write maps as arrays with a table and Croissant metadata, for other programs.

    Example: `industriverse atlas export shared-maps/ --domain materials`
    """
    from industriverse.bootstrap.folders import make_folder, writing_into  # noqa: PLC0415
    from industriverse.services.atlas import export_croissant  # noqa: PLC0415 (keeps --help fast)

    asked = _asked(domain, regime, "", {}, where)

    @contextmanager
    def create(name: str) -> Generator[BinaryIO]:
        make_folder(folder)
        with writing_into(folder), (folder / name).open("wb") as file:
            yield file

    with open_platform() as platform:
        count = export_croissant(platform.maps, asked, create)
    typer.echo(f"{count} files in {folder}")


def _asked(
    domain: str, regime: str, sequence: str, ranges: dict[str, str], where: list[str] | None
) -> "MapQuery":
    from industriverse.kernel.maps import MapQuery  # noqa: PLC0415 (keeps --help fast)

    found = {name: _between(text, f"--{name}") if text else None for name, text in ranges.items()}
    return MapQuery(
        domain=domain,
        regime=regime,
        sequence=sequence,
        energy=found.get("energy"),
        entropy=found.get("entropy"),
        time_s=found.get("time"),
        parameters=dict(_parameter(text) for text in where or ()),
    )


def _parameter(text: str) -> "tuple[str, Between]":
    name, _, wanted = text.partition("=")
    return name.strip(), _between(wanted if ":" in wanted else f"{wanted}:{wanted}", "--where")


def _between(text: str, flag: str) -> "Between":
    from industriverse.kernel.maps import Between  # noqa: PLC0415 (keeps --help fast)

    try:
        low, high = text.split(":")
        return Between(float(low or -math.inf), float(high or math.inf))
    except ValueError:
        raise ContractError(
            f"{flag} {text!r} is not LOW:HIGH.", hint="E.g. 0.5:2, :2 or 0.5:"
        ) from None


def _place(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ContractError(f"--at {text!r} is not like 10,20.") from None


def _cells(path: Path) -> "np.ndarray":
    import numpy as np  # noqa: PLC0415 (keeps --help fast)

    if not path.is_file():
        raise NotFoundError(f"There is no file {str(path)!r}.", hint="Check the path.")
    try:
        if path.suffix == ".npy":
            return np.asarray(np.load(path, allow_pickle=False), np.float64)
        return np.atleast_2d(np.loadtxt(path, delimiter=",", dtype=np.float64))
    except (ValueError, OSError, EOFError) as error:
        raise InputError(
            f"{path.name} holds no cells: {error}.",
            hint="Give a .npy array, or numbers in rows with commas.",
            file=str(path),
        ) from error


def _say_notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def _print_statistics(known: list[dict[str, Any]], json: bool) -> None:
    if json:
        typer.echo(as_json.dumps({"domains": known}, indent=2))
        return
    heads = ("domain", "maps", "sequences", "energy_mean", "energy_spread", "entropy_mean")
    rows: list[tuple[str, ...]] = [heads]
    for one in known:
        cells = (one[head] for head in heads)
        rows.append(tuple(f"{c:.4g}" if isinstance(c, float) else str(c) for c in cells))
    typer.echo(_table(rows))


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
