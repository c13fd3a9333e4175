"""One round: draw a system, show its frames, judge the answer."""

import time

from industriverse.engines.forecast.laws import Law, NoLaw, identify
from tests.fakes.library_truths import System
from tests.kill.record import Result
from tests.laws_selection.inside import Drawn, inside, with_noise
from tests.laws_selection.outside import outside

INSIDE, OUTSIDE = 200, 100
CLEAN_FRAMES = (4, 5, 6, 8)
NOISY_FRAMES = (8, 16)
"""How many frames a system shows, in turn."""
_OF_THREE = 3


def round_of(number: int) -> Result:
    """Return the result of a round: of three, two are inside the library and one outside."""
    group, place = divmod(number, _OF_THREE)
    if place < _OF_THREE - 1:
        return inside_round(2 * group + place)
    return outside_round(group)


def shown(seed: int) -> tuple[int, bool]:
    """Return how many frames the system of a seed shows, and whether with noise."""
    # Seeds go by turns through one and two channels, then through clean and noisy.
    noisy = seed // 2 % 2 == 1
    many = NOISY_FRAMES if noisy else CLEAN_FRAMES
    return many[seed // 4 % len(many)], noisy


def inside_round(seed: int) -> Result:
    """Return what identification makes of a system of the library."""
    frames, noisy = shown(seed)
    drawn = inside(seed, frames)
    truth = structure(drawn.system)
    answer, result = _answered(drawn, seed, noisy)
    if isinstance(answer, Law):
        found = {(term.channel, term.name) for term in answer.terms}
        verdict = "right" if found == truth else "wrong"
    else:
        verdict = "no law"
    return {"kind": "inside", **result, "verdict": verdict}


def outside_round(seed: int) -> Result:
    """Return what identification makes of a system that no combination of terms makes."""
    frames, noisy = shown(seed)
    drawn, kind = outside(seed, frames)
    answer, result = _answered(drawn, seed, noisy)
    verdict = "right" if isinstance(answer, NoLaw) else "wrong"
    return {"kind": kind, **result, "verdict": verdict}


def structure(system: System) -> set[tuple[str, str]]:
    """Return the terms of a system by channel and name."""
    return {(name, term.name) for name, terms in system.laws.items() for term, _ in terms}


def _answered(drawn: Drawn, seed: int, noisy: bool) -> tuple[Law | NoLaw, dict]:
    system = drawn.system
    context = with_noise(drawn.frames, seed) if noisy else drawn.frames
    names = system.names[: context.shape[1]]
    wall, spent = time.perf_counter(), time.process_time()
    answer = identify(context, system.square.spacing, system.frame_s, names=names)
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    terms = answer.terms if isinstance(answer, Law) else answer.tried
    result = {
        "seed": seed,
        "refused": drawn.refused,
        "frames": len(context),
        "noise": 0.01 if noisy else 0.0,
        "share": float(f"{drawn.share:.3g}"),
        "correlation": float(f"{drawn.correlation:.3g}"),
        "truth": _written(system),
        "answer": answer.reason if isinstance(answer, NoLaw) else "a law",
        "found": "; ".join(f"{t.channel}: {t.coefficient:.4g} {t.name}" for t in terms),
        "misfit": float(f"{answer.misfit:.3g}"),
        "wall_s": round(wall, 2),
        "cpu_s": round(spent, 2),
    }
    return answer, result


def _written(system: System) -> str:
    return "; ".join(
        f"{name}: {weight:.4g} {term.name}"
        for name, terms in system.laws.items()
        for term, weight in terms
    )
