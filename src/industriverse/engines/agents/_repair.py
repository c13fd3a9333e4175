"""Refinements: each changes the forecast, and the forecaster with it, never what is asked of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from industriverse.physics import project_total

from ._moves import Move, moves
from ._scene import Forecaster, Frames, Hypothesis

Change = Callable[[Frames, Frames], Frames]
"""From context and forecast to another forecast."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A way to mend a forecast.

    Attributes:
        name: What it does, in words.
        answers: Names of the questions whose failure calls for it.
        refine: Gives the mended hypothesis.
    """

    name: str
    answers: frozenset[str]
    refine: Callable[[Hypothesis], Hypothesis]


def keep_sums(hypothesis: Hypothesis) -> Hypothesis:
    """Take the drift of each conserved channel off all its cells alike: the nearest such frames."""
    kept = np.array([c.conserved for c in hypothesis.scene.channels])[None, :, None, None]

    def change(context: Frames, mean: Frames) -> Frames:
        drift = mean.mean(axis=(2, 3), keepdims=True) - context[-1].mean(axis=(1, 2))[:, None, None]
        return mean - np.where(kept, drift, 0.0)

    return _changed(hypothesis, change)


def keep_signs(hypothesis: Hypothesis) -> Hypothesis:
    """Replace each frame of a positive channel by the nearest one without negative cells.

    The sum stays that of the forecast, or zero where that is below.
    """
    grid = hypothesis.scene.grid
    positive = [place for place, c in enumerate(hypothesis.scene.channels) if c.positive]

    def change(context: Frames, mean: Frames) -> Frames:
        del context
        mended = mean.copy()
        for place in positive:
            if not np.isfinite(mean[:, place]).all():
                continue  # what is no number cannot be mended, and is found by the questions
            total = np.maximum(mean[:, place].sum(axis=(1, 2)), 0.0) * grid.cell_volume
            mended[:, place] = project_total(mean[:, place], total, grid)
        return mended

    return _changed(hypothesis, change)


def average(hypothesis: Hypothesis) -> Hypothesis:
    """Average the forecast with the moved-back forecasts of mirrored and turned frames.

    The new forecaster does not notice these moves, since the law does not. Shifts are no part of
    it: there are as many as cells.
    """
    again = hypothesis.again
    if again is None:
        return hypothesis
    group = _group(
        {name: m for name, m in moves(hypothesis.scene).items() if name in ("mirror", "turn")}
    )

    def averaged(context: Frames, leads: int, frame_s: float) -> Frames:
        found = [move.back(again(move.there(context), leads, frame_s)) for move in group]
        return np.mean(found, axis=0)

    scene = hypothesis.scene
    mean = averaged(hypothesis.context, len(hypothesis.mean), scene.frame_s)
    return replace(hypothesis, mean=mean, again=averaged)


REFINEMENTS = (
    Refinement("negative cells filled", frozenset({"positivity"}), keep_signs),
    Refinement("conserved sums restored", frozenset({"conservation"}), keep_sums),
    Refinement("averaged over mirrors and turns", frozenset({"reflection", "rotation"}), average),
)


def _changed(hypothesis: Hypothesis, change: Change) -> Hypothesis:
    """Change the forecast and everything the forecaster will say."""
    again = hypothesis.again
    wrapped: Forecaster | None = None
    if again is not None:

        def rerun(context: Frames, leads: int, frame_s: float) -> Frames:
            return change(context, again(context, leads, frame_s))

        wrapped = rerun
    return replace(hypothesis, mean=change(hypothesis.context, hypothesis.mean), again=wrapped)


def _group(found: dict[str, Move]) -> list[Move]:
    """Return all products of a mirror and quarter turns: up to eight moves."""
    same = Move("as it is", lambda frames: frames, lambda frames: frames)
    group = [same]
    if "turn" in found:
        for _ in range(3):
            group.append(_after(group[-1], found["turn"]))
    if "mirror" in found:
        group += [_after(move, found["mirror"]) for move in group]
    return group


def _after(first: Move, second: Move) -> Move:
    return Move(
        f"{first.name}, then {second.name}",
        lambda frames: second.there(first.there(frames)),
        lambda frames: first.back(second.back(frames)),
    )
