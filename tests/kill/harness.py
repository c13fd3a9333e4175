"""Kills a process at a random instant and gives back what it had acknowledged until then.

A round is: start the target, wait until it is ready, let it work for a while, SIGKILL its whole
process group. Acknowledgements come from the target's standard output, one a line, or from a
`drive` function that works against the target (a client of a server) and reports each answer.
"""

import os
import random
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

Ack = TypeVar("Ack")
Drive = Callable[[threading.Event, Callable[[Ack], None]], None]
"""Works until the event is set or the target is gone, reporting each acknowledgement."""

_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Target(Generic[Ack]):
    """What is killed.

    Attributes:
        command: Its command line.
        parse: Turns a line of its output into an acknowledgement, or None.
        ready: Says whether a line means that it works now.
        environment: Added to this process' environment.
        folder: Where it runs, or None for here.
    """

    command: Sequence[str]
    parse: Callable[[str], Ack | None]
    ready: Callable[[str], bool]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Instant:
    """When a round's kill falls.

    Attributes:
        delay_s: Seconds to wait.
        from_ready: Whether they count from readiness; else from the start, to hit the start-up.
    """

    delay_s: float
    from_ready: bool


@dataclass(frozen=True, slots=True)
class Round(Generic[Ack]):
    """One kill.

    Attributes:
        acknowledged: In the order in which they arrived.
        ready: Whether the target had become ready.
        errors: The target's error output.
    """

    acknowledged: tuple[Ack, ...]
    ready: bool
    errors: str


def instants(seed: int, count: int, *, longest_s: float, start_up_s: float) -> list[Instant]:
    """Return a seeded list of kill instants, one in five during start-up."""
    chance = random.Random(seed)
    return [
        Instant(chance.uniform(0, start_up_s), from_ready=False)
        if chance.random() < 0.2
        else Instant(chance.uniform(0, longest_s), from_ready=True)
        for _ in range(count)
    ]


def run_round(target: Target[Ack], instant: Instant, drive: Drive[Ack] | None = None) -> Round[Ack]:
    """Start the target, kill it at the instant and return what it had acknowledged.

    Raises:
        AssertionError: It ended by itself, or did not become ready in two minutes.
    """
    acknowledged: list[Ack] = []
    ready, stop = threading.Event(), threading.Event()
    with subprocess.Popen(
        target.command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=target.folder,
        env={**os.environ, **target.environment},
        start_new_session=True,
    ) as process:
        errors: list[str] = []
        threads = [
            threading.Thread(target=_listen, args=(process, target, acknowledged, ready)),
            threading.Thread(target=_collect, args=(process, errors)),
        ]
        for thread in threads:
            thread.start()
        try:
            if instant.from_ready and not ready.wait(_PATIENCE_S):
                raise AssertionError(f"{target.command} was not ready: {''.join(errors)}")
            if drive is not None and ready.is_set():
                threads.append(threading.Thread(target=drive, args=(stop, acknowledged.append)))
                threads[-1].start()
            stop.wait(instant.delay_s)
            if process.poll() is not None:
                raise AssertionError(f"{target.command} ended by itself: {''.join(errors)}")
        finally:
            _kill(process)
            stop.set()
            for thread in threads:
                thread.join(_PATIENCE_S)
    return Round(tuple(acknowledged), ready.is_set(), "".join(errors))


def _kill(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _listen(
    process: subprocess.Popen[str],
    target: Target[Ack],
    acknowledged: list[Ack],
    ready: threading.Event,
) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        # a line without its end was cut by the kill: nobody has read it, so nothing is promised
        if not line.endswith("\n"):
            continue
        if target.ready(line):
            ready.set()
        if (ack := target.parse(line)) is not None:
            acknowledged.append(ack)


def _collect(process: subprocess.Popen[str], errors: list[str]) -> None:
    assert process.stderr is not None
    errors.extend(process.stderr)
