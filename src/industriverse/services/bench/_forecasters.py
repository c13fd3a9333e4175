"""Everyone who is asked for a forecast: ours, the naive ones, and the networks of others."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from industriverse.engines.forecast.laws import Law
from industriverse.engines.forecast.network import FluxNet, Plan, Scene, rollout
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import sha256_array
from industriverse.services.training import (
    Question,
    Rival,
    corrected_path,
    equation_of,
    errors,
    persistence,
    rival_windows,
)

from ._forecast_scores import Answer

Forecaster = Callable[[Question], Answer]
_TINY = 1e-8
TRIES = 2
"""Windows without a law or an equation near one after which no further one is sought."""
_TRIAL_RUNS = 3


def persist(asked: Question) -> Answer:
    """Forecast the last frame."""
    return Answer(persistence(asked))


def extrapolate(asked: Question) -> Answer:
    """Go on as between the last two frames."""
    last, before = asked.history[:, -1, asked.told], asked.history[:, -2, asked.told]
    leads = np.arange(1, asked.leads + 1, dtype=np.float32)[None, :, None, None, None]
    return Answer(last[:, None] + leads * (last - before)[:, None])


def dynamic_modes(asked: Question) -> Answer:
    """Forecast by exact dynamic mode decomposition of the frames that are seen, channels levelled.

    Eigenvalues outside the unit circle are pulled onto it, so that no mode can grow.

    References:
        Tu et al. (2014), On dynamic mode decomposition: theory and applications, algorithm 2.
    """
    found: list[Float[np.ndarray, "lead channel y x"]] = []
    for seen in asked.history[:, :, asked.told].astype(np.float64):
        size = np.maximum(seen.std(axis=(0, 2, 3), keepdims=True), np.finfo(float).tiny)
        states = (seen / size).reshape(len(seen), -1).T
        ahead = _modes_ahead(states, asked.leads).T
        found.append(ahead.reshape(asked.leads, *seen.shape[1:]) * size)
    return Answer(np.stack(found).astype(np.float32))


def _modes_ahead(
    states: Float[np.ndarray, "state frame"], leads: int
) -> Float[np.ndarray, "state lead"]:
    before, after = states[:, :-1], states[:, 1:]
    left, sizes, right = np.linalg.svd(before, full_matrices=False)
    kept = sizes > _TINY * sizes[0]
    lifted = after @ (right[kept].T / sizes[kept])
    values, inner = np.linalg.eig((left[:, kept].T @ lifted).astype(np.complex128))
    modes = lifted @ inner
    amplitudes = np.linalg.lstsq(modes, states[:, -1].astype(np.complex128), rcond=None)[0]
    values = values / np.maximum(np.abs(values), 1.0)
    powers = values[:, None] ** np.arange(1, leads + 1)
    return (modes @ (amplitudes[:, None] * powers)).real


def climatology(values: Float[np.ndarray, "trajectory time channel y x"], plan: Plan) -> Forecaster:
    """Return who forecasts the mean of the training runs, cell by cell.

    A conserved channel is moved to the sum of the run that is asked about.
    """
    told = np.array(plan.forecast_channels)
    mean = values.mean(axis=(0, 1), dtype=np.float64)[told]
    conserved = np.array([plan.channels[i].conserved for i in told])[None, :, None, None]

    def forecast(asked: Question) -> Answer:
        last = asked.history[:, -1, asked.told].astype(np.float64)
        apart = (last - mean).mean(axis=(-2, -1), keepdims=True)
        calm = mean + np.where(conserved, apart, 0.0)
        whole = np.broadcast_to(calm[:, None], asked.truth.shape)
        return Answer(whole.astype(np.float32))

    return forecast


def damped(forecaster: Forecaster, towards: Forecaster, watched: Question) -> Forecaster:
    """Return a forecaster drawn to another one as far as held-out runs say, by lead and channel.

    What is left of the first is the share, in [0, 1], that has the least square error on the runs
    held out; a forecast that has lost its way then costs no more than the other one.

    Args:
        forecaster: Whose forecasts are drawn.
        towards: To whom.
        watched: Held-out runs; never those that are scored.
    """
    calm = towards(watched).mean.astype(np.float64)
    away = forecaster(watched).mean.astype(np.float64) - calm
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        wanted = (away * (watched.truth - calm)).sum((0, 3, 4)) / (away**2).sum((0, 3, 4))
    share = np.clip(np.nan_to_num(wanted, nan=0.0), 0.0, 1.0)[None, :, :, None, None]

    def forecast(asked: Question) -> Answer:
        calm, drawn = towards(asked).mean, forecaster(asked).mean
        mean = np.where(share > 0, calm + share * (drawn - calm), calm)
        return Answer(mean.astype(np.float32))

    return forecast


def network(model: FluxNet, scene: Scene) -> Forecaster:
    """Return our network as a forecaster, its variance with it."""

    def forecast(asked: Question) -> Answer:
        paths = [rollout(model, jnp.asarray(h), scene, asked.leads) for h in asked.history]
        mean = np.stack([np.asarray(path.mean)[:, asked.told] for path in paths])
        return Answer(mean, np.stack([np.asarray(p.variance)[:, asked.told] for p in paths]))

    return forecast


def rival(model: Rival) -> Forecaster:
    """Return a network of others as a forecaster."""

    def forecast(asked: Question) -> Answer:
        return Answer(rival_windows(model, asked))

    return forecast


@dataclass(frozen=True, slots=True)
class ByLaw:
    """The identified law, and where there is none, another forecaster.

    The choice looks at the frames that are seen alone: a law is taken where one is found and its
    solution stays bounded. Where there is none, the nearest equation is taken as far ahead as
    held-out runs say.

    Attributes:
        names: Of all channels.
        scene: Where the frames are from.
        otherwise: Who forecasts where no law is found.
        trusted: Whether the nearest equation is taken at each lead; None where it was not tried.
        residual: Trained to correct the nearest equation; None where it stands alone.
        sought: What was found of frames before, by their hash.
    """

    names: tuple[str, ...]
    scene: Scene
    otherwise: Forecaster
    trusted: Bool[np.ndarray, "lead"] | None = None
    residual: FluxNet | None = None
    sought: dict[str, "Sought"] = field(default_factory=dict)

    def __call__(self, asked: Question) -> Answer:
        """Forecast each window by its law; the note says in how many there was one."""
        answer = self.otherwise(asked)
        mean, laws, nearest, fixed, reason = np.array(answer.mean), 0, 0, 0, ""
        for window, seen in enumerate(asked.history):
            if window == TRIES and not laws + nearest:
                break
            found = self.seek(seen, asked)
            if found.law:
                mean[window], laws = found.ahead, laws + 1
                continue
            reason = found.reason
            if found.ahead is not None and self.trusted is not None and self.trusted.any():
                mean[window, self.trusted] = found.ahead[self.trusted]
                nearest, fixed = nearest + 1, fixed + found.corrected
        note = f"law in {laws} of {len(mean)}"
        note += f", nearest equation in {nearest}" if nearest else ""
        note += f", corrected in {fixed}" if fixed else ""
        return Answer(mean, note=note + (f"; no law: {reason}" if reason else ""))

    def seek(self, seen: Float[np.ndarray, "frame field y x"], asked: Question) -> "Sought":
        """Return what the frames of one window tell."""
        place = sha256_array(np.ascontiguousarray(seen))
        if place not in self.sought:
            self.sought[place] = self._found(seen, asked)
        return self.sought[place]

    def _found(self, seen: Float[np.ndarray, "frame field y x"], asked: Question) -> "Sought":
        try:
            law = equation_of(seen, self.names, asked.told, self.scene)
            if isinstance(law, Law):
                return Sought("", law.predict(asked.leads), law=True)
            if law.nearest is None:
                return Sought(law.reason)
            return self._near(law.nearest, law.reason, seen, asked.leads)
        except ContractError as error:
            return Sought(error.message)

    def _near(
        self,
        nearest: Law,
        reason: str,
        seen: Float[np.ndarray, "frame field y x"],
        leads: int,
    ) -> "Sought":
        """Return the nearest equation's forecast, corrected where there is a network for that."""
        if self.residual is None:
            return Sought(reason, nearest.predict(leads))
        try:
            ahead = corrected_path(self.residual, seen, self.scene, leads, nearest)
        except ContractError as error:  # the correction led it out of bounds: it stands alone
            return Sought(f"{reason} Not corrected: {error.message}", nearest.predict(leads))
        return Sought(reason, ahead, corrected=True)


class Sought(NamedTuple):
    """What was found of one window's frames.

    Attributes:
        reason: Why there is no law; "" where there is one.
        ahead: Forecast of the law, or of the nearest equation; None without either.
        law: Whether it is a law.
        corrected: Whether a network corrected the nearest equation.
    """

    reason: str
    ahead: Float[np.ndarray, "lead channel y x"] | None = None
    law: bool = False
    corrected: bool = False


def by_law(
    names: tuple[str, ...],
    scene: Scene,
    otherwise: Forecaster,
    watched: Question,
    residual: FluxNet | None = None,
) -> ByLaw:
    """Return who forecasts by laws, having tried the nearest equations on some held-out runs.

    Args:
        names: Of all channels.
        scene: Where the frames are from.
        otherwise: Who forecasts where no law is found.
        watched: Held-out runs; never those that are scored.
        residual: Trained to correct the nearest equation.
    """
    some = Question(watched.history[:_TRIAL_RUNS], watched.truth[:_TRIAL_RUNS], watched.told)
    plain = ByLaw(names, scene, otherwise, residual=residual)
    found: list[Sought] = []
    for seen in some.history:
        found.append(plain.seek(seen, some))
        if found[-1].law or found[-1].ahead is None:
            return plain
    theirs = errors(np.stack([one.ahead for one in found if one.ahead is not None]), some.truth)
    ours = errors(otherwise(some).mean.astype(np.float64), some.truth)
    return replace(plain, trusted=theirs.mean(axis=1) < ours.mean(axis=1))
