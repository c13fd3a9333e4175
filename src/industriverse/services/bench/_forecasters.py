"""Everyone who is asked for a forecast: ours, the naive ones, and the networks of others."""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast import DynamicModes, InModes
from industriverse.engines.forecast.laws import Law, NoLaw, identify
from industriverse.engines.forecast.network import FluxNet, Scene, rollout
from industriverse.kernel.errors import ContractError
from industriverse.services.training import Question, Rival, persistence, rival_windows

from ._forecast_scores import Answer

Forecaster = Callable[[Question], Answer]
TRIES = 3
"""Windows without a law after which no further one is sought."""


def persist(asked: Question) -> Answer:
    """Forecast the last frame."""
    return Answer(persistence(asked))


def extrapolate(asked: Question) -> Answer:
    """Go on as between the last two frames."""
    last, before = asked.history[:, -1, asked.told], asked.history[:, -2, asked.told]
    leads = np.arange(1, asked.leads + 1, dtype=np.float32)[None, :, None, None, None]
    return Answer(last[:, None] + leads * (last - before)[:, None])


def dynamic_modes(asked: Question) -> Answer:
    """Forecast by dynamic mode decomposition of the frames that are seen, channels levelled."""
    found: list[Float[np.ndarray, "lead channel y x"]] = []
    for seen in asked.history[:, :, asked.told].astype(np.float64):
        size = np.maximum(seen.std(axis=(0, 2, 3), keepdims=True), np.finfo(float).tiny)
        table = (seen / size).reshape(len(seen), -1)
        fitted = InModes(DynamicModes()).fit(table)
        ahead = fitted.forecast(table, np.array([len(table) - 1]), asked.leads)[0]
        found.append(ahead.reshape(asked.leads, *seen.shape[1:]) * size)
    return Answer(np.stack(found).astype(np.float32))


def climatology(
    values: Float[np.ndarray, "trajectory time channel y x"], told: tuple[int, ...]
) -> Forecaster:
    """Return who forecasts the mean of the training runs, cell by cell."""
    mean = values.mean(axis=(0, 1), dtype=np.float64)[np.array(told)].astype(np.float32)

    def forecast(asked: Question) -> Answer:
        return Answer(np.broadcast_to(mean, asked.truth.shape))

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
    solution stays bounded.

    Attributes:
        names: Of all channels.
        scene: Where the frames are from.
        otherwise: Who forecasts where no law is found.
    """

    names: tuple[str, ...]
    scene: Scene
    otherwise: Forecaster

    def __call__(self, asked: Question) -> Answer:
        """Forecast each window by its law; the note says in how many there was one."""
        answer = self.otherwise(asked)
        mean, found, reason = np.array(answer.mean), 0, ""
        variance = None if answer.variance is None else np.array(answer.variance)
        for window, seen in enumerate(asked.history):
            if window == TRIES and not found:
                break
            ahead = self._ahead(seen, asked)
            if isinstance(ahead, str):
                reason = ahead
                continue
            mean[window], found = ahead, found + 1
            if variance is not None:
                variance[window] = np.nan
        note = f"law in {found} of {len(mean)}" + (f"; else: {reason}" if reason else "")
        return Answer(mean, variance, note)

    def _ahead(
        self, seen: Float[np.ndarray, "frame channel y x"], asked: Question
    ) -> Float[np.ndarray, "lead channel y x"] | str:
        """Return the law's forecast, or why there is none."""
        if set(self.scene.boundary) != {"periodic"}:
            return f"laws are sought on periodic squares, not between {self.scene.boundary}"
        names = [self.names[i] for i in asked.told]
        known = [i for i in range(len(self.names)) if i not in asked.told]
        given = {self.names[i]: seen[-1, i].astype(np.float64) for i in known}
        frames = seen[:, asked.told].astype(np.float64)
        try:
            law: Law | NoLaw = identify(
                frames, self.scene.spacing, self.scene.interval_s, names=names, given=given
            )
            return law.reason if isinstance(law, NoLaw) else law.predict(asked.leads)
        except ContractError as error:
            return error.message
