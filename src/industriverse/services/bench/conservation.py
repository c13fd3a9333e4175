"""What every solver keeps over a whole run, and how far it strays from its entropy law."""

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from industriverse.kernel.plugins import Manifest, installed, load
from industriverse.kernel.solvers import (
    SEED,
    drift,
    entropy_violation,
    full_params,
    is_field_solver,
    solver_card,
)

from . import BenchSettings

_EXACT = 1e-10
"""A bound at most this wide is a claim that the scheme keeps the quantity to rounding."""

Row = dict[str, Any]
Run = Callable[[Mapping[str, Any], Mapping[str, float]], Mapping[str, Any]]


def run(settings: BenchSettings) -> dict[str, Any]:
    """Run every solver of fields with its defaults and hold what it declares against the frames."""
    solvers = [m for m in installed().of_kind("solver") if is_field_solver(m)]
    rows: list[Row] = []
    for number, manifest in enumerate(solvers):
        settings.progress(manifest.title, number / len(solvers))
        rows += _rows(manifest, settings.seed)
    return {"metrics": _metrics(rows, len(solvers)), "rows": rows}


def _rows(manifest: Manifest, seed: int) -> list[Row]:
    """Return a row for each kept quantity, and one for the entropy law where there is one."""
    card = solver_card(manifest)
    params = full_params(manifest, {SEED: float(seed)})
    began = time.perf_counter()
    outputs = cast("Run", load(manifest))({}, params)
    head = {
        "solver": manifest.id,
        "domain": card.domain,
        "cells": params["cells"],
        "frames": params["frames"],
        "seconds": time.perf_counter() - began,
    }
    rows = [
        {**head, "quantity": name, "law": "kept", "bound": bound, **_held(outputs[name], bound)}
        for name, bound in card.conserves.items()
    ]
    if card.entropy not in {"none", "clausius"}:
        strayed, bound = entropy_violation(card, outputs), card.entropy_tolerance
        law = {"quantity": card.entropy_series, "law": card.entropy, "bound": bound}
        rows.append({**head, **law, "strayed": strayed, "holds": strayed <= bound})
    return rows


def _held(series: object, bound: float) -> Row:
    strayed = drift(np.asarray(series, np.float64))
    return {"strayed": strayed, "holds": strayed <= bound}


def _metrics(rows: list[Row], solvers: int) -> dict[str, float]:
    exact = [row for row in rows if row["law"] == "kept" and row["bound"] <= _EXACT]
    laws = [row for row in rows if row["law"] != "kept"]
    return {
        "solvers": float(solvers),
        "kept": float(len(rows) - len(laws)),
        "kept_exactly": float(len(exact)),
        "worst_exact_drift": max((row["strayed"] for row in exact), default=0.0),
        "entropy_laws": float(len(laws)),
        "share_that_holds": float(np.mean([row["holds"] for row in rows])) if rows else 0.0,
    }
