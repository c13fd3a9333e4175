"""Building the atlas from every installed solver: in order, resumable, watched, stoppable."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import SequenceFacts, apart, decorrelation_lag
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.domains import DomainAdapter
from industriverse.kernel.errors import ContractError, NotFoundError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.plugins import Catalog, Manifest, full_params, load
from industriverse.kernel.solvers import (
    CELLS,
    SEED,
    SolverCard,
    as_trajectory,
    is_field_solver,
    solver_card,
)

from ._maps import Maps

Progress = Callable[[str, float], None]
Outputs = Mapping[str, Float[np.ndarray, "time ..."]]
_LICENCE = "Apache-2.0"
_MOST_FRAMES = 12
"""Maps kept of one run, so that no run outweighs the others."""
_MOST_ROUNDS = 8
"""How often a solver's runs are repeated with other seeds to reach the number of maps wanted."""
_DIGEST = 10


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What to build.

    Attributes:
        cells: Cells a side; a solver that cannot takes the nearest that it can.
        maps: Maps wanted in each domain, at least.
        domains: Only these, or all.
    """

    cells: int = 256
    maps: int = 30
    domains: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a solver for the atlas.

    Attributes:
        manifest: Of the solver.
        params: All its parameters.
        sequence: Its name, the same for the same run.
        extra: Whether it is only run while maps are wanting.
    """

    manifest: Manifest
    params: Mapping[str, float]
    sequence: str
    extra: bool

    @property
    def card(self) -> SolverCard:
        """What the solver declares."""
        return solver_card(self.manifest)


def plan(catalog: Catalog, cells: int) -> dict[str, list[Job]]:
    """Return the runs of each domain: each solver's recipe, then again with other seeds.

    Raises:
        ContractError: A recipe sets a parameter outside its limits.
    """
    jobs: dict[str, list[Job]] = {}
    solvers = [m for m in catalog.of_kind("solver") if is_field_solver(m)]
    for turn in range(_MOST_ROUNDS):
        for manifest in solvers:
            runs = solver_card(manifest).atlas.sequences
            for number, run in enumerate(runs):
                seed = turn * len(runs) + number
                params = full_params(manifest, {SEED: seed, CELLS: _fit(manifest, cells), **run})
                job = Job(manifest, params, _name(manifest, params), extra=turn > 0)
                jobs.setdefault(job.card.domain, []).append(job)
    return dict(sorted(jobs.items()))


def _fit(manifest: Manifest, cells: int) -> float:
    slot = manifest.params[CELLS]
    low = cells if slot.minimum is None else slot.minimum
    high = cells if slot.maximum is None else slot.maximum
    return float(min(max(cells, low), high))


def _name(manifest: Manifest, params: Mapping[str, float]) -> str:
    """Return a name that tells solver and size, and differs for other parameters."""
    skip = solver_card(manifest).atlas.skip
    stated = canonical_bytes({"solver": manifest.id, "params": dict(params), "skip": skip})
    return f"{manifest.id}-{int(params[CELLS])}-{sha256_hex(stated)[:_DIGEST]}"


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
        stop: Asked before each run.

    Raises:
        NotFoundError: No solver makes maps of a domain that is asked for.
        ConflictError: Another process writes.
    """
    planned = _chosen(plan(catalog, request.cells), request.domains)
    maps.recover()
    work = _Work(maps, catalog, request, progress, stop, len(planned))
    built = [work.domain(domain, jobs) for domain, jobs in planned.items()]
    progress("done", 1.0)
    return BuildReport(tuple(b for b in built if b), tuple(work.notes), work.stopped)


def _chosen(planned: dict[str, list[Job]], wanted: tuple[str, ...]) -> dict[str, list[Job]]:
    if unknown := sorted(set(wanted) - set(planned)):
        raise NotFoundError(
            f"No solver makes maps of {unknown[0]!r}.", hint=f"There are: {', '.join(planned)}."
        )
    return {domain: jobs for domain, jobs in planned.items() if not wanted or domain in wanted}


@dataclass(slots=True)
class _Work:
    """A build in progress."""

    maps: Maps
    catalog: Catalog
    request: BuildRequest
    progress: Progress
    stop: Callable[[], bool]
    domains: int
    notes: list[str] = field(default_factory=list)
    stopped: bool = False
    done: int = 0

    def domain(self, domain: str, jobs: list[Job]) -> DomainBuilt | None:
        """Build one domain; nothing where its energy has no formula here."""
        adapter = self._adapter(domain)
        if adapter is None:
            self.done += 1
            return None
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
            self._tell(domain, job, number, jobs, have)
            made = self._run(job, adapter)
            if made:
                kept[job.sequence] = made
        self.done += 1
        return DomainBuilt(
            domain=domain,
            solvers=tuple(sorted({job.manifest.id for job in jobs})),
            maps=sum(kept.values()),
            sequences=len(kept),
            built=len(kept) - before,
            seconds=time.perf_counter() - began,
        )

    def _adapter(self, domain: str) -> DomainAdapter | None:
        try:
            return self.catalog.domain(domain)
        except NotFoundError:
            self.notes.append(f"{domain}: no domain plugin says what its energy is.")
            return None

    def _tell(self, domain: str, job: Job, number: int, jobs: list[Job], have: int) -> None:
        base = sum(not other.extra for other in jobs)
        share = min((number + 0.5) / max(base, 1), 0.99)
        text = f"{domain}: {job.manifest.title}, {have} maps"
        self.progress(text, (self.done + share) / self.domains)

    def _run(self, job: Job, adapter: DomainAdapter) -> int:
        """Make one sequence and return the number of its maps, 0 where the run is of no use."""
        try:
            return len(self.maps.keep(*_solved(job, adapter, self.maps)))
        except (ContractError, FloatingPointError) as error:
            self.notes.append(f"{job.sequence}: {error}")
            return 0


def _solved(
    job: Job, adapter: DomainAdapter, maps: Maps
) -> tuple[SequenceFacts, Iterator[tuple[float, Float[np.ndarray, "..."]]]]:
    run = cast("Callable[[Outputs, Mapping[str, float]], Outputs]", load(job.manifest))
    trajectory = as_trajectory(job.manifest, job.params, run({}, job.params))
    energy, unit, zero = adapter.energy(trajectory)
    energy = energy[job.card.atlas.skip :]
    alive = energy.any(axis=tuple(range(1, energy.ndim)))
    if not alive.any():
        raise ContractError("The recipe leaves out every frame of the run, or none has energy.")
    energy = energy[: int(np.flatnonzero(alive)[-1]) + 1]
    lag = decorrelation_lag(energy)
    chosen = _thinned(apart(len(energy), lag))
    facts = SequenceFacts(
        sequence=job.sequence,
        domain=job.card.domain,
        origin=job.manifest.id,
        grid=adapter.map_grid(trajectory),
        unit=unit,
        licence=_LICENCE,
        created=maps.clock.now(),
        regime=job.card.regime(job.params),
        parameters=MappingProxyType(dict(job.params)),
        provenance=MappingProxyType(_provenance(job, trajectory, lag, zero)),
    )
    times = trajectory.times[job.card.atlas.skip :]
    return facts, ((float(times[frame]), energy[frame]) for frame in chosen)


def _thinned(frames: tuple[int, ...]) -> tuple[int, ...]:
    """Return at most the frames that one run may keep, still evenly apart, the last among them."""
    step = -(-len(frames) // _MOST_FRAMES)
    return frames[(len(frames) - 1) % step :: step]


def _provenance(job: Job, trajectory: Trajectory, lag: int | None, zero: str) -> dict[str, str]:
    apart_s = "longer than the run" if lag is None else f"{lag * trajectory.step_s:g} s"
    return {
        "kind": "solved",
        "solver": job.manifest.id,
        "title": job.manifest.title,
        "equation": job.card.equation.strip(),
        "reference": job.card.reference,
        "decorrelation": apart_s,
        "zero": zero,
    }
