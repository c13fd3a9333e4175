"""What comes out: a law with its terms, words and forecast, or why there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.results import LawTerm

from ._program import Program
from ._solver import Stepper, advance, stepper, substeps
from ._words import number

Context = Float[np.ndarray, "time channel y x"]
Waves = Complex[np.ndarray, "channel ky kx"]

_TOLERANCE = 1e-7
"""Error of a forecast frame by its steps, relative to the state's deviation."""


@dataclass(frozen=True, slots=True)
class NoLaw:
    """The answer where no combination of the library explains the frames.

    Attributes:
        reason: One sentence with the numbers.
        misfit: What the best combination leaves of the changes, relative to them.
        noise: Estimated standard deviation of the noise in each channel.
        tried: The best combination.
        rivals: Other combinations that explain the frames about as well as `tried`. Where there
            are any, there may be a law, but the frames do not identify it.
        nearest: What `tried` forecasts, its coefficients bent to the frames: no law, but where
            frames are from a solver of coarse steps or have a small further cause it may forecast
            well. None where noise is much of their changes, or it leaves over three tenths of them.
    """

    reason: str
    misfit: float
    noise: Mapping[str, float]
    tried: tuple[LawTerm, ...] = ()
    rivals: tuple[tuple[LawTerm, ...], ...] = ()
    nearest: "Law | None" = None

    @property
    def ambiguous(self) -> bool:
        """Whether several laws explain the frames, rather than none."""
        return bool(self.rivals)


@dataclass(frozen=True)
class Law:
    """A governing equation found from frames.

    Attributes:
        names: The channels.
        terms: What stands on the right of their equations.
        misfit: What the law leaves of the changes between frames, relative to them; with noise
            the misfit of the smoothed frames in units of the noise.
        noise: Estimated standard deviation of the noise in each channel.
        frame_s: Between frames [s].
    """

    names: tuple[str, ...]
    terms: tuple[LawTerm, ...]
    misfit: float
    noise: Mapping[str, float]
    frame_s: float
    _program: Program = field(repr=False)
    _start: Waves = field(repr=False)
    _cells: int = field(repr=False)
    _starting: Callable[[Context], Waves] = field(repr=False)

    @property
    def words(self) -> str:
        """The law in plain sentences, each coefficient with twice its standard error."""
        return "\n".join(self._sentence(name) for name in self.names)

    @property
    def latex(self) -> str:
        """The law in LaTeX, one line a channel."""
        return " \\\\\n".join(self._line(name) for name in self.names)

    @property
    def steps(self) -> int:
        """Steps that its solver takes a frame."""
        return self._solver[1]

    @property
    def exact(self) -> bool:
        """Whether the frames that it was found from had no noise."""
        return not any(self.noise.values())

    def predict(
        self, frames: int, *, after: Float[np.ndarray, "seen channel y x"] | None = None
    ) -> Context:
        """Return the next frames after the context, or after others that follow the same law.

        Args:
            frames: At least 1.
            after: `(seen, channel, y, x)`. Of the context's shape but for their number, at its
                interval; None for the context. Where it had no noise the last one counts alone;
                otherwise, of two or more, the solution that comes nearest to all.

        Returns:
            `(time, channel, y, x)`; the first is one interval after the last frame seen.

        Raises:
            ContractError: Fewer than one frame, frames that cannot be read, or a solution that
                leaves all bounds.
        """
        if frames < 1:
            raise ContractError(f"A forecast has one frame or more, not {frames}.")
        parts, count = self._solver
        start = self._start if after is None else self._starting(after)
        state, found = jnp.asarray(start), []
        whole = 2 * (state.shape[-1] - 1)
        for _ in range(frames):
            state = advance(parts, state, count)
            found.append(np.fft.irfft2(np.asarray(state), s=(whole, whole)))
        path = np.stack(found)[..., : self._cells, : self._cells]
        if not np.isfinite(path).all():
            raise ContractError(
                f"The law's solution leaves all bounds within {frames} frames.",
                hint="Ask for fewer frames.",
            )
        return path

    @cached_property
    def _solver(self) -> tuple[Stepper, int]:
        coefficients = np.array([term.coefficient for term in self.terms])
        state = jnp.asarray(self._start)
        count = substeps(self._program, coefficients, state, self.frame_s, _TOLERANCE) or 1
        return stepper(self._program, coefficients, self.frame_s / count), count

    def _of(self, channel: str) -> list[LawTerm]:
        return [term for term in self.terms if term.channel == channel]

    def _sentence(self, channel: str) -> str:
        parts = [
            f"{term.about}: ({number(term.coefficient, term.standard_error)}) · {term.name}"
            f" [{term.unit}]"
            for term in self._of(channel)
        ]
        return (
            f"∂{channel}/∂t is the sum of " + "; ".join(parts) + "."
            if parts
            else (f"{channel} stays as it is.")
        )

    def _line(self, channel: str) -> str:
        parts = [
            rf"({number(term.coefficient, term.standard_error, latex=True)})\,{term.latex}"
            for term in self._of(channel)
        ]
        return rf"\partial_t {channel} = " + (" + ".join(parts) or "0")
