"""Parties in processes of their own, each with a pipe to every other and to this one."""

import signal
from collections.abc import Callable, Sequence
from itertools import combinations
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from industriverse.kernel.ports import Messenger

from .messenger_pipes import PipeMessenger

_PATIENCE_S = 5.0
Entry = Callable[[int, Messenger, Any], None]


class ReplicaProcesses:
    """Starts one process a seat; this process is the last party, `len(seats)`."""

    def __init__(self, entry: Entry, seats: Sequence[object]) -> None:
        """Start the processes.

        Args:
            entry: Runs in each process with its number, its lines and its seat; a function of a
                module, so that it can be found there by name.
            seats: What each gets; each must be picklable.
        """
        context = get_context("spawn")
        desk = len(seats)
        # What a pipe's end is called depends on the system.
        ends: list[dict[int, Any]] = [{} for _ in range(desk + 1)]
        for one, other in combinations(range(desk + 1), 2):
            ends[one][other], ends[other][one] = context.Pipe()
        self.processes: list[SpawnProcess] = [
            context.Process(target=_run, args=(entry, n, ends[n], seat), daemon=True)
            for n, seat in enumerate(seats)
        ]
        _start_deaf_to_ctrl_c(self.processes)
        for mine in ends[:desk]:
            for line in mine.values():
                line.close()
        self.messenger = PipeMessenger(ends[desk])

    def close(self) -> None:
        """End the processes."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join(_PATIENCE_S)
            if process.is_alive():
                process.kill()
                process.join()
        self.messenger.close()


def _start_deaf_to_ctrl_c(processes: Sequence[SpawnProcess]) -> None:
    """Start them so that Ctrl-C ends this process alone, which then ends them."""
    resource_tracker.ensure_running()  # its own start would unblock the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        for process in processes:
            process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run(entry: Entry, number: int, lines: "dict[int, Connection]", seat: object) -> None:
    messenger = PipeMessenger(lines)
    try:
        entry(number, messenger, seat)
    finally:
        messenger.close()
