"""Two branches and their fusion on simulated systems of known regime, at parameters held out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.regimes import (
    LABELS,
    Counts,
    Learned,
    RegimeModel,
    Verdict,
    measure,
    pool,
    to_window,
)
from industriverse.engines.regimes.statistical import StatisticalBranch
from industriverse.engines.simulation.known_regimes import Known, known_records
from industriverse.services.count_states import shipped_counts
from industriverse.services.regime_model import shipped_regime_model
from industriverse.services.train_regimes import calibration_error

Row = dict[str, Any]
Shares = Float[np.ndarray, "record label"]

_LATE = 10
"""Verdicts that are told before the outcome of one comes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What both branches say of records whose regime is known.

    Attributes:
        physics: `(record, label)`.
        states: `(record,)` of the statistical branch.
        truth: `(record,)` number of the label.
        anomalous: Share that lies outside every known regime for the physics branch.
    """

    physics: Shares
    states: Int[np.ndarray, "record"]
    truth: Int[np.ndarray, "record"]
    anomalous: float


def balanced(records: Iterable[Known], seed: int) -> list[Known]:
    """Return equally many records of each regime, in drawn order."""
    by_label: dict[str, list[Known]] = {str(label): [] for label in LABELS}
    for record in records:
        by_label[record.label].append(record)
    fewest = min(len(group) for group in by_label.values())
    random = np.random.default_rng(seed)
    chosen = [
        group[i]
        for group in by_label.values()
        for i in random.choice(len(group), fewest, replace=False).tolist()
    ]
    return [chosen[i] for i in random.permutation(len(chosen)).tolist()]


def judge(records: Sequence[Known], model: RegimeModel) -> Judged:
    """Return what both branches say; records too short to be judged are left out."""
    shares: list[Float[np.ndarray, "label"]] = []
    states: list[int] = []
    truth: list[int] = []
    strange: list[bool] = []
    names = [str(label) for label in LABELS]
    for record in records:
        window = to_window(record.values)
        if window is None:
            continue
        features = measure(window)
        shares.append(model.probabilities(features))
        strange.append(bool(model.strangeness(features) > 1))
        states.append(StatisticalBranch(record.values.shape[1]).update(record.values))
        truth.append(names.index(record.label))
    return Judged(np.stack(shares), np.array(states), np.array(truth), float(np.mean(strange)))


@dataclass(frozen=True, slots=True)
class Stream:
    """A sequence of verdicts whose outcomes came late.

    Attributes:
        told: `(record, label)` fused, as told.
        statistical: `(record, label)` as told.
        learned: What is known at the end.
    """

    told: Shares
    statistical: Shares
    learned: Learned


def feed(judged: Judged, counts: Counts, *, late: int = _LATE) -> Stream:
    """Tell every record's verdict in order; each outcome comes so many verdicts later."""
    learned = Learned.start(counts)
    told: list[Float[np.ndarray, "label"]] = []
    branch: list[Float[np.ndarray, "label"]] = []
    verdicts: list[Verdict] = []
    for i, (physics, state) in enumerate(zip(judged.physics, judged.states.tolist(), strict=True)):
        told.append(learned.fuse(physics, state))
        branch.append(learned.told_by(state))
        label = LABELS[int(told[-1].argmax())]
        weight = learned.weights.physics
        verdicts.append(Verdict(str(i), label, False, told[-1], branch[-1], physics, state, weight))
        if i >= late:
            learned = learned.learn(verdicts[i - late], LABELS[judged.truth[i - late]])
    for i in range(max(len(verdicts) - late, 0), len(verdicts)):
        learned = learned.learn(verdicts[i], LABELS[judged.truth[i]])
    return Stream(np.stack(told), np.stack(branch), learned)


def _row(name: str, shares: Shares, truth: Int[np.ndarray, "record"]) -> Row:
    chosen = shares[np.arange(len(truth)), truth]
    return {
        "by": name,
        "accuracy": float((shares.argmax(axis=1) == truth).mean()),
        "log_loss": float(-np.log(np.maximum(chosen, 1e-12)).mean()),
        "calibration_error": calibration_error(shares, truth),
    }


def rows_of(judged: Judged, counts: Counts) -> tuple[list[Row], Stream]:
    """Return a row a method: each branch, fixed weights, the best of these, learning ones."""
    stream = feed(judged, counts)
    start = Learned.start(counts)
    first = np.stack([start.told_by(state) for state in judged.states.tolist()])

    def fixed(weight: float, sharpness: float = 1.0) -> Shares:
        pairs = zip(stream.statistical, judged.physics, strict=True)
        return np.stack([pool(s, f, weight, sharpness) for s, f in pairs])

    best, sharp = stream.learned.weights.best
    named = {
        "physics": judged.physics,
        "statistical, counts as shipped": first,
        "statistical, counts learning": stream.statistical,
        "pool 0.5 / 0.5": fixed(0.5),
        "pool 0.4 / 0.6": fixed(0.6),
        "pool 0.4 / 0.6, sharpness 1.5": fixed(0.6, 1.5),
        f"pool {1 - best:.2g} / {best:.2g}, sharpness {sharp:.3g}, best fixed": fixed(best, sharp),
        "pool, weights learning": stream.told,
    }
    return [_row(name, shares, judged.truth) for name, shares in named.items()], stream


def measure_fusion(per_family: int, seed: int) -> tuple[dict[str, float], list[Row]]:
    """Return figures and rows: branches, pools, regret and the confusion of the learning pool.

    Args:
        per_family: Records drawn of each family, of held-out parameters; of these equally many
            of each regime are used.
        seed: Of what is drawn.
    """
    drawn = known_records(per_family=per_family, part="held_out", seed=seed)
    judged = judge(balanced(drawn, seed), shipped_regime_model())
    rows, stream = rows_of(judged, shipped_counts())
    weights = stream.learned.weights
    figures = {name: float(rows[-1][name]) for name in rows[-1] if name != "by"}
    figures |= {
        "records": float(len(judged.truth)),
        "called_anomalous": judged.anomalous,
        "physics_weight": weights.physics,
        "sharpness": weights.sharpness,
        "best_fixed_weight": weights.best[0],
        "best_fixed_sharpness": weights.best[1],
        "regret_nats": weights.regret,
        "regret_bound_nats": weights.bound,
    }
    table = np.zeros((len(LABELS), len(LABELS)), int)
    np.add.at(table, (judged.truth, stream.told.argmax(axis=1)), 1)
    for (true, said), count in np.ndenumerate(table):
        figures[f"confusion[{LABELS[true]}, {LABELS[said]}]"] = float(count)
    return figures, rows
