"""Record our sweeper's scores of published detectors beside the published ones, a line for each.

`python -m tests.nab_sweeper_record NAB FILE [DATA]`, NAB a checkout of github.com/numenta/NAB; it
holds each detector's score of every row; a few seconds. On all 58 files our score must be the
published one; `here` is what the same rows reach on the files of the data folder, the threshold
swept on those, as it is for us. `(ours)` is a detector of that benchmark as we wrote it again.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from industriverse.services.bench._nab_scores import (
    PROFILES,
    Profile,
    ScoredFile,
    normalised,
    raw_at,
    sweep,
)
from industriverse.services.bench._regime_baselines import windowed_gaussian
from industriverse.services.bench._regime_sets import read_nab

NAMES = {"standard": "standard", "low_fp": "reward_low_FP_rate", "low_fn": "reward_low_FN_rate"}
Files = Mapping[str, ScoredFile]


def scored(nab: Path, name: str, *, again: bool = False) -> dict[str, ScoredFile]:
    """Return the published scores of all files' rows, or those of our own windowed Gaussian."""
    text = (nab / "labels/combined_windows.json").read_text("utf-8")
    labels: dict[str, list[list[str]]] = json.loads(text)
    files: dict[str, ScoredFile] = {}
    for file, edges in labels.items():
        folder, base = file.split("/")
        table = pd.read_csv(nab / "results" / name / folder / f"{name}_{base}")
        times = pd.to_datetime(table["timestamp"]).to_numpy()
        windows = [(_row(times, first), _row(times, last)) for first, last in edges]
        own = table["anomaly_score"].to_numpy(float)
        if again:
            own = windowed_gaussian(table["value"].to_numpy(float)[:, None], 0).scores
        files[file] = ScoredFile(own, windows)
    return files


def _row(times: Any, edge: str) -> int:
    return int(np.flatnonzero(times == np.datetime64(edge))[0])


def line_of(files: Files, here: Files, profile: Profile) -> dict[str, Any]:
    """Return our scores, of all files and of those that are here."""
    everywhere, on_these = sweep([*files.values()], profile), sweep([*here.values()], profile)
    return {
        "files": len(files),
        "ours": everywhere.normalised,
        "threshold": everywhere.threshold,
        "files_here": len(here),
        "here": on_these.normalised,
        "threshold_here": on_these.threshold,
    }


def published(nab: Path, name: str, files: Files, here: Files, profile: Profile) -> dict[str, Any]:
    """Return what was published, and our scores at the published threshold."""
    final = json.loads((nab / "results/final_results.json").read_text("utf-8"))
    thresholds = json.loads((nab / "config/thresholds.json").read_text("utf-8"))
    threshold = float(thresholds[name][NAMES[profile.name]]["threshold"])

    def at(some: Files) -> float:
        raw = sum(raw_at(file, threshold, profile) for file in some.values())
        return normalised([*some.values()], raw, profile)

    return {
        "published": final.get(name, {}).get(NAMES[profile.name]),
        "published_threshold": threshold,
        "at_published_threshold": at(files),
        "here_at_published_threshold": at(here),
    }


def main(nab: Path, target: Path, data: Path) -> None:
    """Write the record anew."""
    names_here = {series.name for series in read_nab(data)}
    lines: list[dict[str, Any]] = []
    for name in sorted(path.name for path in (nab / "results").iterdir() if path.is_dir()):
        files = scored(nab, name)
        here = {file: own for file, own in files.items() if file in names_here}
        for profile in PROFILES:
            known = published(nab, name, files, here, profile)
            head = {"detector": name, "profile": profile.name}
            lines.append({**head, **line_of(files, here, profile), **known})
    again = scored(nab, "windowedGaussian", again=True)
    here = {file: own for file, own in again.items() if file in names_here}
    for profile in PROFILES:
        head = {"detector": "windowedGaussian (ours)", "profile": profile.name}
        lines.append({**head, **line_of(again, here, profile)})
    target.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path((sys.argv[3:] or ["../shared/data"])[0]))
