"""What is asked: frames on a periodic square, the library, and which waves are trusted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Complex, Float, Int

from ._assembly import Assembly
from ._integrals import Integrals
from ._noise import Noise
from ._noisy_search import Balance
from ._program import Maker, Program, Targeted
from ._search import Fit, Rows, Support, best_subset, rivals
from ._solver import Stepper, stepper
from ._walls import Parity, mirrored
from ._waves import Box

_BEYOND = 1e-6
"""Share of the changes above the cut that is more than rounding."""

Coefficients = Float[np.ndarray, "chosen"]
Frames = Complex[np.ndarray, "time channel ky kx"]


@dataclass(frozen=True)
class Candidate:
    """A law under test.

    Attributes:
        terms: Places in the library, in the library's order.
        coefficients: Theirs.
        covariance: Of the coefficients.
        misfits: `(channel)`. What the regression left of each channel's change.
        spreads: `(channel)`. Standard deviation of a row of each channel's regression.
    """

    terms: tuple[int, ...]
    coefficients: Coefficients
    covariance: Float[np.ndarray, "chosen chosen"]
    misfits: tuple[float, ...]
    spreads: tuple[float, ...]

    @property
    def misfit(self) -> float:
        """The worst channel's."""
        return max(self.misfits)


@dataclass(frozen=True)
class Problem:
    """Frames and the library that they are to be explained by.

    Attributes:
        box: The grid.
        frames: Waves of each frame.
        frame_s: Between frames [s].
        maker: Makes programs of terms.
        library: Every channel's terms.
        noise: Of the frames, and with it which waves are regressed on.
        parities: How walls mirrored each channel; None where there are none.
    """

    box: Box
    frames: Frames
    frame_s: float
    maker: Maker
    library: Sequence[Targeted]
    noise: Noise
    parities: tuple[Parity | None, ...]

    @cached_property
    def program(self) -> Program:
        """Of the whole library."""
        return self.maker.make(self.library)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the channels."""
        return self.maker.channels

    def uncut(self) -> "Problem":
        """Return the problem of a source that does not cut the products of fields."""
        box = replace(self.box, cut=False)
        return replace(self, box=box, maker=self.maker.on(box), noise=Noise.of(box, self.frames))

    @property
    def reaches_beyond(self) -> bool:
        """Whether waves above the cut change, so that their source may not have cut them."""
        power = np.abs(self.changes) ** 2
        return bool(power[..., ~self.box.low].sum() > _BEYOND**2 * power.sum())

    @property
    def changes(self) -> Complex[np.ndarray, "interval channel ky kx"]:
        """From each frame to the next."""
        return np.diff(self.frames, axis=0)

    def stepper(self, law: Candidate, count: int) -> Stepper:
        """Return what solves a law with `count` steps a frame."""
        return stepper(self.law_program(law), law.coefficients, self.frame_s / count)

    def law_program(self, law: Candidate) -> Program:
        """Return the program of a law's terms."""
        return self.maker.make([self.library[term] for term in law.terms])

    def searched(
        self, integrals: Integrals, floor: float, before: Candidate | None = None
    ) -> Candidate:
        """Return the law that the integrals of its terms make the changes of every channel."""
        fits: list[tuple[list[int], Fit]] = []
        places = self._places()
        for mine, rows in zip(places, self.rows(integrals, before), strict=True):
            forced = tuple(mine.index(t) for t in before.terms if t in mine) if before else ()
            fits.append((mine, best_subset(rows, floor, forced)))
        return _joined(fits)

    def rivals(self, integrals: Integrals, law: Candidate) -> list[Candidate]:
        """Return the laws with one term exchanged that leave about as little of the changes."""
        every = list(zip(self._places(), self.rows(integrals, law), strict=True))
        own = [tuple(mine.index(t) for t in law.terms if t in mine) for mine, _ in every]
        fits = [(mine, rows.fit(one)) for (mine, rows), one in zip(every, own, strict=True)]
        found: list[Candidate] = []
        for place, (mine, rows) in enumerate(every):
            for other in rivals(rows, own[place]):
                exchanged = [*fits[:place], (mine, rows.fit(other)), *fits[place + 1 :]]
                found.append(_joined(exchanged))
        return found

    def joined(self, found: list[tuple[tuple[Support, float], Balance]]) -> Candidate:
        """Return the law of balances; its misfits are their ratios to the noise."""
        fits: list[tuple[list[int], Fit]] = []
        for places, ((support, ratio), balance) in zip(self._places(), found, strict=True):
            coefficients, covariance = balance.solved(support)
            fits.append((places, Fit(support, coefficients, covariance, ratio, 1.0)))
        return _joined(fits)

    def _places(self) -> list[list[int]]:
        """Return for each channel the places of its terms in the library."""
        channels = self.frames.shape[1]
        return [[i for i, (c, _) in enumerate(self.library) if c == k] for k in range(channels)]

    def rows(self, integrals: Integrals, law: Candidate | None = None) -> list[Rows]:
        """Return each channel's regression: changes on integrals, real and imaginary parts.

        Args:
            integrals: Of the library.
            law: Near the solution, along which the integrals were taken. What it damps between
                frames counts less, as it does for the next frame: the terms of a stiff wave are
                many times its change, and so are the errors of their integrals.
        """
        matrices = self.matrices(integrals, self.frames)
        if law is not None and law.terms:
            weights = self._lasting(law)
            matrices = [one * last[:, None] for one, last in zip(matrices, weights, strict=True)]
        return [Rows.of(one[:, :-1], one[:, -1]) for one in matrices]

    def _lasting(self, law: Candidate) -> list[Float[np.ndarray, "row"]]:
        """Return what lasts to the next frame of a steady source in each row: `(1 − e⁻ᶻ)/z`."""
        rates = np.real(np.asarray(self.stepper(law, 1).weights.linear))
        z = np.maximum(-rates * self.frame_s, 1e-9)
        lasts = -np.expm1(-z) / z
        return [
            np.tile(whole[assembly.mask], 2 * (len(self.frames) - 1))
            for whole, assembly in zip(lasts, self._assemblies, strict=True)
        ]

    def matrices(
        self, integrals: Integrals, frames: Frames
    ) -> list[Float[np.ndarray, "row column"]]:
        """Return for each channel the integrals of its terms and, last, the changes of frames."""
        changes = np.diff(frames, axis=0)
        return [
            assembly.matrix(changes[:, channel], integrals, self.frame_s)
            for channel, assembly in enumerate(self._assemblies)
        ]

    def nothing(self) -> Candidate:
        """Return the law that all stays as it is."""
        channels = self.frames.shape[1]
        empty = np.zeros(0)
        return Candidate((), empty, np.zeros((0, 0)), (1.0,) * channels, (0.0,) * channels)

    def drawn_noise(self, random: np.random.Generator) -> Frames:
        """Return the waves of noise like that of the frames, mirrored where these are."""
        cells = self.box.cells if None in self.parities else self.box.cells // 2
        fields = random.normal(size=(*self.frames.shape[:2], cells, cells))
        pairs = zip(fields.swapaxes(0, 1), self.parities, strict=True)
        whole = np.stack([mirrored(*pair) for pair in pairs], axis=1)
        return np.fft.rfft2(whole * self.noise.deviations[None, :, None, None])

    def rings(self) -> list[Int[np.ndarray, "row"]]:
        """Return the ring of waves that each row of `matrices` belongs to."""
        return [assembly.rings(len(self.frames) - 1) for assembly in self._assemblies]

    @cached_property
    def _assemblies(self) -> list[Assembly]:
        return [
            Assembly.of(self.program, self.box, places, self.noise.trusted[channel])
            for channel, places in enumerate(self._places())
        ]


def _joined(fits: list[tuple[list[int], Fit]]) -> Candidate:
    terms = [places[i] for places, fit in fits for i in fit.support]
    covariance = np.zeros((len(terms), len(terms)))
    at = 0
    for _, fit in fits:
        size = len(fit.support)
        covariance[at : at + size, at : at + size] = fit.covariance * fit.spread**2
        at += size
    return Candidate(
        tuple(terms),
        np.concatenate([fit.coefficients for _, fit in fits]),
        covariance,
        tuple(fit.misfit for _, fit in fits),
        tuple(fit.spread for _, fit in fits),
    )
