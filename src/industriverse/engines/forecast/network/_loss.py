"""What training lowers: a proper score, and what guards the physics, each term on its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ._model import FluxNet
from ._plan import Plan, Scene
from ._rollout import Given, Path, unrolled
from ._scores import gaussian_crps

State = Float[Array, "channel y x"]
Later = Float[Array, "lead channel y x"]
Entropy = Callable[[State], Float[Array, ""]]
_BANDS = 12
_FAINT = 1e-6


class Window(NamedTuple):
    """One training example.

    Attributes:
        history: `(frame, channel, y, x)`. What the network sees.
        truth: `(lead, channel, y, x)`. What came.
        given: Base forecasts and exchanges of the leads.
    """

    history: Float[Array, "frame channel y x"]
    truth: Later
    given: Given = Given()


@dataclass(frozen=True, slots=True)
class Terms:
    """Weight of each term of the loss; zero switches it off and saves its cost.

    Attributes:
        score: CRPS of the first step, in units of a channel's usual change.
        rollout: CRPS of the later steps, fed with the network's own forecasts.
        balance: Squared defect of the sums that are conserved, but not in flux form.
        entropy: Mean of `relu(−ΔS + tol)`; needs an entropy.
        spectrum: Squared log ratio of power in bands of the wave number.
    """

    score: float = 1.0
    rollout: float = 1.0
    balance: float = 1.0
    entropy: float = 0.0
    spectrum: float = 0.0


@dataclass(frozen=True, slots=True)
class Objective:
    """The loss and its settings.

    Attributes:
        terms: Weights.
        entropy: From a state `(channel, y, x)` to the entropy that may not fall; None for none.
        tolerance: `tol` of physics.md §4, a margin by which the entropy is to rise.
        cut: Whether later steps train without gradients through the earlier ones (pushforward),
            which is cheaper; else through all of them.
    """

    terms: Terms = field(default_factory=Terms)
    entropy: Entropy | None = None
    tolerance: float = 0.0
    cut: bool = False


def loss_terms(
    model: FluxNet, window: Window, scene: Scene, objective: Objective
) -> dict[str, Float[Array, ""]]:
    """Return each term whose weight is not zero, unweighted.

    The score is the CRPS: proper, in the unit of the field, finite as the variance goes to zero,
    and it does not weigh down the cells that are hard to forecast, as the Gaussian log-likelihood
    does (Seitzer et al. 2022). It is also what the forecast is judged by.
    """
    path = unrolled(
        model, window.history, scene, len(window.truth), window.given, cut=objective.cut
    )
    weights, plan = objective.terms, model.plan
    found: dict[str, Float[Array, ""]] = {}
    scores = _scores(path, window.truth, plan)
    if weights.score:
        found["score"] = scores[0]
    if weights.rollout and len(window.truth) > 1:
        found["rollout"] = scores[1:].mean()
    if weights.balance and any(c.conserved and not c.flux for c in plan.channels):
        found["balance"] = _imbalance(path, window, plan)
    if weights.entropy and objective.entropy is not None:
        found["entropy"] = _falling(path, window, objective.entropy, objective.tolerance)
    if weights.spectrum:
        told = np.array(plan.forecast_channels)
        found["spectrum"] = _spectral(path.mean[:, told], window.truth[:, told], scene)
    return found


def loss(
    model: FluxNet, window: Window, scene: Scene, objective: Objective
) -> tuple[Float[Array, ""], dict[str, Float[Array, ""]]]:
    """Return the weighted sum of the terms, and the terms."""
    found = loss_terms(model, window, scene, objective)
    weighted = [getattr(objective.terms, name) * value for name, value in found.items()]
    return jnp.sum(jnp.stack(weighted)), found


def _scores(path: Path, truth: Later, plan: Plan) -> Float[Array, "lead"]:
    change = plan.column("change")[None]
    score = gaussian_crps(path.mean / change, path.variance / change**2, truth / change)
    return score[:, np.array(plan.forecast_channels)].mean((1, 2, 3))


def _imbalance(path: Path, window: Window, plan: Plan) -> Float[Array, ""]:
    """Return the squared defect of each step's sum, in units of the usual change of a cell."""
    loose = np.array([i for i, c in enumerate(plan.channels) if c.conserved and not c.flux])
    states = jnp.concatenate([window.history[-1:], path.mean])[:, loose]
    change = plan.column("change")[loose, 0, 0][None]
    defect = jnp.diff(states.mean((2, 3)), axis=0)
    if window.given.exchange is not None:
        defect = defect - window.given.exchange[:, loose] / states[0, 0].size
    return jnp.mean((defect / change) ** 2)


def _falling(path: Path, window: Window, entropy: Entropy, tolerance: float) -> Float[Array, ""]:
    """Return by how much the entropy fails to rise by its margin."""
    states = jnp.concatenate([window.history[-1:], path.mean])
    change = jnp.diff(jax.vmap(entropy)(states))
    return jnp.mean(jax.nn.relu(-change + tolerance))


def _spectral(mean: Later, truth: Later, scene: Scene) -> Float[Array, ""]:
    """Return the squared log ratio of band powers, where the truth has power at all."""
    ours, real = _bands(mean, scene), _bands(truth, scene)
    faint = _FAINT * real.max(-1, keepdims=True) + jnp.finfo(real.dtype).tiny
    return jnp.mean(jnp.log((ours + faint) / (real + faint)) ** 2)


def _bands(fields: Later, scene: Scene) -> Float[Array, "lead channel band"]:
    """Return the power in rings of the wave number, tapered at ends that are not periodic."""
    rows, columns = fields.shape[-2:]
    apart = fields - fields.mean((-2, -1), keepdims=True)
    taper = np.outer(_taper(rows, scene.boundary[0]), _taper(columns, scene.boundary[1]))
    power = jnp.abs(jnp.fft.rfft2(apart * taper.astype(np.float32)[None, None])) ** 2
    radius = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    ring = np.minimum((radius * 2 * _BANDS).astype(int), _BANDS - 1)
    member = (ring.reshape(-1, 1) == np.arange(_BANDS)[None]).astype(np.float32)
    return jnp.reshape(power, (*power.shape[:2], -1)) @ member


def _taper(cells: int, end: str) -> Float[np.ndarray, "cell"]:
    return np.ones(cells) if end == "periodic" else np.hanning(cells + 2)[1:-1]
