"""A million steps of every integrator on every system, recorded: far too long for each test run.

    .venv/bin/python -m tests.long_integrators docs/proofs/integrators.jsonl

One line a run; what stands in the file is not run again.
"""

import sys
from pathlib import Path

from industriverse.services.bench._long_runs import LONG_STEPS, long_run
from industriverse.services.bench._mechanics import CASES, is_explicit, methods
from tests.kill.record import Result, run_recorded

# Newton's method on the cluster's 78 unknowns takes a millisecond a step.
_FEWER_STEPS = LONG_STEPS // 10


def programme() -> list[tuple[str, str, int]]:
    """Return system, method and steps of every run, in order."""
    return [
        (name, method, LONG_STEPS if is_explicit(method) or len(case.q) < 3 else _FEWER_STEPS)
        for name, case in CASES.items()
        for method in methods(case)
        if is_explicit(method) or method != "gonzalez 4"
    ]


def main(arguments: list[str]) -> None:
    """Run what is not in the record yet."""
    runs = programme()

    def one_round(number: int) -> Result:
        name, method, steps = runs[number]
        result = long_run(name, method, steps)
        sys.stdout.write(f"{name}, {method}: {result['largest_second_half']:.3g}\n")
        sys.stdout.flush()
        return result

    run_recorded(Path(arguments[0]), len(runs), one_round)


if __name__ == "__main__":
    main(sys.argv[1:])
