"""The networks that ours is held against: pdequinox's U-Net and FNO, on the same windows.

Both forecast the change of normalised channels, as good practice has it, from the frames that ours
sees; batches, optimiser, schedule, noise and averaging are ours too. Their loss is the squared
error that their papers use. Optional: `make bench-peers` installs pdequinox (Koehler et al. 2024,
MIT); nothing of it ships.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import Any, NamedTuple, cast

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from industriverse.engines.forecast.network import (
    Batches,
    Plan,
    Scene,
    Settings,
    Window,
    averaged,
    noisy,
    optimiser_of,
)
from industriverse.kernel.errors import ContractError, UnavailableError

from ._scores import Question, Runs

KINDS = ("unet", "fno")
MODES = 12
"""As in Li et al. (2021), Fourier neural operator."""
State = Float[Array, "channel y x"]
History = Float[Array, "frame channel y x"]


class Rival(eqx.Module):
    """A network of others that forecasts the next frame.

    Attributes:
        body: From `(feature, y, x)` to `(channel, y, x)`.
        plan: Channels, their sizes, and the frames that are seen.
    """

    body: Any
    plan: Plan = eqx.field(static=True)

    def __call__(self, history: History) -> State:
        """Return the next frame; a known channel stays as it is."""
        plan, last = self.plan, history[-1]
        size = jnp.asarray(plan.column("change"))
        now = (last - plan.column("mean")) / plan.column("spread")
        changes = jnp.reshape(jnp.diff(history, axis=0) / size[None], (-1, *last.shape[1:]))
        change = self.body(jnp.concatenate([now, changes]))
        known = np.array([channel.known for channel in plan.channels])[:, None, None]
        return jnp.where(known, last, last + size * change)


def untrained(kind: str, plan: Plan, scene: Scene, seed: int, modes: int = MODES) -> Rival:
    """Return a rival with random weights.

    Args:
        kind: One of `KINDS`.
        plan: As ours has it.
        scene: Its boundary; where the ends differ, both axes count as walls.
        seed: Of the weights.
        modes: Waves along an axis that an FNO works on; at most half the cells there.

    Raises:
        UnavailableError: pdequinox is not installed.
    """
    library = _library()
    channels = len(plan.channels)
    periodic = set(scene.boundary) == {"periodic"}
    common: dict[str, Any] = {
        "boundary_mode": "periodic" if periodic else "dirichlet",
        "key": jax.random.key(seed),
    }
    seen = plan.frames * channels
    if kind == "unet":
        body = library.arch.ModernUNet(2, seen, channels, activation=jax.nn.gelu, **common)
    else:
        body = library.arch.ClassicFNO(2, seen, channels, num_modes=modes, **common)
    return Rival(jax.tree.map(_single, body), plan)


def _library() -> ModuleType:
    try:
        return import_module("pdequinox")
    except ImportError as error:
        raise UnavailableError(
            "The rivals' library pdequinox is not installed.", hint="Run `make bench-peers`."
        ) from error


def library_version() -> str:
    """Return the version of the rivals' library."""
    return f"pdequinox {version('pdequinox')}"


def _single(leaf: object) -> object:
    return jnp.asarray(leaf, jnp.float32) if eqx.is_inexact_array(leaf) else leaf


def train_rival(
    rival: Rival,
    batches: Batches,
    settings: Settings,
    key: PRNGKeyArray,
    tell: Callable[[int, float], None],
    every: int = 50,
) -> Rival:
    """Return the averaged weights after all steps.

    Args:
        rival: Where to start.
        batches: Those that ours is trained on.
        settings: Those that ours is trained by.
        key: Of the noise.
        tell: Called with the step and the mean loss since the last call.
        every: Steps between calls.

    Raises:
        ContractError: The loss is no number any more.
    """
    update = _updater(rival, settings, key)
    trained, fixed = eqx.partition(rival, eqx.is_inexact_array)
    state = Progress(trained, optimiser_of(settings).init(trained), trained)
    losses: list[Float[Array, ""]] = []
    for step in range(settings.steps):
        window, _ = batches.draw(step)
        state, value = update(state, window, jnp.asarray(step, jnp.int32))
        losses.append(value)
        if (step + 1) % every == 0 or step + 1 == settings.steps:
            loss = float(np.mean([float(value) for value in losses]))
            if not np.isfinite(loss):
                raise ContractError(f"The rival's loss is {loss} at step {step + 1}.")
            tell(step + 1, loss)
            losses = []
    return eqx.combine(state.average, fixed)


class Progress(NamedTuple):
    """All that an update changes."""

    trained: Rival
    optimiser: optax.OptState
    average: Rival


Update = Callable[[Progress, Window, Int[Array, ""]], tuple[Progress, Float[Array, ""]]]


def _updater(rival: Rival, settings: Settings, key: PRNGKeyArray) -> Update:
    """Return the compiled update of a rival, with what stays as it is inside."""
    optimiser = optimiser_of(settings)
    fixed = eqx.partition(rival, eqx.is_inexact_array)[1]

    @eqx.filter_jit
    def update(
        state: Progress, window: Window, step: Int[Array, ""]
    ) -> tuple[Progress, Float[Array, ""]]:
        window = noisy(window, rival.plan, settings.noise, jax.random.fold_in(key, step))
        value, gradient = eqx.filter_value_and_grad(_loss)(state.trained, fixed, window)
        weights = cast("optax.Params", state.trained)
        updates, memory = optimiser.update(gradient, state.optimiser, weights)
        trained = eqx.apply_updates(state.trained, updates)
        average = averaged(state.average, trained, settings.average, step)
        return Progress(trained, memory, average), value

    return update


def _loss(trained: Rival, fixed: Rival, window: Window) -> Float[Array, ""]:
    """Return the mean squared error of the unrolled steps, in units of the usual change."""
    rival = eqx.combine(trained, fixed)
    told = np.array(rival.plan.forecast_channels)
    size = jnp.asarray(rival.plan.column("change"))[told][None, None]
    history, found = window.history, list[Float[Array, "batch channel y x"]]()
    for _ in range(window.truth.shape[1]):
        ahead = jax.vmap(rival)(history)
        history = jnp.concatenate([history[:, 1:], ahead[:, None]], axis=1)
        found.append(ahead)
    apart = jnp.stack(found, axis=1)[:, :, told] - window.truth[:, :, told]
    return jnp.mean((apart / size) ** 2)


@eqx.filter_jit
def _step(rival: Rival, history: History) -> tuple[History, State]:
    frame = rival(history).astype(history.dtype)
    return jnp.concatenate([history[1:], frame[None]]), frame


def _path(rival: Rival, seen: Float[np.ndarray, "frame channel y x"], leads: int) -> list[State]:
    """Return the frames ahead; a loop of compiled steps, since XLA's loops slow convolutions."""
    history, found = jnp.asarray(seen), list[State]()
    for _ in range(leads):
        history, frame = _step(rival, history)
        found.append(frame)
    return found


def rival_windows(rival: Rival, asked: Question) -> Runs:
    """Return the rival's forecast of each window, of the channels that are forecast."""
    return np.stack(
        [np.stack(_path(rival, seen, asked.leads))[:, asked.told] for seen in asked.history]
    )
