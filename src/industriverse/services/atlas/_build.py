"""Building the atlas from every installed solver: on all cores, resumable, watched, stoppable."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from industriverse.engines.atlas import SequenceFacts
from industriverse.kernel.errors import ContractError, NotFoundError, UnavailableError
from industriverse.kernel.plugins import Catalog, Manifest

from ._jobs import Frames, Job, plan, solve
from ._maps import Maps
from ._workers import Worker, hired

Progress = Callable[[str, float], None]
_LOOK_EVERY_S = 0.2
Solve = Callable[[Job, Manifest, datetime], tuple[SequenceFacts, Frames]]


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What to build.

    Attributes:
        cells: Cells a side; a solver that cannot takes the nearest that it can.
        maps: Maps wanted in each domain, at least.
        domains: Only these, or all.
        workers: Processes that run solvers, a domain each at a time; 0 runs them in this one.
    """

    cells: int = 256
    maps: int = 30
    domains: tuple[str, ...] = ()
    workers: int = 0


@dataclass(frozen=True, slots=True)
class DomainBuilt:
    """What a domain has after a build.

    Attributes:
        domain: Id.
        solvers: Whose runs they are.
        maps, sequences: Of this edition, in the atlas now.
        built: Sequences that this build added.
        seconds: What adding them took.
    """

    domain: str
    solvers: tuple[str, ...]
    maps: int
    sequences: int
    built: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        domains: One entry a domain, in order.
        notes: What could not be built, and why.
        stopped: Whether it was asked to stop.
    """

    domains: tuple[DomainBuilt, ...]
    notes: tuple[str, ...] = ()
    stopped: bool = False


def build(
    maps: Maps,
    catalog: Catalog,
    request: BuildRequest,
    *,
    progress: Progress = lambda text, share: None,
    stop: Callable[[], bool] = lambda: False,
) -> BuildReport:
    """Run every solver and keep maps of its energy.

    A sequence that is there is never made again, one that is not finished leaves nothing, so a
    build goes on where another was stopped or killed.

    Args:
        maps: Where to.
        catalog: Whose solvers and domains.
        request: How many cells and maps.
        progress: Called before each run with a sentence and the share done.
        stop: Asked before each run, and with workers during it too.

    Raises:
        NotFoundError: No solver makes maps of a domain that is asked for.
        ConflictError: Another process writes.
    """
    planned = _chosen(plan(catalog, request.cells), request.domains)
    maps.recover()
    work = _Work(maps, catalog, request, progress, stop, len(planned))
    if request.workers:
        _share_out(work, planned)
    else:
        for domain, jobs in planned.items():
            work.domain(domain, jobs, solve)
    progress("done", 1.0)
    built = tuple(work.built[domain] for domain in planned if domain in work.built)
    return BuildReport(built, tuple(work.notes), work.stopped)


def _share_out(work: "_Work", planned: dict[str, list[Job]]) -> None:
    """Let each worker take domain after domain until none is left."""
    waiting = deque(planned.items())

    def serve(worker: Worker) -> None:
        while waiting:
            domain, jobs = waiting.popleft()
            work.domain(domain, jobs, worker.solve)

    count = min(work.request.workers, len(planned))
    with ThreadPoolExecutor(count) as threads, hired(count) as workers:
        served = [threads.submit(serve, worker) for worker in workers]
        try:
            while wait(served, timeout=_LOOK_EVERY_S).not_done:
                if work.stop():  # not only between runs, which take minutes
                    work.stopped = True
                    return
            for one in served:
                one.result()
        except BaseException:
            work.stopped = True
            raise


def _chosen(planned: dict[str, list[Job]], wanted: tuple[str, ...]) -> dict[str, list[Job]]:
    if unknown := sorted(set(wanted) - set(planned)):
        raise NotFoundError(
            f"No solver makes maps of {unknown[0]!r}.", hint=f"There are: {', '.join(planned)}."
        )
    return {domain: jobs for domain, jobs in planned.items() if not wanted or domain in wanted}


@dataclass(slots=True)
class _Work:
    """A build in progress; several threads may work at it, each at a domain of its own."""

    maps: Maps
    catalog: Catalog
    request: BuildRequest
    progress: Progress
    stop: Callable[[], bool]
    domains: int
    built: dict[str, DomainBuilt] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False
    _shares: dict[str, float] = field(init=False, default_factory=dict)
    _lock: Lock = field(init=False, default_factory=Lock)

    def domain(self, domain: str, jobs: list[Job], run: Solve) -> None:
        """Build one domain; nothing where its energy has no formula here."""
        try:
            formula = self.catalog.get(domain)
        except NotFoundError:
            self.notes.append(f"{domain}: no domain plugin says what its energy is.")
            return
        with self._lock:
            listed = self.maps.catalogue.sequences(domain)
        kept = {job.sequence: listed[job.sequence] for job in jobs if job.sequence in listed}
        began, before = time.perf_counter(), len(kept)
        for number, job in enumerate(jobs):
            have = sum(kept.values())
            # Where the recipe itself gave nothing, other seeds will not either.
            enough = job.extra and (have >= self.request.maps or not have)
            if job.sequence in kept or enough:
                continue
            self.stopped = self.stopped or self.stop()
            if self.stopped:
                break
            self._tell(job, number, jobs, have)
            if made := self._made(job, formula, run):
                kept[job.sequence] = made
        self._shares[domain] = 1.0
        self.built[domain] = DomainBuilt(
            domain=domain,
            solvers=tuple(sorted({job.manifest.id for job in jobs})),
            maps=sum(kept.values()),
            sequences=len(kept),
            built=len(kept) - before,
            seconds=time.perf_counter() - began,
        )

    def _tell(self, job: Job, number: int, jobs: list[Job], have: int) -> None:
        base = sum(not other.extra for other in jobs)
        domain = job.card.domain
        with self._lock:
            self._shares[domain] = min((number + 0.5) / max(base, 1), 0.99)
            share = sum(self._shares.values()) / self.domains
            self.progress(f"{domain}: {job.manifest.title}, {have} maps", share)

    def _made(self, job: Job, formula: Manifest, run: Solve) -> int:
        """Make one sequence and return the number of its maps, 0 where the run is of no use."""
        try:
            facts, frames = run(job, formula, self.maps.clock.now())
            with self._lock:
                return len(self.maps.keep(facts, frames))
        except (ContractError, FloatingPointError, UnavailableError) as error:
            if not self.stopped:
                self.notes.append(f"{job.sequence}: {error}")
            return 0
