"""Count which regimes the statistical branch's states meet, on simulated systems of known regime.

Command: `python -m industriverse.services.count_states [--out FILE] [--per-family N] [--seed S]`.
Parameters of the training part only, so that the held-out ones stay unseen.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

from industriverse.engines.regimes import LABELS
from industriverse.engines.regimes.statistical import STATES, StatisticalBranch
from industriverse.engines.simulation.known_regimes import Known, known_records
from industriverse.kernel.errors import UnavailableError

from .regime_model import models_folder

FILE = "states.json"
STRENGTH = 50.0
"""Outcomes that a state's row of simulated ones weighs at most, so that real ones soon count."""

Counts = Float[np.ndarray, "state label"]


def count_states(records: Iterable[Known]) -> Counts:
    """Return how many records of each regime ended in each state."""
    counts = np.zeros((len(STATES), len(LABELS)))
    for record in records:
        branch = StatisticalBranch(record.values.shape[1])
        counts[branch.update(record.values), [str(k) for k in LABELS].index(record.label)] += 1
    return counts


def starting_counts(counts: Counts) -> Counts:
    """Return the counts as if every regime had been as common, no row above `STRENGTH`."""
    total = counts.sum(axis=0)
    even = counts / np.maximum(total, 1) * total.sum() / len(LABELS)
    rows = even.sum(axis=1, keepdims=True)
    return even * np.minimum(1.0, STRENGTH / np.maximum(rows, 1e-12))


@cache
def shipped_counts() -> Counts:
    """Return the counts that ship with the product, read once.

    Raises:
        UnavailableError: They cannot be read, or are of other states.
    """
    path = models_folder() / "regimes" / FILE
    hint = "Restore models/regimes, or run python -m industriverse.services.count_states."
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnavailableError(f"{path} cannot be read: {error}.", hint=hint) from error
    if table.get("states") != list(STATES) or table.get("labels") != list(LABELS):
        raise UnavailableError(f"{path} counts other states than this version's.", hint=hint)
    return starting_counts(np.array(table["counts"], float))


def main(argv: Sequence[str] | None = None) -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(prog="count_states", description=__doc__)
    parser.add_argument("--out", type=Path, default=models_folder() / "regimes" / FILE)
    parser.add_argument("--per-family", type=int, default=40)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args(argv)
    counts = count_states(known_records(per_family=args.per_family, part="train", seed=args.seed))
    table = {
        "what": "Records of simulated systems of known regime by state of the statistical branch.",
        "command": (
            f"python -m industriverse.services.count_states --per-family {args.per_family} "
            f"--seed {args.seed}"
        ),
        "part": "train",
        "labels": list(LABELS),
        "states": list(STATES),
        "counts": counts.astype(int).tolist(),
    }
    args.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
