"""Train the regime classifier on systems of known regime, score it, write weights and card.

Command: `python -m industriverse.services.train_regimes [--out DIR] [--per-family N] [--seed S]`.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.regimes import (
    FEATURE_NAMES,
    LABELS,
    RegimeModel,
    fit,
    measure,
    pack,
    to_window,
)
from industriverse.engines.simulation.known_regimes import FAMILIES, Known, known_records
from industriverse.kernel.errors import ContractError

from .regime_model import CARD, WEIGHTS, models_folder

_BINS = 15
_HELD_OUT_SHARE = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Features and truth of some records."""

    features: Float[np.ndarray, "record feature"]
    labels: Int[np.ndarray, "record"]
    families: tuple[str, ...]


def measure_all(records: Iterable[Known]) -> Measured:
    """Measure every record that is long enough to be judged."""
    rows: list[Float[np.ndarray, "feature"]] = []
    labels: list[int] = []
    families: list[str] = []
    for record in records:
        window = to_window(record.values)
        if window is not None:
            rows.append(measure(window))
            labels.append(LABELS.index(record.label))
            families.append(record.family)
    return Measured(np.stack(rows), np.array(labels), tuple(families))


def calibration_error(
    shares: Float[np.ndarray, "record label"], labels: Int[np.ndarray, "record"]
) -> float:
    """Return the expected calibration error of the top label over fifteen equal-count bins."""
    sure, right = shares.max(axis=1), shares.argmax(axis=1) == labels
    bins = np.array_split(np.argsort(sure), _BINS)
    gaps = [abs(right[b].mean() - sure[b].mean()) * len(b) for b in bins if len(b)]
    return float(sum(gaps) / len(labels))


def _confusion(truth: np.ndarray, told: np.ndarray) -> list[list[int]]:
    table = np.zeros((len(LABELS), len(LABELS)), int)
    np.add.at(table, (truth, told), 1)
    return table.tolist()


def threshold_peer(train: Measured, held: Measured) -> float:
    """Return the accuracy of the simple peer: three cuts on three well-known numbers.

    `phase_change` above a cut on the mean shift, else `chaotic` above a cut on the 0–1 test, else
    `transitional` above a cut on lag-1 autocorrelation; the cuts are the best on the training set.
    """
    columns = [
        FEATURE_NAMES.index(name)
        for name in ("largest_mean_shift", "chaos_test", "lag1_autocorrelation")
    ]
    answers = np.array([LABELS.index(k) for k in ("phase_change", "chaotic", "transitional")])
    cuts = [np.quantile(train.features[:, c], np.linspace(0.05, 1.0, 20)) for c in columns]

    def told(part: Measured, cut: Sequence[float]) -> Int[np.ndarray, "record"]:
        above = part.features[:, columns] > np.array(cut)
        first = above.argmax(axis=1)
        return np.where(above.any(axis=1), answers[first], LABELS.index("stable"))

    grid = [(a, b, c) for a in cuts[0] for b in cuts[1] for c in cuts[2]]
    best = max(grid, key=lambda cut: float((told(train, cut) == train.labels).mean()))
    return float((told(held, best) == held.labels).mean())


def score(model: RegimeModel, train: Measured, held: Measured) -> dict[str, object]:
    """Return the held-out scores of a model beside those of its baselines."""
    shares = model.probabilities(held.features)
    told, truth = shares.argmax(axis=1), held.labels
    chosen = shares[np.arange(len(truth)), truth]
    majority = int(np.bincount(train.labels).argmax())
    families = np.array(held.families)
    return {
        "records": len(truth),
        "accuracy": float((told == truth).mean()),
        "balanced_accuracy": float(
            np.mean([(told[truth == k] == k).mean() for k in range(len(LABELS))])
        ),
        "log_loss": float(-np.log(chosen + 1e-12).mean()),
        "expected_calibration_error": calibration_error(shares, truth),
        "called_anomalous": float((model.strangeness(held.features) > 1).mean()),
        "confusion": {"labels": list(LABELS), "rows_truth": _confusion(truth, told)},
        "baselines": {
            "majority_accuracy": float((truth == majority).mean()),
            "three_thresholds_accuracy": threshold_peer(train, held),
        },
        "accuracy_by_family": {
            name: float((told[families == name] == truth[families == name]).mean())
            for name in dict.fromkeys(held.families)
        },
    }


def _card(model: bytes, args: argparse.Namespace, scores: dict[str, object]) -> dict[str, object]:
    return {
        "name": "regime classifier",
        "purpose": "Names the regime of a window of telemetry (physics.md §5).",
        "sha256": hashlib.sha256(model).hexdigest(),
        "labels": list(LABELS),
        "features": list(FEATURE_NAMES),
        "data": {
            "what": "Simulated systems whose regime is known in closed form or by exponent.",
            "families": [family.__name__ for family in FAMILIES],
            "split": "By parameter: every fourth of twenty bands of each family is held out.",
            "per_family": args.per_family,
            "noise": "White, up to 5 % of each channel's spread; up to a third unrelated channels.",
        },
        "seed": args.seed,
        "command": (
            f"python -m industriverse.services.train_regimes --per-family {args.per_family} "
            f"--seed {args.seed}"
        ),
        "date": args.date,
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__},
        "scores": scores,
        "limits": (
            "Learned from low-dimensional systems. Windows of 64 to 512 samples. Accuracy is "
            "measured on held-out parameters of the same families, not on unseen plants."
        ),
        "licence": "Apache-2.0",
    }


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train_regimes", description=__doc__)
    parser.add_argument("--out", type=Path, default=models_folder() / "regimes")
    parser.add_argument("--per-family", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--date", default=date.today().isoformat())
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Train, score, write."""
    args = _arguments(argv)
    held_count = max(1, args.per_family // _HELD_OUT_SHARE)
    train = measure_all(known_records(per_family=args.per_family, part="train", seed=args.seed))
    held = measure_all(known_records(per_family=held_count, part="held_out", seed=args.seed))
    try:
        model = fit(train.features, train.labels, seed=args.seed)
    except ContractError as wrong:
        sys.stderr.write(f"{wrong.message} {wrong.hint}\n")
        raise SystemExit(2) from None
    weights = pack(model)
    scores = score(model, train, held)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / WEIGHTS).write_bytes(weights)
    card = json.dumps(_card(weights, args, scores), indent=2) + "\n"
    (args.out / CARD).write_text(card, encoding="utf-8")
    sys.stdout.write(json.dumps(scores, indent=2) + "\n")


if __name__ == "__main__":
    main()
