"""Frames that a domain's expert should not forecast from, in four equal parts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from industriverse.kernel.errors import ContractError
from industriverse.services.asking import Known

from ._agents_honest import Case, case_of
from ._agents_worlds import WORLDS, Frames

PARTS = ("left-out domain", "out of range", "corrupted", "shuffled")


@dataclass(frozen=True, slots=True)
class Strange:
    """Frames that are none of a domain's.

    Attributes:
        world: Whose expert is asked.
        part: Which of the four parts.
        kind: What was done, more closely.
        context: The frames.
        truth: What came next, in the expert's measure; None where there is no such thing.
    """

    world: str
    part: str
    kind: str
    context: Frames
    truth: Frames | None = None


def strange(
    world: str, known: Known, held_out: Mapping[str, list[Case]], start: int, each: int
) -> Iterator[Strange]:
    """Return as many strange frames of each part.

    Args:
        world: Whose expert is asked.
        known: Its calibration runs.
        held_out: Held-out runs of all worlds.
        start: First seed of the runs that are out of range.
        each: How many of each part.
    """
    for turn in range(each):
        case = held_out[world][turn % len(held_out[world])]
        random = np.random.default_rng([start, turn])
        yield _foreign(world, known, held_out, turn)
        yield _outside(world, start + turn)
        kind = tuple(_CORRUPTIONS)[turn % len(_CORRUPTIONS)]
        yield Strange(world, "corrupted", kind, _CORRUPTIONS[kind](case.context, random))
        yield Strange(world, "shuffled", "shuffled", _shuffled(case.context, random))


def _foreign(world: str, known: Known, held_out: Mapping[str, list[Case]], turn: int) -> Strange:
    """Return another world's frames, brought to the domain's mean and deviation.

    Its channels are taken in turn, so that neither number nor unit of the channels tells them.
    """
    others = [name for name in held_out if name != world]
    other = others[turn % len(others)]
    case = held_out[other][turn % len(held_out[other])]
    whole = np.concatenate([case.context, case.truth])
    chosen = whole[:, np.arange(known.level.shape[1]) % whole.shape[1]]
    mean = chosen.mean(axis=(0, 2, 3), keepdims=True)
    size = np.maximum(chosen.std(axis=(0, 2, 3), keepdims=True), 1e-300)
    frames = known.level + known.size * (chosen - mean) / size
    count = len(case.context)
    return Strange(world, "left-out domain", other, frames[:count], frames[count:])


def _outside(world: str, seed: int) -> Strange:
    """Return frames of a run with parameters out of range.

    Raises:
        ContractError: No such run stays finite.
    """
    changes = WORLDS[world].outside
    for attempt in range(20):
        try:
            case = case_of(world, seed + 10_000 * attempt, changes)
        except ContractError:
            continue
        return Strange(world, "out of range", ", ".join(changes), case.context, case.truth)
    raise ContractError(f"Out of range {dict(changes)} no run of {world!r} stays finite.")


def _noisy(context: Frames, random: np.random.Generator) -> Frames:
    size = random.uniform(0.1, 0.5) * context.std(axis=(0, 2, 3), keepdims=True)
    return context + size * random.standard_normal(context.shape)


def _dropped(context: Frames, random: np.random.Generator) -> Frames:
    """Set a share of cells to zero, in each frame others."""
    lost = random.random(context.shape) < random.uniform(0.05, 0.3)
    return np.where(lost, 0.0, context)


def _saturated(context: Frames, random: np.random.Generator) -> Frames:
    share = random.uniform(0.1, 0.3)
    low, high = np.quantile(context, (share, 1 - share), axis=(0, 2, 3), keepdims=True)
    return np.clip(context, low[0], high[0])


def _stuck(context: Frames, random: np.random.Generator) -> Frames:
    """Repeat a frame until the end, three times or more."""
    last = len(context) - int(random.integers(3, 6))
    return context[np.minimum(np.arange(len(context)), last)]


_CORRUPTIONS: Mapping[str, Callable[[Frames, np.random.Generator], Frames]] = {
    "noise": _noisy,
    "dropout": _dropped,
    "saturation": _saturated,
    "stuck frames": _stuck,
}


def _shuffled(context: Frames, random: np.random.Generator) -> Frames:
    """Return the frames in another order, none of the newest two in its place."""
    order = np.arange(len(context))
    while (order[-2:] == np.arange(len(context))[-2:]).any():
        order = random.permutation(len(context))
    return context[order]
