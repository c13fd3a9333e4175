"""Documents as text for a terminal: one screen, aligned, numbers with units."""

from collections.abc import Iterable

from industriverse.services.documents import (
    BacktestDocument,
    CheckDocument,
    LawDocument,
    PredictDocument,
)

_MARKS = {"passed": "✓", "failed": "✕", "not applicable": "–"}
_REGIME_MARKS = {
    "initializing": "○",
    "stable": "●",
    "transitional": "◆",
    "chaotic": "▲",
    "phase_change": "■",
    "anomalous": "✕",
}
_SHOWN_LEADS = 5
_TIMES = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def _seconds(value: float) -> str:
    """Return a duration in the largest unit that fits."""
    scale, word = next(((s, w) for s, w in _TIMES if value >= s), (1.0, "s"))
    return f"{value / scale:.4g} {word}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _columns(rows: Iterable[tuple[str, ...]], indent: str = "  ") -> str:
    """Align rows of cells: the first to the left, the others to the right."""
    table = list(rows)
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    lines = (
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    )
    return "\n".join(indent + line.rstrip() for line in lines)


def _picked(count: int) -> list[int]:
    """Return up to five lead indices, first and last among them."""
    if count <= _SHOWN_LEADS:
        return list(range(count))
    return sorted({round(i * (count - 1) / (_SHOWN_LEADS - 1)) for i in range(_SHOWN_LEADS)})


def _forecast(document: PredictDocument) -> str:
    forecast = document.forecast
    picked = _picked(len(forecast.lead_times))
    head = ("variable", *(f"+{_seconds(forecast.lead_times[i])}" for i in picked))
    rows: list[tuple[str, ...]] = [head]
    for name in forecast.variables:
        unit = forecast.units.get(name, "")
        values = forecast.values[name]
        rows.append(
            (
                f"{name} [{unit}]" if unit else name,
                *(
                    f"{_number(values.mean[i])} [{_number(values.lower[i])}, "
                    f"{_number(values.upper[i])}]"
                    for i in picked
                ),
            )
        )
    return _columns(rows)


def _law(law: LawDocument) -> list[str]:
    """Return an equation for each variable, or why there is none."""
    if not law.found:
        none = f"law        none for {', '.join(law.variables)}: {law.reason}"
        tried = [f"nearest    ∂{name}/∂t ={_right_side(law, name)}" for name in law.variables]
        return [none, *(tried if law.terms else [])]
    return [f"law        ∂{name}/∂t ={_right_side(law, name)}" for name in law.variables]


def _right_side(law: LawDocument, name: str) -> str:
    terms = [term for term in law.terms if term.channel == name]
    parts = (
        f" {'−' if term.coefficient < 0 else '+'} {_number(abs(term.coefficient))}"
        + ("" if term.name == "1" else f" {term.name}")
        for term in terms
    )
    return "".join(parts).removeprefix(" +") or " 0"


def _check(check: CheckDocument) -> tuple[str, ...]:
    compared = "" if check.value is None else f"{_number(check.value)} / {_number(check.threshold)}"
    return (f"{_MARKS[check.verdict]} {check.name}", compared, f" {check.note}")


def _checks(checks: Iterable[CheckDocument]) -> str:
    rows = [_check(check) for check in checks]
    widths = [max(len(row[i]) for row in rows) for i in (0, 1)]
    return "\n".join(f"  {a:<{widths[0]}}  {b:>{widths[1]}} {c}" for a, b, c in rows)


def _input_line(document: PredictDocument | BacktestDocument) -> str:
    read = document.input
    shape = " x ".join(str(side) for side in read.shape)
    return f"{read.name}   {shape}, every {_seconds(read.step_s)}"


def print_prediction(document: PredictDocument) -> str:
    """Return one prediction as text."""
    regime, proof, receipt = document.regime, document.proof, document.receipt
    chance = regime.probabilities.get(regime.label)
    known = "confirmed" if regime.confirmed else "not confirmed"
    against = ", ".join(f"{k} {v:+.0%}" for k, v in document.forecast.skill.items())
    skill = f"skill on this file's past against {against}" if against else "past too short to score"
    lines = [
        _input_line(document),
        *(f"  note: {warning}" for warning in document.input.warnings),
        "",
        f"regime     {_REGIME_MARKS[regime.label]} {regime.label.replace('_', ' ')} ({known}"
        + (f", {chance:.2f})" if chance is not None else ")"),
        f"           {regime.evidence}",
        f"forecast   {document.forecast.coverage_target:.0%} intervals; {skill}",
        _forecast(document),
        *(line for law in document.forecast.laws for line in _law(law)),
        f"proof      {'passed' if proof.passed else 'not passed'} ({proof.domain}) {proof.id}",
        _checks(proof.checks),
        f"energy     {receipt.joules:.3g} J ± {receipt.joules_uncertainty:.2g} ({receipt.method}), "
        f"{receipt.ceu:.3g} CEU",
        f"time       {document.timing_ms['total']:.0f} ms   trace {document.trace_id}",
    ]
    if document.abstained:
        lines.append(f"abstained: {document.reason}")
    if document.forecast.paths:
        lines.append("files      " + ", ".join(document.forecast.paths.values()))
    return "\n".join(lines)


def print_backtest(document: BacktestDocument) -> str:
    """Return one backtest as text: a row for each variable and a few leads."""
    names = list(document.skill)
    head = ("variable", "lead", "coverage", "CRPS", "interval score", *(f"vs {n}" for n in names))
    leads = sorted({row.lead_s for row in document.rows})
    shown = {leads[i] for i in _picked(len(leads))}
    rows: list[tuple[str, ...]] = [head]
    for row in document.rows:
        if row.lead_s in shown:
            numbers = (row.coverage, row.crps, row.interval_score)
            skills = (_percent(row.skill.get(name)) for name in names)
            rows.append((row.variable, f"+{_seconds(row.lead_s)}", *map(_number, numbers), *skills))
    skill = ", ".join(f"{name} {_percent(value)}" for name, value in document.skill.items())
    return "\n".join(
        [
            _input_line(document),
            f"{document.origins} origins, {document.horizon} steps ahead, never seeing the future",
            f"{document.coverage_target:.0%} intervals cover {document.coverage:.1%}; CRPS skill "
            f"against {skill}",
            "",
            _columns(rows),
            *(f"note: {note}" for note in document.notes),
        ]
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:+.0%}"
