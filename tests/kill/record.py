"""A recorded run of many rounds that can be stopped and resumed."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

Result = Mapping[str, str | int | float | bool]


def run_recorded(path: Path, rounds: int, one_round: Callable[[int], Result]) -> list[Result]:
    """Run rounds 0 … rounds-1, each recorded as a line of JSON before the next begins.

    Rounds that stand in the file are not run again. A last line cut by a crash is dropped.

    Returns:
        The result of every round, in order.
    """
    done = _recorded(path)
    path.write_text("".join(json.dumps(result) + "\n" for result in done), encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        for number in range(len(done), rounds):
            result = {"round": number, **one_round(number)}
            file.write(json.dumps(result) + "\n")
            file.flush()
            os.fsync(file.fileno())
            done.append(result)
    return done


def _recorded(path: Path) -> list[Result]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    found = [json.loads(line) for line in lines[:-1]]
    if [result["round"] for result in found] != list(range(len(found))):
        raise AssertionError(f"{path} does not hold the rounds from 0 on, in order.")
    return found
