"""Forecasts of every trained domain on runs that nobody has trained on, beside all rivals."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from industriverse.engines.forecast.network import FluxNet, Recording, unpack
from industriverse.kernel.errors import NotFoundError, UnavailableError
from industriverse.kernel.plugins import installed
from industriverse.services.regime_model import models_folder
from industriverse.services.training import (
    KINDS,
    ForecastSet,
    Part,
    Question,
    Tools,
    forecast_sets,
    of_plan,
    recording,
    unpack_rival,
)

from . import BenchSettings
from ._forecast_scores import Answer, least, ratio, scored, spread_of
from ._forecasters import (
    Forecaster,
    by_law,
    climatology,
    damped,
    dynamic_modes,
    extrapolate,
    network,
    persist,
    rival,
)

Row = dict[str, Any]
BEST = "law, else network"
OURS = ("network", "network, damped", BEST)
WINDOWS = ("1", "6-12", "13-30")
_WANTED = {"rollout_ratio": 0.3}


@dataclass(frozen=True, slots=True)
class Case:
    """One domain with its trained network.

    Attributes:
        chosen: The domain's set.
        model: Our network.
        seen: Runs for the climatology.
        watched: Runs from which the spread of forecasts without a variance is taken.
        tested: Runs that are scored.
        rivals: Files of the rivals' weights, by kind.
        residual: Our network that corrects the nearest equation, where one is trained.
    """

    chosen: ForecastSet
    model: FluxNet
    seen: Recording
    watched: Recording
    tested: Recording
    rivals: Mapping[str, Path]
    residual: FluxNet | None = None


def run(settings: BenchSettings) -> dict[str, Any]:
    """Score every domain that has shipped weights.

    Raises:
        NotFoundError: No domain has weights.
        UnavailableError: The benchmark was given no place for solved runs.
    """
    tools = settings.training
    if tools is None:
        raise UnavailableError("The benchmark `forecast` needs a folder for solved runs.")
    folder = models_folder()
    sets = trained_sets(folder / "forecast")
    rows: list[Row] = []
    for number, chosen in enumerate(sets):
        settings.progress(chosen.domain, number / len(sets))
        rows += compared(case_of(chosen, folder, tools), tools)
    return {**summary(rows), "rows": rows}


def trained_sets(folder: Path) -> list[ForecastSet]:
    """Return the domains whose networks' weights lie in a folder.

    Raises:
        NotFoundError: None has weights.
    """
    every = forecast_sets(installed()).values()
    found = [one for one in every if (folder / f"{one.domain}.safetensors").is_file()]
    if not found:
        raise NotFoundError(
            "No domain has a trained network.", hint="Train one: industriverse train forecast fluid"
        )
    return found


def case_of(chosen: ForecastSet, folder: Path, tools: Tools) -> Case:
    """Return a domain's network, runs and rivals.

    Args:
        chosen: The domain.
        folder: Of the models; holds `forecast/` and perhaps `rivals/` and `residual/`.
        tools: The outside world.
    """
    model, card = unpack(tools.read(folder / "forecast" / f"{chosen.domain}.safetensors"))
    counts, cells = card["data"]["runs"], card["data"]["cells"]

    def part(name: Part) -> Recording:
        return recording(
            chosen, name, counts[name], tools.cache, cells=cells, progress=tools.progress
        )

    files = {k: folder / "rivals" / f"{chosen.domain}-{k}.safetensors" for k in KINDS}
    present = {kind: path for kind, path in files.items() if path.is_file()}
    correction = folder / "residual" / f"{chosen.domain}.safetensors"
    residual = unpack(tools.read(correction))[0] if correction.is_file() else None
    return Case(chosen, model, part("train"), part("validation"), part("test"), present, residual)


def compared(case: Case, tools: Tools) -> list[Row]:
    """Return a row for each forecaster of one domain."""
    plan, scene = case.model.plan, case.tested.scene
    asked, watched = of_plan(case.tested.values, plan), of_plan(case.watched.values, plan)
    rows: list[Row] = []
    for name, forecaster in forecasters_of(case, watched, tools).items():
        tools.progress(f"{case.chosen.domain}: {name}", 0.0)
        if name != BEST:  # a law compiles anew for each window, and the network is warm by then
            forecaster(_first(asked))
        answer, cost = _timed(forecaster, asked, tools)
        spread = spread_of(forecaster(watched), watched)
        head: Row = {"domain": case.chosen.domain, "forecaster": name, "windows": len(asked.truth)}
        numbers = scored(answer, asked, spread, plan, scene.boundary)
        rows.append({**head, **numbers, **cost, "note": answer.note})
    return rows


def forecasters_of(case: Case, watched: Question, tools: Tools) -> dict[str, Forecaster]:
    """Return everyone who is asked, ours first.

    Networks, ours and others, are asked as they are and drawn towards climatology as far as the
    held-out runs say: the same help for all.
    """
    plan, scene = case.model.plan, case.tested.scene
    calm = climatology(case.seen.values, plan)
    ours = network(case.model, scene)
    drawn = damped(ours, calm, watched)
    found: dict[str, Forecaster] = {
        "network": ours,
        "network, damped": drawn,
        BEST: by_law(plan.names, scene, drawn, watched, case.residual),
        "persistence": persist,
        "linear extrapolation": extrapolate,
        "dynamic modes": dynamic_modes,
        "climatology": calm,
    }
    for kind, path in case.rivals.items():
        theirs = rival(unpack_rival(tools.read(path), plan, scene))
        found |= {kind: theirs, f"{kind}, damped": damped(theirs, calm, watched)}
    return found


def _first(asked: Question) -> Question:
    return Question(asked.history[:1], asked.truth[:1], asked.told)


def _timed(forecaster: Forecaster, asked: Question, tools: Tools) -> tuple[Answer, Row]:
    """Return the answer, and what a step of one window took."""
    meter, began = tools.meter.start(), time.perf_counter()
    answer = forecaster(asked)
    spent, energy = time.perf_counter() - began, meter.stop()
    steps = len(asked.truth) * asked.leads
    return answer, {
        "ms_a_step": 1e3 * spent / steps,
        "joules_a_step": energy.joules / steps,
        "joules": energy.method,
    }


def summary(rows: list[Row]) -> dict[str, Any]:
    """Return, over domains, what ours leaves of the best rival's error, and what must hold."""
    domains = list(dict.fromkeys(row["domain"] for row in rows))
    ratios: dict[str, float] = {}
    drifts: list[float] = []
    for domain in domains:
        of_domain = [row for row in rows if row["domain"] == domain]
        ours = [row for row in of_domain if row["forecaster"] == BEST]
        others = [row for row in of_domain if row["forecaster"] not in OURS]
        for window in WINDOWS:
            key = f"vrmse_{window}"
            found = ratio(least(ours, key), least(others, key))
            if found is not None:
                ratios[f"{domain}: {key}"] = found
        drifts += [
            row["drift"]
            for row in of_domain
            if row["forecaster"] == OURS[0] and row["drift"] is not None
        ]
    rollout = [value for name, value in ratios.items() if name.endswith(WINDOWS[2])]
    better = [_beats_persistence(rows, domain) for domain in domains]
    metrics = {
        "domains": float(len(domains)),
        "domains_below_persistence": float(sum(better)),
        "domains_rollout_at_most_0.3": float(
            sum(value <= _WANTED["rollout_ratio"] for value in rollout)
        ),
        "domains_rollout_at_most_1": float(sum(value <= 1 for value in rollout)),
        "worst_drift_of_network": max(drifts, default=0.0),
    }
    return {"metrics": metrics, "ratios": ratios}


def _beats_persistence(rows: list[Row], domain: str) -> bool:
    """Say whether our forecast has the smaller error in every window of leads."""
    named = {row["forecaster"]: row for row in rows if row["domain"] == domain}
    pairs = [(named[BEST][f"vrmse_{w}"], named["persistence"][f"vrmse_{w}"]) for w in WINDOWS]
    return all(ours is not None and ours < naive for ours, naive in pairs)
