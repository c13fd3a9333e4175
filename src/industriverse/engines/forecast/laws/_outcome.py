"""What a search ends with."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex

from ._problem import Candidate


@dataclass(frozen=True)
class Outcome:
    """A law, where its forecast starts, and how well it fits.

    Attributes:
        law: The law.
        last: Waves of the last frame of the context, smoothed where there was noise.
        misfit: Of the changes; with noise of the frames, in units of the noise.
        steps: Of the solver a frame, where frames had noise; 0 where they had none.
    """

    law: Candidate
    last: Complex[np.ndarray, "channel ky kx"]
    misfit: float
    steps: int = 0

    @property
    def exact(self) -> bool:
        """Whether the frames had no noise."""
        return self.steps == 0
