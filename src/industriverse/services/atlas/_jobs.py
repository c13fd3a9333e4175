"""What the atlas is built from: which runs of which solvers, and the maps that a run gives."""

from collections.abc import Callable, Mapping
from copyreg import pickle
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import SequenceFacts, apart, decorrelation_lag
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.plugins import Catalog, Manifest, full_params, load, make_domain
from industriverse.kernel.solvers import (
    CELLS,
    SEED,
    SolverCard,
    as_trajectory,
    is_field_solver,
    solver_card,
)

Outputs = Mapping[str, Float[np.ndarray, "time ..."]]
Frames = list[tuple[float, Float[np.ndarray, "..."]]]
_LICENCE = "Apache-2.0"
_MOST_FRAMES = 12
"""Maps kept of one run, so that no run outweighs the others."""
_MOST_ROUNDS = 8
"""How often a solver's runs are repeated with other seeds to reach the number of maps wanted."""
_DIGEST = 10


def _read_only(held: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(held)


def _as_copied(held: MappingProxyType[Any, Any]) -> tuple[Callable[..., Any], tuple[Any]]:
    return _read_only, (dict(held),)


# Manifests hold read-only mappings, which do not travel between processes by themselves.
pickle(MappingProxyType, _as_copied)


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


def solve(job: Job, domain: Manifest, created: datetime) -> tuple[SequenceFacts, Frames]:
    """Run a job and return its maps: what they have in common, then time and energy of each.

    Args:
        job: Which run.
        domain: The domain plugin whose formula makes its maps.
        created: Time of the maps' making.

    Raises:
        ContractError: The run gives no energy, or breaks its solver's contract.
    """
    adapter = make_domain(domain)
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
        created=created,
        regime=job.card.regime(job.params),
        parameters=MappingProxyType(dict(job.params)),
        provenance=MappingProxyType(_provenance(job, trajectory, lag, zero)),
    )
    times = trajectory.times[job.card.atlas.skip :]
    return facts, [(float(times[frame]), energy[frame]) for frame in chosen]


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
