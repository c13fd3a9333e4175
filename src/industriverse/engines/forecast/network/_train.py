"""Training: seeded, resumable to the bit, watched on held-out windows."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar, cast

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from industriverse.kernel.errors import ContractError

from ._loss import Objective, Window, loss
from ._model import FluxNet
from ._plan import Plan, Scene
from ._recordings import Batches
from ._rollout import rollout
from ._scores import vrmse
from ._weights import bundle, filled, tensors_of, unbundled

_CHECKPOINT = "industriverse training state"
Tree = TypeVar("Tree")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network is trained.

    Attributes:
        steps: Updates in all; the rate's cosine ends there.
        rate: Largest learning rate, reached after `warmup` steps.
        warmup: Steps of rising rate.
        decay: Weight decay.
        clip: Largest norm of a gradient.
        average: Share of the running mean of the weights that is kept at each step.
        noise: Noise on the seen frames, in units of a channel's usual change.
        trains: Everything, or only what conditions it (embedding, context, modulations and the
            biases of the head): an adapter for a new domain from few frames.
        objective: The loss.
    """

    steps: int = 1000
    rate: float = 1e-3
    warmup: int = 50
    decay: float = 1e-4
    clip: float = 1.0
    average: float = 0.999
    noise: float = 0.0
    trains: Literal["everything", "conditioning"] = "everything"
    objective: Objective = field(default_factory=Objective)

    def card(self) -> dict[str, Any]:
        """Return the settings as JSON values; the entropy by its name."""
        members = asdict(self)
        entropy = self.objective.entropy
        members["objective"]["entropy"] = getattr(entropy, "__name__", None)
        return members


@dataclass(frozen=True, slots=True)
class Record:
    """How training stood after a step.

    Attributes:
        step: Updates so far.
        loss: Mean since the last record.
        terms: The loss' terms, unweighted, at this step.
        held_out: Mean loss of the averaged weights on held-out windows; NaN without any.
        error: Mean VRMSE of the averaged weights there, over leads and channels.
        persistence: The same of the last frame.
    """

    step: int
    loss: float
    terms: dict[str, float]
    held_out: float
    error: float = float("nan")
    persistence: float = float("nan")


@dataclass(frozen=True, slots=True)
class Watch:
    """What happens beside the updates.

    Attributes:
        every: Steps between records.
        progress: Called with each record.
        keep: Called at each record with the whole state, as one file; write it atomically.
        resume: What `keep` was given: training goes on as if it had never stopped.
        held_out: Windows that are never trained on.
        draws: Batches of them that are scored.
    """

    every: int = 100
    progress: Callable[[Record], None] | None = None
    keep: Callable[[bytes], None] | None = None
    resume: bytes | None = None
    held_out: Batches | None = None
    draws: int = 4


class State(NamedTuple):
    """All that an update changes."""

    model: FluxNet
    average: FluxNet
    optimiser: optax.OptState
    step: Int[Array, ""]


def train(
    model: FluxNet,
    batches: Batches,
    settings: Settings,
    key: PRNGKeyArray,
    watch: Watch | None = None,
) -> tuple[FluxNet, tuple[Record, ...]]:
    """Return the averaged weights after all steps, and the records on the way.

    Args:
        model: Where to start: `FluxNet.untrained`, or trained weights to adapt.
        batches: Windows; those of a step depend on their seed and the step alone.
        settings: How.
        key: Of the noise.
        watch: Records, checkpoints and held-out windows.

    Raises:
        ContractError: The state to resume from is of other settings or another plan; the loss is
            no number any more.
    """
    watch = watch or Watch()
    optimiser = optimiser_of(settings)
    state = _start(model, optimiser, settings)
    records: list[Record] = []
    if watch.resume is not None:
        state, records = _resumed(watch.resume, state, settings)
    losses: list[Float[Array, ""]] = []
    for step in range(int(state.step), settings.steps):
        window, scene = batches.draw(step)
        noise = jax.random.fold_in(key, step)
        state, value, terms = _update(state, (window, noise), scene, (settings, optimiser))
        losses.append(value)
        if (step + 1) % watch.every == 0 or step + 1 == settings.steps:
            records.append(_record(state, losses, terms, settings, watch))
            losses = []
            _tell(records, state, settings, watch)
    return state.average, tuple(records)


@cache
def optimiser_of(settings: Settings) -> optax.GradientTransformation:
    """Return what turns gradients into updates; the same for whoever trains by these settings."""
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, settings.rate, settings.warmup, max(settings.steps, settings.warmup + 1)
    )
    return optax.chain(
        optax.clip_by_global_norm(settings.clip),
        optax.adamw(schedule, weight_decay=settings.decay),
    )


def _start(model: FluxNet, optimiser: optax.GradientTransformation, settings: Settings) -> State:
    trained, _ = eqx.partition(model, _trainable(model, settings))
    return State(model, model, optimiser.init(trained), jnp.zeros((), jnp.int32))


def _trainable(model: FluxNet, settings: Settings) -> FluxNet:
    """Return a tree of truths: which arrays are updated."""
    if settings.trains == "everything":
        return jax.tree.map(eqx.is_inexact_array, model)
    nothing = jax.tree.map(_never, model)
    parts = _conditioning(model)
    chosen = [jax.tree.map(eqx.is_inexact_array, part) for part in parts]
    return eqx.tree_at(_conditioning, nothing, chosen)


def _never(_: object) -> bool:
    return False


def _conditioning(model: FluxNet) -> list[Any]:
    modulations = [block.modulation for block in model.blocks]
    return [model.embedding, model.context, *modulations, model.head.bias]


def _losses(
    model: FluxNet, windows: Window, scene: Scene, objective: Objective
) -> tuple[Float[Array, "batch"], dict[str, Float[Array, "batch"]]]:
    def one(window: Window) -> tuple[Float[Array, ""], dict[str, Float[Array, ""]]]:
        return loss(model, window, scene, objective)

    return jax.vmap(one)(windows)


@eqx.filter_jit
def _update(
    state: State,
    example: tuple[Window, PRNGKeyArray],
    scene: Scene,
    how: tuple[Settings, optax.GradientTransformation],
) -> tuple[State, Float[Array, ""], dict[str, Float[Array, ""]]]:
    """Return the state after one update, the loss before it and its terms."""
    (window, key), (settings, optimiser) = example, how
    trained, fixed = eqx.partition(state.model, _trainable(state.model, settings))
    window = noisy(window, state.model.plan, settings.noise, key)

    def mean_loss(trained: FluxNet) -> tuple[Float[Array, ""], dict[str, Float[Array, ""]]]:
        model = eqx.combine(trained, fixed)
        value, terms = _losses(model, window, scene, settings.objective)
        return value.mean(), jax.tree.map(jnp.mean, terms)

    (value, terms), gradient = eqx.filter_value_and_grad(mean_loss, has_aux=True)(trained)
    updates, memory = optimiser.update(gradient, state.optimiser, trained)
    model = eqx.combine(eqx.apply_updates(trained, updates), fixed)
    average = averaged(state.average, model, settings.average, state.step)
    return State(model, average, memory, state.step + 1), value, terms


def averaged(old: Tree, new: Tree, share: float, step: Int[Array, ""]) -> Tree:
    """Return the running mean of the weights; while it is young it keeps less."""
    kept = jnp.minimum(share, (1 + step) / (10 + step)).astype(jnp.float32)

    def blended(before: Float[Array, "..."], after: Float[Array, "..."]) -> Float[Array, "..."]:
        return before + (1 - kept) * (after - before)

    return jax.tree.map(blended, old, new)


def noisy(window: Window, plan: Plan, noise: float, key: PRNGKeyArray) -> Window:
    """Return the window with noise on what is seen, as a rollout's own errors would be."""
    if noise == 0:
        return window
    drawn = jax.random.normal(key, window.history.shape, window.history.dtype)
    seen = window.history + noise * drawn * jnp.asarray(plan.column("change"))[None, None]
    positive = np.array([channel.positive for channel in plan.channels])[None, None, :, None, None]
    return window._replace(history=jnp.where(positive, jnp.maximum(seen, 0), seen))


def _record(
    state: State,
    losses: list[Float[Array, ""]],
    terms: dict[str, Float[Array, ""]],
    settings: Settings,
    watch: Watch,
) -> Record:
    mean = float(np.mean([float(value) for value in losses]))
    if not np.isfinite(mean):
        raise ContractError(
            f"The loss is {mean} at step {int(state.step)}.",
            hint="Lower the learning rate, or check the data for outliers.",
        )
    record = Record(int(state.step), mean, {k: float(v) for k, v in terms.items()}, float("nan"))
    if watch.held_out is None:
        return record
    found = skill(state.average, watch.held_out, watch.draws)
    return replace(
        record,
        held_out=held_out_loss(state.average, watch.held_out, settings.objective, watch.draws),
        error=float(found.network.mean()),
        persistence=float(found.persistence.mean()),
    )


def _tell(records: list[Record], state: State, settings: Settings, watch: Watch) -> None:
    if watch.keep is not None:
        card = {
            "format": _CHECKPOINT,
            **_identity(state, settings),
            "records": [asdict(record) for record in records],
        }
        watch.keep(bundle(tensors_of(state), card))
    if watch.progress is not None:
        watch.progress(records[-1])


def _identity(state: State, settings: Settings) -> dict[str, Any]:
    return {"settings": settings.card(), "plan": asdict(state.model.plan)}


def _resumed(data: bytes, start: State, settings: Settings) -> tuple[State, list[Record]]:
    tensors, card = unbundled(data)
    wanted = {"format": _CHECKPOINT, **_identity(start, settings)}
    if json.loads(json.dumps(wanted)) != {name: card.get(name) for name in wanted}:
        raise ContractError(
            "The state to resume from was trained with other settings or another plan.",
            hint="Resume with the settings that it was started with, or start anew.",
        )
    records = [Record(**record) for record in cast(list[dict[str, Any]], card["records"])]
    return filled(start, tensors), records


def held_out_loss(model: FluxNet, batches: Batches, objective: Objective, draws: int) -> float:
    """Return the mean loss over the first `draws` batches."""
    values = [_batch_loss(model, *batches.draw(i), objective) for i in range(draws)]
    return float(np.mean([float(value) for value in values]))


@eqx.filter_jit
def _batch_loss(
    model: FluxNet, window: Window, scene: Scene, objective: Objective
) -> Float[Array, ""]:
    return _losses(model, window, scene, objective)[0].mean()


def _picked(windows: Window, index: int) -> Window:
    def at(leaf: Float[Array, "..."]) -> Float[Array, "..."]:
        return leaf[index]

    return jax.tree.map(at, windows)


class Skill(NamedTuple):
    """Errors of a network and of persistence on the same windows.

    Attributes:
        network: `(lead, channel)`. Mean VRMSE over windows, of the channels that are forecast.
        persistence: `(lead, channel)`. The same of the last frame.
    """

    network: Float[np.ndarray, "lead channel"]
    persistence: Float[np.ndarray, "lead channel"]


def skill(model: FluxNet, batches: Batches, draws: int) -> Skill:
    """Return the errors by lead, over the windows of the first `draws` batches."""
    ours: list[Float[np.ndarray, "lead channel"]] = []
    naive: list[Float[np.ndarray, "lead channel"]] = []
    told = np.array(model.plan.forecast_channels)
    for step in range(draws):
        windows, scene = batches.draw(step)
        for i in range(batches.size):
            one = _picked(windows, i)
            truth = np.asarray(one.truth)
            path = rollout(model, one.history, scene, len(truth), one.given)
            ours.append(vrmse(np.asarray(path.mean), truth)[:, told])
            last = np.broadcast_to(np.asarray(one.history[-1:]), truth.shape)
            naive.append(vrmse(last, truth)[:, told])
    return Skill(np.mean(ours, axis=0), np.mean(naive, axis=0))
