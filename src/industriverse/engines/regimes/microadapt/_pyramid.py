"""The hierarchical windows: what stood in the past, the further back the coarser."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

Table = Float[np.ndarray, "time channel"]


@dataclass(frozen=True)
class Pyramid:
    """Means of blocks that follow each other backwards in time, each level at its own step.

    Attributes:
        blocks: `(step, count)` a level, the finest first: 16 blocks of one sample, 4 of two, ….
    """

    blocks: tuple[tuple[int, int], ...]

    @cached_property
    def reach(self) -> int:
        """Samples that it sees."""
        return sum(step * count for step, count in self.blocks)

    @cached_property
    def size(self) -> int:
        """Numbers that it makes of them, a channel."""
        return sum(count for _, count in self.blocks)

    @cached_property
    def _edges(self) -> Int[np.ndarray, "edge"]:
        steps = [step for step, count in self.blocks for _ in range(count)]
        return np.concatenate([[0], np.cumsum(steps)])

    def read(self, past: Table, rows: Int[np.ndarray, "row"]) -> Float[np.ndarray, "row channel f"]:
        """Return the blocks before each row, newest first.

        Args:
            past: `(time, channel)`. Before its first row stands zero.
            rows: Newest sample seen, each.
        """
        first = int(rows[0]) + 1 - self.reach
        part = past[max(first, 0) : int(rows[-1]) + 1]
        total = np.zeros((len(part) + 1 + max(-first, 0), past.shape[1]))
        np.cumsum(part, axis=0, out=total[total.shape[0] - len(part) :])
        edges = total[(rows - rows[0] + self.reach)[:, None] - self._edges]
        means = (edges[:, :-1] - edges[:, 1:]) / np.diff(self._edges)[:, None]
        return means.transpose(0, 2, 1)


OWN = Pyramid(((1, 16), (2, 4), (4, 4), (8, 4), (16, 4), (32, 4), (64, 4)))
"""For units of one channel."""
JOINT = Pyramid(((1, 6), (2, 2), (4, 2), (8, 1), (16, 1), (32, 1)))
"""For units that see all channels at once: shorter, for there are many."""
LONG_JOINT = Pyramid(((1, 6), (2, 2), (4, 2), (8, 2), (16, 2), (32, 2), (64, 2)))
"""The same where there is no cycle to take the slow parts away."""
COARSE = Pyramid(((1, 2), (4, 2), (8, 2), (16, 2), (64, 2)))
"""For readings whose weight turns with the phase of the cycle."""
