"""What peers that cannot live in our environment found, and what was published, from the record.

`tests/regime_peers.py` writes the first, `tests/nab_sweeper_record.py` and
`tests/regime_published_record.py` the others; an installed package has no record.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from industriverse.engines.regimes.stream import StreamReport

from ._regime_baselines import reported
from ._regime_scores import Figures
from ._regime_sets import Labelled

PEERS, SWEEPER, PUBLISHED = (
    "regime-peers.jsonl",
    "nab-sweeper.jsonl",
    "regime-published.jsonl",
)


def proofs_folder() -> Path:
    """Return where runs are recorded, beside the sources."""
    return Path(__file__).resolve().parents[4] / "docs" / "proofs"


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def is_recorded() -> bool:
    """Tell whether the record of the peers lies beside the sources."""
    return (proofs_folder() / PEERS).exists()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one peer found in one series.

    Attributes:
        seconds: It took.
        changes: Index and sample of detection of each change.
        peak: Its most anomalous sample; None where it looks for changes.
    """

    seconds: float
    changes: Sequence[tuple[int, int]]
    peak: int | None

    def report(self, samples: int) -> StreamReport:
        """Return it in our report's form; of the scores only the peak is known."""
        scores = np.zeros(samples)
        if self.peak is not None:
            scores[self.peak] = 1.0
        return reported(samples, self.changes, scores)


def recorded_peers(
    name: str, series: Sequence[Labelled], folder: Path | None = None
) -> dict[str, list[Recorded]]:
    """Return what each peer found in the series of a set; peers that lack one are left out.

    Args:
        name: Of the set.
        series: As read.
        folder: Of the record; the project's own if None.
    """
    known: dict[str, dict[str, Recorded]] = {}
    for line in _lines((folder or proofs_folder()) / PEERS):
        if line["set"] == name:
            changes = [(index, seen) for index, seen in line.get("changes", [])]
            found = Recorded(line["seconds"], changes, line.get("peak"))
            known.setdefault(line["by"], {})[line["file"]] = found
    return {
        by: [files[one.name] for one in series]
        for by, files in known.items()
        if all(one.name in files for one in series)
    }


def published_figures(name: str, files: int, folder: Path | None = None) -> dict[str, Figures]:
    """Return what was published, counted on as many files of a set as are here.

    Of the Numenta benchmark: each detector's published scores of samples, swept on these files.
    """
    where = folder or proofs_folder()
    found: dict[str, Figures] = {}
    for line in _lines(where / PUBLISHED):
        if line["set"] == name and line["files"] == files:
            found[line["by"]] = line["figures"]
    for line in _lines(where / SWEEPER) if name == "nab" else []:
        if line["files_here"] == files and "published" in line:
            found.setdefault(line["detector"], {})[line["profile"]] = line["here"]
    return found
