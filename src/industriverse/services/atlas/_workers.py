"""Runs of solvers in processes of their own: all cores work, and Ctrl-C stops them at once."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from industriverse.engines.atlas import SequenceFacts
from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.plugins import Manifest

from ._jobs import Frames, Job, solve

_POLITE = 10
"""Workers yield to whatever else the machine does, a server above all."""


@dataclass(slots=True)
class Worker:
    """One process that solves; it is started at its first job."""

    _process: SpawnProcess | None = field(init=False, default=None)
    _line: Any = field(init=False, default=None)
    _closed: bool = field(init=False, default=False)

    def solve(self, job: Job, domain: Manifest, created: datetime) -> tuple[SequenceFacts, Frames]:
        """Do `solve` in the process.

        Raises:
            ContractError: As for `solve`.
            UnavailableError: The process was lost; the next job gets a new one.
        """
        line = self._line or self._start()
        try:
            line.send((job, domain, created))
            answer = line.recv()
        except (EOFError, OSError):
            self._line = None
            raise UnavailableError(
                "Its process was lost.", hint="It may want more memory than there is."
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the process, in the middle of a run if need be."""
        self._closed = True
        if self._process is not None:
            self._process.terminate()
            self._process.join()

    def _start(self) -> Any:  # noqa: ANN401 (its type depends on the system)
        if self._closed:
            raise UnavailableError("The build is over.")
        context = get_context("spawn")
        self._line, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far,), daemon=True)
        with _unmoved_by_ctrl_c():
            self._process.start()
        far.close()
        return self._line


@contextmanager
def hired(count: int) -> Generator[list[Worker]]:
    """Yield workers, whose processes end with the block."""
    workers = [Worker() for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.close()


@contextmanager
def _unmoved_by_ctrl_c() -> Generator[None]:
    """Start processes in here: Ctrl-C reaches all of a terminal, and the first ends the others.

    A process inherits what is blocked where it is started, so it is deaf from its first import.
    """
    # Its own start would unblock the signal.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(line: "Connection") -> None:
    os.nice(_POLITE)
    while True:
        try:
            job, domain, created = line.recv()
        except EOFError:
            return
        try:
            line.send(solve(job, domain, created))
        except Exception as error:  # the other side says which run it was
            line.send(error)
