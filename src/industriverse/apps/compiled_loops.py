"""Compile the loops over samples once, so that the first user need not wait.

Command: `python -m industriverse.apps.compiled_loops`; part of `make setup`.
"""

import numpy as np

from industriverse.engines.regimes.stream import StreamFollower

_SAMPLES = 700
"""Enough to reach every loop: shapes are compared after 512."""


def main() -> None:
    """Follow a short stream of noise with one gap."""
    rows = np.random.default_rng(0).normal(size=(_SAMPLES, 1))
    rows[100] = np.nan
    StreamFollower(1, false_alarms=0.1).update(rows)


if __name__ == "__main__":
    main()
