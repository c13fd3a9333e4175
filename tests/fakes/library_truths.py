"""Truths of any law of the library by plain NumPy: its own evaluation of terms, its own scheme."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from industriverse.engines.forecast.laws import LibraryTerm
from tests.fakes.periodic_truths import Square

Weighed = tuple[LibraryTerm, float]
Extra = Callable[[float, np.ndarray, np.ndarray], np.ndarray]
"""Time, waves and fields of all channels to the waves of what is added to the first's rate."""


@dataclass(frozen=True)
class System:
    """Equations of one or two channels, and where they start.

    Attributes:
        square: The grid.
        laws: For each channel by name its terms with coefficients.
        start: `(channel, y, x)`.
        frame_s: Between frames.
        extra: What is in no library, in the first channel's equation.
    """

    square: Square
    laws: dict[str, list[Weighed]]
    start: np.ndarray
    frame_s: float
    extra: Extra | None = None
    _symbols: dict = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return list(self.laws)

    def fields(self, term: LibraryTerm, waves: np.ndarray) -> np.ndarray:
        """Return a term's field."""
        return self.square.fields(self.term(term, waves, {}))

    def term(self, term: LibraryTerm, waves: np.ndarray, made: dict) -> np.ndarray:
        """Return a term's waves; `made` keeps derivatives that several terms share."""
        found = np.zeros(self.square.kx.shape, dtype=complex)
        for piece in term.pieces:
            product = np.ones(1)
            for factor in piece.factors:
                if factor not in made:
                    made[factor] = self._derivative(factor, waves)
                product = product * made[factor]
            whole = np.broadcast_to(product, (self.square.cells,) * 2)
            found += piece.weight * self._symbol(piece.outer) * self.square.waves(whole)
        return found

    def _derivative(self, factor, waves: np.ndarray) -> np.ndarray:
        at, flat = self.square.at, np.ones(self.square.cells)
        known = {
            "1": np.outer(flat, flat),
            "cos x": np.outer(flat, np.cos(at)),
            "sin x": np.outer(flat, np.sin(at)),
            "cos y": np.outer(np.cos(at), flat),
            "sin y": np.outer(np.sin(at), flat),
        }
        if factor.field in known:
            return known[factor.field]
        own = waves[self.names.index(factor.field)]
        return self.square.fields(self._symbol(factor.inner) * own)

    def _symbol(self, which) -> np.ndarray:
        if which not in self._symbols:
            square = self.square.square
            laplace = np.where(square > 0, -square, -1.0) ** float(which.laplace)
            if which.laplace:
                laplace[0, 0] = 0.0
            along = (1j * self.square.kx) ** which.x * (1j * self.square.ky) ** which.y
            if which.meanless:
                along[0, 0] = 0.0
            self._symbols[which] = along * laplace
        return self._symbols[which]

    def rates(self, time: float, waves: np.ndarray, *, exact: bool = False) -> np.ndarray:
        """Return the waves of ∂u/∂t; without what is solved exactly where `exact`."""
        made: dict = {}
        found = np.zeros_like(waves)
        for place, (name, terms) in enumerate(self.laws.items()):
            for term, weight in terms:
                if not (exact and _own(name, term)):
                    found[place] += weight * self.term(term, waves, made)
        if self.extra is not None:
            found[0] += self.square.kept * self.extra(time, waves, self.square.fields(waves))
        return found

    def linear(self) -> np.ndarray:
        """Return the rates of each channel's waves by themselves."""
        found = np.zeros((len(self.laws), *self.square.kx.shape), dtype=complex)
        for place, (name, terms) in enumerate(self.laws.items()):
            for term, weight in terms:
                if _own(name, term):
                    for piece in term.pieces:
                        inner = piece.factors[0].inner
                        symbol = self._symbol(piece.outer) * self._symbol(inner)
                        found[place] += weight * piece.weight * symbol
        return found


def _own(name: str, term: LibraryTerm) -> bool:
    return all(len(p.factors) == 1 and p.factors[0].field == name for p in term.pieces)


def solved(
    system: System, frames: int, steps: int, kept: Callable[[np.ndarray], bool]
) -> np.ndarray | None:
    """Return `(time, channel, y, x)` by Runge–Kutta's fourth with integrating factors.

    None as soon as a frame is not one to be kept.
    """
    step = system.frame_s / steps
    found = []
    with np.errstate(over="ignore", invalid="ignore"):
        half = np.exp(step * system.linear() / 2)
        waves = system.square.waves(system.start)
        for frame in range(frames):
            found.append(system.square.fields(waves))
            if not (np.isfinite(found[-1]).all() and kept(np.stack(found[-2:]))):
                return None
            for count in range(steps if frame + 1 < frames else 0):
                waves = _stepped(system, (frame * steps + count) * step, waves, half, step)
    return np.stack(found)


def _stepped(system: System, time: float, waves, half, step: float) -> np.ndarray:
    a = system.rates(time, waves, exact=True)
    b = system.rates(time + step / 2, half * (waves + step / 2 * a), exact=True)
    c = system.rates(time + step / 2, half * waves + step / 2 * b, exact=True)
    d = system.rates(time + step, half**2 * waves + step * half * c, exact=True)
    return half**2 * waves + step / 6 * (half**2 * a + 2 * half * (b + c) + d)


def resolved(
    system: System, frames: int, kept: Callable[[np.ndarray], bool], most: int = 64
) -> np.ndarray | None:
    """Return frames whose steps halved change them by less than 1e-8, or none.

    Args:
        system: To solve.
        frames: How many.
        kept: Whether the newest two frames are to be kept; a solution with others is none.
        most: Steps a frame.
    """
    steps, before = 8, None
    while steps <= most:
        now = solved(system, frames, steps, kept)
        if now is None and (before is not None or steps > 8):
            return None
        if now is not None and before is not None and _near(now, before):
            return now
        before = now
        steps *= 2
    return None


def _near(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(one - other).max() < 1e-8 * one.std())


def columns(system: System, terms: Sequence[LibraryTerm], frames: np.ndarray) -> np.ndarray:
    """Return `(row, term)`: the fields of terms at all cells of all frames."""
    found = []
    for frame in frames:
        waves, made = np.fft.rfft2(frame), {}
        found.append([system.square.fields(system.term(t, waves, made)).ravel() for t in terms])
    return np.concatenate([np.stack(one, axis=1) for one in found])
