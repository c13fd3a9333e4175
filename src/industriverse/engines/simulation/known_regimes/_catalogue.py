"""All families together, and the records they give."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from . import _flows, _maps, _thresholds
from ._drawn import Drawn, Part, Simulator
from ._observe import observe

FAMILIES: tuple[Simulator, ...] = (
    _maps.logistic_chaos,
    _maps.logistic_fixed,
    _maps.logistic_near,
    _maps.logistic_crossing,
    _maps.henon,
    _maps.coupled_maps,
    _flows.lorenz_chaos,
    _flows.rossler_chaos,
    _flows.pendulum_chaos,
    _flows.pendulum_cycle,
    _flows.lorenz_crossing,
    _flows.lorenz_settled,
    _flows.van_der_pol,
    _thresholds.pitchfork_stable,
    _thresholds.pitchfork_near,
    _thresholds.pitchfork_crossing,
    _thresholds.fold_stable,
    _thresholds.fold_near,
    _thresholds.fold_crossing,
    _thresholds.fold_settled,
    _thresholds.hopf_stable,
    _thresholds.hopf_cycle,
    _thresholds.hopf_near,
    _thresholds.hopf_crossing,
    _thresholds.hopf_settled,
    _thresholds.relaxation,
    _thresholds.plain_noise,
    _thresholds.harmonic_cycle,
    _thresholds.slow_rhythm,
    _thresholds.filtered_noise,
)
_SHORTEST, _LONGEST = 64, 384
_WITH_PAST = 0.4


@dataclass(frozen=True, slots=True)
class Known:
    """A record whose regime is known.

    Attributes:
        values: `(time, channel)`. As sensors would give it.
        label: The regime of its recent window (physics.md §5).
        family: Which system made it.
    """

    values: Float[np.ndarray, "time channel"]
    label: str
    family: str


def _of_family(family: Simulator, count: int, part: Part, seed: int) -> Iterator[Known]:
    place = FAMILIES.index(family)
    random = np.random.default_rng([seed, place, part == "held_out"])
    short = np.exp(random.uniform(np.log(_SHORTEST), np.log(_LONGEST), count)).astype(int)
    past = random.random(count) < _WITH_PAST
    drawn = Drawn(random, part, np.where(past, _LONGEST, short))
    paths, labels = family(drawn)
    for i, label in enumerate(labels):
        if label is not None:
            shown = 2 * _LONGEST if past[i] else int(drawn.windows[i])
            yield Known(observe(paths[i], random)[-shown:], label, family.__name__)


def known_records(
    *, per_family: int, part: Part, seed: int, families: tuple[Simulator, ...] = FAMILIES
) -> Iterator[Known]:
    """Yield records of each family, from training or from held-out parameters.

    Records whose truth is ambiguous are left out, so a family may give fewer than asked.
    """
    for family in families:
        yield from _of_family(family, per_family, part, seed)
