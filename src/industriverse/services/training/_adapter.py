"""A trained network carried to a new domain by few frames: only what conditions it is trained."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast.network import (
    Batches,
    FluxNet,
    Plan,
    Recording,
    Scene,
    Settings,
    extended,
    measured,
    pack,
    train,
    unpack,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory

from ._network import RECORDS, Trained, append_record, forecast_windows
from ._request import BATCH
from ._scores import by_window, errors, of_plan, persistence
from ._sets import data_hash
from ._tools import Tools

MOST_FRAMES, HELD_OUT = 20, 3
"""Frames that are used, the first of the file, and those of them that are kept for scoring."""
_RATE, _AVERAGE = 3e-3, 0.95
_WINDOW = {"held out": slice(0, HELD_OUT)}


@dataclass(frozen=True, slots=True)
class AdapterRequest:
    """What to carry over, and how.

    Attributes:
        name: Id of the new domain.
        steps: Updates.
        seed: Of windows.
        command: What was typed, for the card.
    """

    name: str
    steps: int = 100
    seed: int = 0
    command: str = ""


def train_adapter(
    seen: Trajectory, weights: Path, request: AdapterRequest, folder: Path, tools: Tools
) -> Trained:
    """Train what conditions a network on the first frames of a file; leave the weights.

    The last three of the frames used are never trained on; the card says how far the network as
    it was, the adapted one and persistence miss them.

    Args:
        seen: Frames on a plane, at most the first 20 of which are used.
        weights: The network of a known domain, with as many channels.
        request: How.
        folder: Where the weights go.
        tools: The outside world.

    Raises:
        ContractError: Too few frames, no plane, gaps, or channels of another number.
        UnavailableError: A file cannot be read or written.
    """
    model, card = unpack(tools.read(weights))
    values, scale = _values(seen, model.plan)
    scene = _scene(seen, request.name)
    early = Recording(values[:, :-HELD_OUT], scene)
    named = zip(model.plan.channels, scale, strict=True)
    channels = tuple(replace(channel, name=name) for channel, name in named)
    sized = measured(channels, early.values, scene.spacing)
    fresh = extended(model, request.name, sized)
    settings = Settings(
        request.steps, _RATE, warmup=min(10, request.steps), average=_AVERAGE, trains="conditioning"
    )
    batches = Batches((early,), fresh.plan, BATCH, leads=1, seed=request.seed)
    meter = tools.meter.start()
    adapted, records = train(fresh, batches, settings, jax.random.key(request.seed))
    energy = meter.stop()
    record: dict[str, Any] = {
        "title": f"Forecast of {request.name}, adapted from {card['domain']}",
        "domain": request.name,
        "from": {"domain": card["domain"], "sha256": card["sha256"]},
        "frame_s": scene.interval_s,
        "scale": scale,
        "seed": request.seed,
        "command": request.command,
        "settings": settings.card(),
        "data": {"frames": values.shape[1], "sha256": data_hash(values)},
        "loss": records[-1].loss,
        "scores": _scores(fresh, adapted, values, scene),
        "training": {"joules": round(energy.joules, 1), "method": energy.method},
        "date": tools.clock.now().date().isoformat(),
    }
    data = pack(adapted, record)
    path = folder / f"{request.name}.safetensors"
    whole = {**record, "sha256": unpack(data)[1]["sha256"], "weights": path.name}
    tools.write(path, data)
    append_record(folder / RECORDS, whole, tools)
    return Trained(request.name, path, whole)


def _names(seen: Trajectory, plan: Plan) -> tuple[str, ...]:
    """Return the variables in the plan's order where they have its names, else in the file's.

    Raises:
        ContractError: There are more or fewer than the plan's channels.
    """
    if len(seen.names) != len(plan.channels):
        raise ContractError(
            f"The file holds {list(seen.names)}, the network forecasts {list(plan.names)}; their "
            "numbers must be equal.",
            hint="Choose variables with --variable, or another --from.",
        )
    return plan.names if set(seen.names) == set(plan.names) else seen.names


def _values(
    seen: Trajectory, plan: Plan
) -> tuple[Float[np.ndarray, "1 time channel y x"], dict[str, float]]:
    """Return the frames used, each channel divided by its deviation, and these."""
    fewest = plan.frames + 1 + HELD_OUT
    if len(seen.grid.shape) != 2 or seen.frames < fewest:  # noqa: PLR2004 (a plane)
        raise ContractError(
            f"{seen.frames} frames of shape {seen.grid.shape}: an adapter takes {fewest} frames "
            "of a plane at least."
        )
    used = {name: seen.variables[name][:MOST_FRAMES] for name in _names(seen, plan)}
    scale = {name: float(np.std(field)) or 1.0 for name, field in used.items()}
    fields = [np.asarray(field / scale[name], np.float32) for name, field in used.items()]
    return np.stack(fields, axis=1)[None], scale


def _scene(seen: Trajectory, name: str) -> Scene:
    ends, spacing = seen.grid.boundary, seen.grid.spacing
    return Scene(name, seen.step_s, (spacing[0], spacing[1]), (ends[0], ends[1]), bool(seen.closed))


def _scores(
    before: FluxNet, after: FluxNet, values: Float[np.ndarray, "1 time channel y x"], scene: Scene
) -> dict[str, Any]:
    """Return the VRMSE of the frames held out: adapted, as it was, and persistence."""
    plan = after.plan
    asked = of_plan(values[:, -plan.frames - HELD_OUT :], plan, HELD_OUT)
    found = {
        "vrmse": forecast_windows(after, asked, scene),
        "not_adapted_vrmse": forecast_windows(before, asked, scene),
        "persistence_vrmse": persistence(asked),
    }
    return {
        name: by_window(errors(forecast, asked.truth), windows=_WINDOW)["held out"]
        for name, forecast in found.items()
    }
