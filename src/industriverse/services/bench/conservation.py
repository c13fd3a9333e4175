"""What every solver keeps over a whole run, and how far it strays from its entropy law."""

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from industriverse.kernel.plugins import Manifest, installed, load
from industriverse.kernel.solvers import (
    CELLS,
    EXACT,
    SEED,
    drift,
    entropy_violation,
    full_params,
    is_solver,
    solver_card,
)

from . import BenchSettings

Row = dict[str, Any]
Run = Callable[[Mapping[str, Any], Mapping[str, float]], Mapping[str, Any]]


def run(settings: BenchSettings) -> dict[str, Any]:
    """Run every solver with its defaults and hold what its card declares against the frames."""
    solvers = [m for m in installed().of_kind("solver") if is_solver(m)]
    rows: list[Row] = []
    for number, manifest in enumerate(solvers):
        settings.progress(manifest.title, number / len(solvers))
        rows += _rows(manifest, settings.seed)
    return {"metrics": _metrics(rows, len(solvers)), "rows": rows}


def _rows(manifest: Manifest, seed: int) -> list[Row]:
    """Return a row for each kept quantity, and one for the entropy law where there is one.

    `order` is that of the drift in the time step; nothing where the scheme drifts by rounding.
    """
    card = solver_card(manifest)
    params = full_params(manifest, {SEED: float(seed)})
    began = time.perf_counter()
    outputs = cast("Run", load(manifest))({}, params)
    head = {
        "solver": manifest.id,
        "domain": card.domain,
        "cells": params.get(CELLS),
        "frames": params["frames"],
        "seconds": time.perf_counter() - began,
    }
    rows = [
        {**head, "quantity": name, "law": "kept", "order": card.order.get(name)}
        | _held(drift(np.asarray(outputs[name], np.float64), manifest.outputs[name].unit), bound)
        for name, bound in card.conserves.items()
    ]
    if card.entropy != "none":
        law = {"quantity": card.entropy_series, "law": card.entropy, "order": None}
        violated = entropy_violation(card, outputs)
        rows.append({**head, **law} | _held(violated, card.entropy_tolerance))
    return rows


def _held(strayed: float, bound: float) -> Row:
    return {"bound": bound, "strayed": strayed, "holds": strayed <= bound}


def _metrics(rows: list[Row], solvers: int) -> dict[str, float]:
    exact = [row for row in rows if row["law"] == "kept" and row["bound"] <= EXACT]
    laws = [row for row in rows if row["law"] != "kept"]
    return {
        "solvers": float(solvers),
        "kept": float(len(rows) - len(laws)),
        "kept_exactly": float(len(exact)),
        "worst_exact_drift": max((row["strayed"] for row in exact), default=0.0),
        "entropy_laws": float(len(laws)),
        "share_that_holds": float(np.mean([row["holds"] for row in rows])) if rows else 0.0,
    }
