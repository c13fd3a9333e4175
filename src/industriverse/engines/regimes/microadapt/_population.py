"""A population of model units: born when none fits, judged by fitness, replaced when unfit."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from ._config import CHUNK, READ, Config
from ._medoids import medoids
from ._units import MODES, estimate, observe, reader

Table = Float[np.ndarray, "time channel"]

_FORESEE = 32
_ANCHOR = 16
_FLOOR = 1e-6
_BETTER = 0.7
_SURPRISE = 1.5
_ROUTINE = 16
_NEAR = float(np.log(2.5))
_FADE = 0.1
_SHARP = 2.0
_LONGEST_PAUSE = 16
_TRIAL = 2
STEP = CHUNK
"""Samples between two judgements."""


@dataclass(slots=True)
class Population:
    """Units in slots; slot `capacity` is the one on trial.

    Attributes:
        rates: `(slot, mode)`.
        output: `(slot, channel, state)`. `V`.
        level: `(slot, channel)`. `u`.
        reads: `(slot, state, past)`. How the state is read from the newest samples.
        windows: `(unit, time, channel)`. What each was estimated from.
        alive: `(unit,)`.
        typical: `(unit,)`. Faded error on samples where it was the fittest.
        adaptivity: `(unit,)`. Faded share of the fitness; the lowest is replaced first.
        error: `(slot,)`. On the newest samples; the mean square of the stream is 1.
        distance: `(unit, unit)`. Error of one on the other's window, against its own, in logs.
        regime: `(unit,)`. Regime that each belongs to, -1 for none.
        medoid: `(unit,)`. Unit that stands for it.
        born: Regimes so far.
        trial: Steps since the unit on trial was estimated, 0 for none.
        pause, wait: Steps to the next trial after one that failed.
        steps: Judgements so far.
    """

    config: Config
    rates: Complex[np.ndarray, "slot mode"]
    output: Float[np.ndarray, "slot channel state"]
    level: Float[np.ndarray, "slot channel"]
    reads: Float[np.ndarray, "slot state past"]
    windows: Float[np.ndarray, "unit time channel"]
    alive: Bool[np.ndarray, "unit"]
    typical: Float[np.ndarray, "unit"]
    adaptivity: Float[np.ndarray, "unit"]
    error: Float[np.ndarray, "slot"]
    distance: Float[np.ndarray, "unit unit"]
    regime: Int[np.ndarray, "unit"]
    medoid: Int[np.ndarray, "unit"]
    born: int = 0
    trial: int = 0
    pause: int = 1
    wait: int = 0
    steps: int = 0

    @classmethod
    def of(cls, config: Config, channels: int) -> "Population":
        """Return a population without units."""
        units, states = config.capacity, 2 * MODES
        return cls(
            config,
            np.zeros((units + 1, MODES), complex),
            np.zeros((units + 1, channels, states)),
            np.zeros((units + 1, channels)),
            np.zeros((units + 1, states, READ * channels)),
            np.zeros((units, config.window, channels)),
            np.zeros(units, bool),
            np.ones(units),
            np.zeros(units),
            np.full(units + 1, np.inf),
            np.zeros((units, units)),
            np.full(units, -1),
            np.zeros(units, int),
        )

    @property
    def fitness(self) -> Float[np.ndarray, "unit"]:
        """`1/(1 + error)` of each unit, 0 for an empty slot."""
        return 1 / (1 + self.error[:-1])

    @property
    def share(self) -> Float[np.ndarray, "unit"]:
        """How fit each unit is beside the others; the sum is one, without units zero."""
        best = float(self.error[:-1].min())
        if not np.isfinite(best):
            return np.zeros(len(self.alive))
        share = ((_FLOOR + best) / (_FLOOR + self.error[:-1])) ** _SHARP
        return share / share.sum()

    def judge(self, recent: Table) -> None:
        """Measure fitness on the newest samples; try, admit and replace units.

        Args:
            recent: `(time, channel)`. The newest samples, a window and a half or more.
        """
        self.steps += 1
        self.error[:] = np.inf
        slots = np.flatnonzero(np.append(self.alive, self.trial > 0))
        if len(slots):
            self.error[slots] = self._errors(slots, recent[-(CHUNK + READ) :])
        self.adaptivity += _FADE * (self.share - self.adaptivity)
        if self.trial:
            self._decide(recent)
        self._follow()
        if not self.trial:
            self._try(recent)

    def _errors(self, slots: Int[np.ndarray, "slot"], part: Table) -> Float[np.ndarray, "slot"]:
        """Return each slot's error, foreseeing the samples of a part from several points in it."""
        anchors = np.arange(READ, len(part) - _FORESEE + 1, _ANCHOR)
        past = np.stack([part[a - READ : a] for a in anchors])
        truth = np.stack([part[a : a + _FORESEE] for a in anchors])
        errors = np.empty(len(slots))
        for place, slot in enumerate(slots):
            paths = self._roll(int(slot), past, _FORESEE)
            errors[place] = ((paths - truth) ** 2).mean()
        return np.minimum(errors, 1 / _FLOOR)

    def _roll(
        self, slot: int, past: Float[np.ndarray, "anchor past channel"], steps: int
    ) -> Float[np.ndarray, "anchor lead channel"]:
        """Return a unit's closed-form forecast from several pasts."""
        flat = (past - self.level[slot]).reshape(len(past), -1)
        states = flat @ self.reads[slot].T
        times = np.arange(1.0, steps + 1)
        ahead = observe(self.rates[slot], self.output[slot], times)
        paths = states @ ahead.reshape(-1, ahead.shape[2]).T
        return paths.reshape(len(past), steps, -1) + self.level[slot]

    def forecast(self, recent: Table, steps: int) -> Float[np.ndarray, "lead channel"] | None:
        """Return the mean forecast of the fittest units, weighted by fitness; None without any."""
        share = self.share
        best = np.argsort(-share, kind="stable")[: self.config.top_k]
        best = best[share[best] > 0]
        if not len(best) or len(recent) < READ:
            return None
        weight = share[best] / share[best].sum()
        paths = np.stack([self._roll(int(unit), recent[None, -READ:], steps)[0] for unit in best])
        return np.einsum("u,ulc->lc", weight, paths)

    def _follow(self) -> None:
        """Remember how well the fittest unit usually does."""
        if not self.alive.any():
            return
        best = int(self.error[:-1].argmin())
        usual = self.typical[best]
        if self.error[best] < _SURPRISE * usual + _FLOOR:
            self.typical[best] += _FADE * (self.error[best] - usual)

    def _try(self, recent: Table) -> None:
        """Estimate a unit when none does as well as it used to, or as a matter of routine."""
        self.wait = max(self.wait - 1, 0)
        best = int(self.error[:-1].argmin())
        surprised = not self.alive.any() or (
            self.error[best] > _SURPRISE * self.typical[best] + _FLOOR
        )
        due = self.steps % _ROUTINE == 0 or (surprised and self.wait == 0)
        if due and len(recent) >= self.config.window:
            self._estimate(recent[-self.config.window :])
            self.trial = 1

    def _estimate(self, window: Table) -> None:
        level = window.mean(axis=0)
        self.rates[-1], self.output[-1] = estimate(window - level)
        self.level[-1] = level
        self.reads[-1] = reader(self.rates[-1], self.output[-1])

    def _decide(self, recent: Table) -> None:
        """Admit the unit on trial if it foresaw samples after its window clearly better."""
        self.trial += 1
        if self.trial <= _TRIAL:
            return
        self.trial = 0
        best = float(self.error[:-1].min())
        mine = float(self.error[-1])
        if np.isfinite(best) and (mine > _BETTER * best or best < _FLOOR):
            self.wait, self.pause = self.pause, min(2 * self.pause, _LONGEST_PAUSE)
            return
        self.pause = 1
        self._admit(recent[-self.config.window - _TRIAL * STEP : -_TRIAL * STEP])

    def _admit(self, window: Table) -> None:
        """Give the unit on trial a slot, the least adaptive one's if need be."""
        slot = int(self.alive.argmin() if not self.alive.all() else self.adaptivity.argmin())
        for part in (self.rates, self.output, self.level, self.reads, self.error):
            part[slot] = part[-1]
        self.windows[slot] = window
        self.alive[slot] = True
        self.typical[slot] = self.error[-1]
        self.adaptivity[slot] = float(self.adaptivity.max(initial=0.0))
        self.regime[slot] = -1
        self._measure(slot)
        self._group()

    def _measure(self, slot: int) -> None:
        """Fill in the distances of a new unit: both ways, on each other's window."""
        units = np.flatnonzero(self.alive)
        mine = self._errors(units, self.windows[slot])
        for unit, there in zip(units, mine, strict=True):
            here = self._errors(np.array([slot]), self.windows[unit])[0]
            ratios = (
                (there + _FLOOR) / (self.typical[slot] + _FLOOR),
                (here + _FLOOR) / (self.typical[unit] + _FLOOR),
            )
            far = max(0.0, float(np.log(max(ratios))))
            self.distance[slot, unit] = self.distance[unit, slot] = far
        self.distance[slot, slot] = 0.0

    def _group(self) -> None:
        """Gather units to regimes; a regime keeps the number that most of its units had."""
        units = np.flatnonzero(self.alive)
        chosen = medoids(self.distance[np.ix_(units, units)], _NEAR, self.config.regimes)
        self.medoid[units] = units[chosen]
        groups = [units[chosen == centre] for centre in np.unique(chosen)]
        claims = [
            (-int((self.regime[group] == old).sum()), int(old), place)
            for place, group in enumerate(groups)
            for old in np.unique(self.regime[group])
            if old >= 0
        ]
        number: dict[int, int] = {}
        for _, old, place in sorted(claims):
            if place not in number and old not in number.values():
                number[place] = old
        for place, group in enumerate(groups):
            if place not in number:
                number[place] = self.born
                self.born += 1
            self.regime[group] = number[place]
