"""A forecast of many frames: the network fed with its own."""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from industriverse.kernel.errors import ContractError

from ._model import FluxNet
from ._plan import Scene

History = Float[Array, "frame channel y x"]
Later = Float[Array, "lead channel y x"]
Carried = tuple[Array, Array]


class Path(NamedTuple):
    """Forecast frames, one a lead.

    Attributes:
        mean: `(lead, channel, y, x)`.
        variance: `(lead, channel, y, x)`. The steps' variances added up; training scores it so.
        inflow: `(lead, channel)`. Change of each conserved sum over cells in the step.
        limited: `(lead, channel)`. Share of cells in which the donor limiter acted.
        contradictory: `(lead,)`. Whether more was to be taken than there was.
    """

    mean: Later
    variance: Later
    inflow: Float[Array, "lead channel"]
    limited: Float[Array, "lead channel"]
    contradictory: Bool[Array, "lead"]


class Given(NamedTuple):
    """What is known of the steps ahead beside the frames so far.

    Attributes:
        base: `(lead, channel, y, x)`, within a step `(channel, y, x)`. Another forecast of each,
            to be corrected; None for none.
        exchange: `(lead, channel)`, within a step `(channel,)`. Declared change of each sum over
            cells; None for zero.
    """

    base: Float[Array, "*lead channel y x"] | None = None
    exchange: Float[Array, "*lead channel"] | None = None


_NOTHING = Given()


def unrolled(
    model: FluxNet,
    history: History,
    scene: Scene,
    leads: int,
    given: Given = _NOTHING,
    *,
    cut: bool = False,
) -> Path:
    """Return the frames ahead; works under `jit`, `vmap` and `grad`.

    Args:
        model: The network.
        history: `(frame, channel, y, x)`.
        scene: Domain, scales and ends.
        leads: How many frames, at least 1.
        given: Base forecasts and exchanges, `leads` of each.
        cut: Whether gradients stop between steps (the pushforward of Brandstetter et al. 2022).

    Notes:
        Each step is written out, and compiled anew: within a loop XLA computes the gradient of a
        kernel on the CPU some twenty times slower (measured with JAX 0.10.2). Without gradients
        `rollout` loops.
    """
    carried, paths = _start(history), list[Path]()
    for lead in range(leads):
        base, exchange = given
        base = None if base is None else base[lead]
        exchange = None if exchange is None else exchange[lead]
        carried, path = _ahead(model, scene, carried, Given(base, exchange))
        carried = jax.lax.stop_gradient(carried) if cut else carried
        paths.append(path)
    return Path(*(jnp.stack(parts) for parts in zip(*paths, strict=True)))


def _start(history: History) -> Carried:
    return history, jnp.zeros_like(history[-1])


def _ahead(model: FluxNet, scene: Scene, carried: Carried, given: Given) -> tuple[Carried, Path]:
    """Forecast one frame and put it among those that are seen."""
    window, variance = carried
    step = model(window, scene, given.base, given.exchange)
    variance = variance + step.variance
    window = jnp.concatenate([window[1:], step.mean[None]])
    path = Path(step.mean, variance, step.inflow, step.limited, step.contradictory)
    return (window, variance), path


@eqx.filter_jit
def _compiled(model: FluxNet, history: History, scene: Scene, leads: int, given: Given) -> Path:
    def one(carried: Carried, given: Given) -> tuple[Carried, Path]:
        return _ahead(model, scene, carried, given)

    return jax.lax.scan(one, _start(history), given, length=leads)[1]


def rollout(
    model: FluxNet, history: History, scene: Scene, leads: int, given: Given = _NOTHING
) -> Path:
    """Return `leads` forecast frames, compiled once for each scene, grid and number of leads.

    Raises:
        ContractError: The input is not what the plan says, or holds less than the declared
            exchange takes.
    """
    path = _compiled(model, history, scene, leads, given)
    _check(path)
    return path


def corrected(
    model: FluxNet,
    history: History,
    scene: Scene,
    leads: int,
    next_frame: Callable[[Float[np.ndarray, "channel y x"]], Float[np.ndarray, "channel y x"]],
) -> Path:
    """Return `leads` frames of another forecaster, corrected by the network step by step.

    Args:
        model: Trained on what the other forecaster leaves.
        history: `(frame, channel, y, x)`.
        scene: Domain, scales and ends.
        leads: How many frames, at least 1.
        next_frame: The other forecaster: from a frame `(channel, y, x)` to the one after it. It is
            asked anew after each correction.

    Raises:
        ContractError: The input is not what the plan says, or the other forecaster cannot go on.
    """
    paths = list[Path]()
    variance = np.zeros(history.shape[1:], np.float64)
    for _ in range(leads):
        base = jnp.asarray(next_frame(np.asarray(history[-1])), history.dtype)[None]
        path = _compiled(model, history, scene, 1, Given(base))
        _check(path)
        variance = variance + np.asarray(path.variance[0])
        paths.append(path._replace(variance=jnp.asarray(variance, history.dtype)[None]))
        history = jnp.concatenate([history[1:], path.mean])
    return Path(*(jnp.concatenate(parts) for parts in zip(*paths, strict=True)))


def _check(path: Path) -> None:
    if bool(path.contradictory.any()):
        lead = int(jnp.argmax(path.contradictory)) + 1
        raise ContractError(
            f"At lead {lead} the declared exchange takes more than all cells hold.",
            hint="Check the sign, the unit and the cell volume of the exchange.",
        )
