"""Training of the flux-form network on one domain: data, weights, card, record."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from industriverse.engines.forecast.network import (
    Batches,
    FluxNet,
    Record,
    Recording,
    Scene,
    Watch,
    halved,
    pack,
    rollout,
    train,
    unpack,
)
from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.results import Metering

from ._request import BATCH, LEADS_TRAINED, TrainRequest, network_plan, settings_of
from ._scores import Question, Runs, by_window, errors, of_plan, persistence
from ._sets import ForecastSet, Part, data_hash, recording
from ._tools import Tools

WATCHED = 6
_WEIGHTS, _STATE, RECORDS = ".safetensors", ".state", "experiments.jsonl"


class Paused(Exception):
    """Training stopped where it was told to; its state is kept."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training gave.

    Attributes:
        domain: Id.
        path: Weights.
        record: The experiment's record, as it was written.
    """

    domain: str
    path: Path
    record: dict[str, Any] = field(default_factory=dict[str, Any])


def train_forecast(
    chosen: ForecastSet, request: TrainRequest, folder: Path, tools: Tools
) -> Trained:
    """Train one domain's network; leave weights with their card, and a line in the records.

    Args:
        chosen: The domain.
        request: How.
        folder: Where weights, state and records lie.
        tools: The outside world.

    Raises:
        Paused: The minutes are over; the state is kept.
        NotFoundError: There is no state to resume from.
        ContractError: The state is of another request; the loss is no number any more.
        UnavailableError: A file cannot be written.
    """
    parts = parts_of(chosen, request, tools)
    plan = network_plan(chosen, parts[0], request)
    settings = settings_of(request)
    state = folder / f"{chosen.domain}{_STATE}"
    batches = Batches(
        (parts[0],), plan, BATCH, LEADS_TRAINED, seed=request.seed, shuffled=request.shuffled
    )
    watch = Watch(
        every=request.every,
        progress=_teller(chosen.domain, request, tools),
        keep=lambda data: tools.write(state, data),
        resume=_kept(state, tools) if request.resume else None,
        held_out=Batches((parts[1],), plan, WATCHED, LEADS_TRAINED, seed=1),
        draws=1,
    )
    began, meter = tools.clock.monotonic(), tools.meter.start()
    key = jax.random.key(request.seed)
    model, records = train(FluxNet.untrained(plan, request.seed), batches, settings, key, watch)
    model = halved(model)
    cost = cost_of(tools.clock.monotonic() - began, meter.stop())
    card: dict[str, Any] = {
        **facts_of(chosen, request, parts),
        "settings": settings.card(),
        "batch": BATCH,
        "leads": LEADS_TRAINED,
        "scores": score_network(model, parts[2]),
        "losses": [number_of(asdict(record)) for record in records],
        "training": {**cost, "resumed": request.resume},
        "date": tools.clock.now().date().isoformat(),
    }
    return finished(chosen, model, card, folder, tools)


def parts_of(
    chosen: ForecastSet, request: TrainRequest, tools: Tools
) -> tuple[Recording, Recording, Recording]:
    """Return the runs to train on, to watch and to test with."""
    seen, watched, tested = request.runs

    def part(name: Part, count: int) -> Recording:
        return recording(
            chosen, name, count, tools.cache, cells=request.cells, progress=tools.progress
        )

    return part("train", seen), part("validation", watched), part("test", tested)


def _kept(state: Path, tools: Tools) -> bytes:
    if not state.is_file():
        raise NotFoundError(
            f"There is no state {state} to resume from.", hint="Train without --resume."
        )
    return tools.read(state)


def _teller(domain: str, request: TrainRequest, tools: Tools) -> Callable[[Record], None]:
    began, first = tools.clock.monotonic(), list[int]()

    def tell(record: Record) -> None:
        passed = tools.clock.monotonic() - began
        first.append(record.step)
        done = record.step - first[0] + request.every
        left = passed / done * (request.steps - record.step)
        tools.progress(
            f"{domain}: step {record.step} of {request.steps}, loss {record.loss:.4f}, held out "
            f"{record.error:.4f} (persistence {record.persistence:.4f}), {left:.0f} s left",
            record.step / request.steps,
        )
        over = request.minutes is not None and passed >= 60 * request.minutes
        if over and record.step < request.steps:
            raise Paused(
                f"{domain} stopped at step {record.step} of {request.steps}; "
                "--resume goes on from there."
            )

    return tell


def facts_of(
    chosen: ForecastSet, request: TrainRequest, parts: tuple[Recording, ...]
) -> dict[str, Any]:
    """Return what decides the weights, as JSON values."""
    recipe = chosen.recipe
    return {
        "title": f"Flux-form forecast of {chosen.domain}",
        "domain": chosen.domain,
        "solver": chosen.solver.id,
        "frame_s": recipe.frame_s,
        "scale": {name: recipe.scale.get(name, 1.0) for name in recipe.fields},
        "seed": request.seed,
        "command": request.command,
        "data": {
            "cells": request.cells,
            "runs": dict(zip(("train", "validation", "test"), request.runs, strict=True)),
            "frames": recipe.frames,
            "sha256": {
                name: data_hash(part.values)
                for name, part in zip(("train", "validation", "test"), parts, strict=True)
            },
        },
        "licence": "Apache-2.0",
    }


def score_network(model: FluxNet, tested: Recording) -> dict[str, Any]:
    """Return the held-out VRMSE by window of leads, beside persistence's."""
    asked = of_plan(tested.values, model.plan)
    forecast = forecast_windows(model, asked, tested.scene)
    ours, naive = errors(forecast, asked.truth), errors(persistence(asked), asked.truth)
    return {
        "vrmse": by_window(ours),
        "persistence_vrmse": by_window(naive),
        "windows": len(asked.truth),
    }


def forecast_windows(model: FluxNet, asked: Question, scene: Scene) -> Runs:
    """Return the network's forecast of each window, of the channels that are forecast."""
    return np.stack(
        [
            np.asarray(rollout(model, jnp.asarray(seen), scene, asked.leads).mean)[:, asked.told]
            for seen in asked.history
        ]
    )


def cost_of(spent_s: float, energy: Metering) -> dict[str, Any]:
    """Return what a training took, as JSON values."""
    return {
        "wall_s": round(spent_s, 1),
        "joules": round(energy.joules, 1),
        "cpu_s": round(energy.cpu_s, 1),
        "method": energy.method,
    }


def number_of(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose NaN are None, as JSON has none."""
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in record.items()
    }


def finished(
    chosen: ForecastSet, model: FluxNet, card: dict[str, Any], folder: Path, tools: Tools
) -> Trained:
    """Write the weights and the record, and forget the state."""
    data = pack(model, card)
    path = folder / f"{chosen.domain}{_WEIGHTS}"
    record = {**card, "sha256": unpack(data)[1]["sha256"], "weights": path.name}
    tools.write(path, data)
    append_record(folder / RECORDS, record, tools)
    (folder / f"{chosen.domain}{_STATE}").unlink(missing_ok=True)
    return Trained(chosen.domain, path, record)


def append_record(path: Path, record: dict[str, Any], tools: Tools) -> None:
    """Add a line to the records."""
    before = tools.read(path) if path.is_file() else b""
    tools.write(path, before + json.dumps(record, sort_keys=True).encode() + b"\n")
