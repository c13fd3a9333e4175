"""A hundred thousand rounds of the shadow ensemble under drawn faults, recorded.

    nice .venv/bin/python -m tests.long_consensus docs/proofs/consensus.jsonl

One line a block of seeds; what stands in the file is not run again. Of twelve blocks ten keep the
bound, five in each mode, and two break it.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from industriverse.engines.consensus import Mode
from industriverse.engines.consensus.simulator import draw, judge, run
from tests.kill.record import Result, run_recorded

_KEPT: tuple[tuple[Mode, bool], ...] = (("synchronous", False), ("unanimous", False))
_BROKEN: tuple[tuple[Mode, bool], ...] = (("synchronous", True), ("unanimous", True))
_CASES = _KEPT + _BROKEN + 4 * _KEPT


_COUNTED = (
    "violations",
    "unsafe",
    "unsafe_flagged",
    "evidenced",
    "confirmed",
    "unconfirmed",
    "halted",
    "messages",
)


def block(number: int, each: int) -> Result:
    """Run the schedules of one block and count what they showed."""
    mode, broken = _CASES[number % len(_CASES)]
    before = sum(case == (mode, broken) for case in _CASES[: number % len(_CASES)])
    first = (number // len(_CASES) * _CASES.count((mode, broken)) + before) * each
    counts: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    named: list[int] = []
    began = time.process_time()
    for seed in range(first, first + each):
        schedule = draw(seed, mode=mode, broken=broken)
        ran = run(schedule)
        report = judge(ran)
        counts.update(report.statuses)
        counts["violations"] += len(report.violations)
        counts["evidenced"] += report.evidenced
        counts["unsafe"] += report.unsafe
        counts["unsafe_flagged"] += report.unsafe and "unconfirmed" in report.statuses
        counts["messages"] += ran.messages
        faults.update([*schedule.faulty.values(), *schedule.breaks])
        if report.violations or report.unsafe:
            named.append(seed)
    return {
        "mode": mode,
        "broken": broken,
        "first_seed": first,
        "schedules": each,
        **{name: counts[name] for name in _COUNTED},
        "faults": ", ".join(f"{name} {faults[name]}" for name in sorted(faults)),
        "seeds_to_look_at": " ".join(map(str, named)),
        "cpu_s": round(time.process_time() - began, 1),
    }


def main(arguments: list[str]) -> None:
    """Run what is not in the record yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", type=Path)
    parser.add_argument("--blocks", type=int, default=120)
    parser.add_argument("--each", type=int, default=1000)
    options = parser.parse_args(arguments)

    def one_round(number: int) -> Result:
        result = block(number, options.each)
        sys.stdout.write(f"{number}: {result}\n")
        sys.stdout.flush()
        return result

    run_recorded(options.record, options.blocks, one_round)


if __name__ == "__main__":
    main(sys.argv[1:])
