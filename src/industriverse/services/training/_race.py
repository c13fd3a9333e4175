"""Training the rivals of one domain on the runs, batches and time that ours had."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import equinox as eqx
import jax

from industriverse.engines.forecast.network import (
    Batches,
    FluxNet,
    Plan,
    Recording,
    Scene,
    Settings,
    bundle,
    filled,
    tensors_of,
    unbundled,
    unpack,
)
from industriverse.kernel.errors import ContractError

from ._network import append_record
from ._request import TrainRequest, settings_of
from ._rivals import KINDS, MODES, Rival, library_version, rival_windows, train_rival, untrained
from ._scores import by_window, errors, of_plan, persistence
from ._sets import ForecastSet, data_hash, recording
from ._tools import Tools

FORMAT = "industriverse rival"
RIVAL_RECORDS = "rivals.jsonl"
_PILOT, _WARM, _MOST = 12, 6, 100
"""Steps of a trial by the clock, those of them that compile, and how often ours at most."""
_MORE = 1.1
"""Times our seconds: a trial is short, and a rival is not to have less."""


@dataclass(frozen=True, slots=True)
class Ours:
    """Our network of the domain, whose terms the rivals get.

    Attributes:
        model: Its weights.
        card: Its card.
        seen: The runs that it was trained on.
        tested: The runs that it is scored on.
        seconds: What training took, also that of its domain's correction.
    """

    model: FluxNet
    card: Mapping[str, Any]
    seen: Recording
    tested: Recording
    seconds: float


def ours_of(chosen: ForecastSet, weights: Path, tools: Tools) -> Ours:
    """Return our trained network and the runs that it was trained and scored on.

    Raises:
        UnavailableError: It cannot be read; train it first.
        ContractError: The runs are not those of its card.
    """
    model, card = unpack(tools.read(weights))
    data = card["data"]
    parts: list[Recording] = []
    for part in ("train", "test"):
        part_runs = recording(
            chosen,
            part,
            data["runs"][part],
            tools.cache,
            cells=data["cells"],
            progress=tools.progress,
        )
        if data_hash(part_runs.values) != data["sha256"][part]:
            raise ContractError(
                f"The {part} runs of {chosen.domain!r} are not those that {weights.name} was "
                "trained with.",
                hint=f"Train it anew: {card['command']}",
            )
        parts.append(part_runs)
    correction = weights.parent.parent / "residual" / weights.name
    cards = [card, *([unpack(tools.read(correction))[1]] if correction.is_file() else [])]
    seconds = sum(float(one["training"]["wall_s"]) for one in cards)
    return Ours(model, card, parts[0], parts[1], seconds)


def train_rivals(
    chosen: ForecastSet, weights: Path, folder: Path, tools: Tools, kinds: tuple[str, ...] = KINDS
) -> list[dict[str, Any]]:
    """Train each rival once, and leave its weights and a line in the records.

    It sees the windows that ours saw, in the same order, and more where it is faster: its steps
    are as many as ours, or as many as its first ones say that our time allows.

    Args:
        chosen: The domain.
        weights: Of our network of the domain; its card says what rivals get.
        folder: Where weights and records go.
        tools: The outside world.
        kinds: Which rivals.

    Raises:
        UnavailableError: Our weights or the rivals' library are missing.
        ContractError: The runs are not those of our card; a loss is no number any more.
    """
    ours = ours_of(chosen, weights, tools)
    return [_trained(chosen, kind, ours, folder, tools) for kind in kinds]


def _trained(
    chosen: ForecastSet, kind: str, ours: Ours, folder: Path, tools: Tools
) -> dict[str, Any]:
    card, plan, scene = ours.card, ours.model.plan, ours.seen.scene
    seed = int(card["seed"])
    batches = Batches((ours.seen,), plan, card["batch"], card["leads"], seed=seed)
    same = settings_of(TrainRequest(steps=int(card["settings"]["steps"])))
    modes = min(MODES, min(ours.seen.values.shape[-2:]) // 2)
    fresh, key = untrained(kind, plan, scene, seed, modes), jax.random.key(seed)
    steps = _steps(fresh, batches, same, ours.seconds, tools)
    settings = replace(same, steps=steps)
    losses: list[tuple[int, float]] = []

    def tell(step: int, loss: float) -> None:
        losses.append((step, loss))
        tools.progress(
            f"{chosen.domain} {kind}: step {step} of {steps}, loss {loss:.4f}", step / steps
        )

    began, meter = tools.clock.monotonic(), tools.meter.start()
    rival = train_rival(fresh, batches, settings, key, tell)
    spent, energy = tools.clock.monotonic() - began, meter.stop()
    record: dict[str, Any] = {
        "domain": chosen.domain,
        "kind": kind,
        "library": library_version(),
        "parameters": _size(rival),
        "modes": modes,
        "seed": seed,
        "steps": steps,
        "frames_seen": steps * card["batch"] * card["leads"],
        "data": card["data"],
        "ours": {"sha256": card["sha256"], "wall_s": ours.seconds, "parameters": _size(ours.model)},
        "settings": settings.card(),
        "scores": score_rival(rival, ours.tested),
        "losses": losses,
        "training": {
            "wall_s": round(spent, 1),
            "cpu_s": round(energy.cpu_s, 1),
            "joules": round(energy.joules, 1),
            "method": energy.method,
        },
        "date": tools.clock.now().date().isoformat(),
    }
    data = pack_rival(rival, record)
    record["sha256"] = unbundled(data)[1]["sha256"]
    tools.write(folder / f"{chosen.domain}-{kind}.safetensors", data)
    append_record(folder / RIVAL_RECORDS, record, tools)
    return record


def _steps(rival: Rival, batches: Batches, same: Settings, seconds: float, tools: Tools) -> int:
    """Return how many steps our time allows, ours at least, by a trial that is thrown away."""
    times: list[float] = []

    def tell(step: int, loss: float) -> None:
        del step, loss
        times.append(tools.clock.monotonic())

    train_rival(rival, batches, replace(same, steps=_PILOT), jax.random.key(0), tell, every=_WARM)
    each = (times[-1] - times[0]) / (_PILOT - _WARM)
    allowed = math.ceil(_MORE * seconds / max(each, 1e-6))
    return max(same.steps, min(allowed, _MOST * same.steps))


def _size(model: eqx.Module) -> int:
    return int(sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(model, eqx.is_inexact_array))))


def score_rival(rival: Rival, tested: Recording) -> dict[str, Any]:
    """Return the held-out VRMSE by window of leads, beside persistence's."""
    asked = of_plan(tested.values, rival.plan)
    theirs = errors(rival_windows(rival, asked), asked.truth)
    naive = errors(persistence(asked), asked.truth)
    return {
        "vrmse": by_window(theirs),
        "persistence_vrmse": by_window(naive),
        "windows": len(asked.truth),
    }


def pack_rival(rival: Rival, record: Mapping[str, Any]) -> bytes:
    """Return a rival as one file, with its record as card."""
    return bundle(tensors_of(rival), {**record, "format": FORMAT, "plan": asdict(rival.plan)})


def unpack_rival(data: bytes, plan: Plan, scene: Scene) -> Rival:
    """Return the rival of a file.

    Args:
        data: What `pack_rival` returned.
        plan: Of our network, whose channels and frames it was trained on.
        scene: Of the domain.

    Raises:
        ContractError: It is no rival, was changed since, or was trained on other channels.
        UnavailableError: pdequinox is not installed.
    """
    tensors, card = unbundled(data)
    if card.get("format") != FORMAT or card.get("kind") not in KINDS:
        raise ContractError("The file holds no rival.", hint="Train one: train rivals DOMAIN.")
    if _seen_by(card["plan"]) != _seen_by(json.loads(json.dumps(asdict(plan)))):
        raise ContractError(
            f"The {card['kind']} of {card['domain']!r} was trained on other channels or frames.",
            hint=f"Train it anew: industriverse train rivals {card['domain']}",
        )
    return filled(untrained(card["kind"], plan, scene, 0, card["modes"]), tensors)


def _seen_by(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a plan decides a rival; the size of our network does not."""
    return {name: plan[name] for name in ("channels", "frames", "domains")}
