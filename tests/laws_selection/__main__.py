"""Record what identification makes of random systems, inside the library and outside.

    .venv/bin/python -m tests.laws_selection docs/proofs/laws-selection.jsonl [INSIDE OUTSIDE]

One line a system; what stands in the file is not run again. Of INSIDE (200) systems every second
pair has 1 % noise, of OUTSIDE (100) too.
"""

import sys
from pathlib import Path

from tests.kill.record import run_recorded
from tests.laws_selection.rounds import INSIDE, OUTSIDE, round_of


def main(arguments: list[str]) -> None:
    """Run what is not in the record yet."""
    counts = [int(number) for number in arguments[1:]] or [INSIDE, OUTSIDE]

    def one_round(number: int):
        # Two inside, one outside, and again: a record that is not whole still shows both.
        result = round_of(number)
        sys.stdout.write(f"{number} {result['verdict']} {result['cpu_s']} {result['truth']}\n")
        sys.stdout.write(f"    {result['answer']}\n")
        sys.stdout.flush()
        return result

    run_recorded(Path(arguments[0]), sum(counts), one_round)


if __name__ == "__main__":
    main(sys.argv[1:])
