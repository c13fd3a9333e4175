"""Known states: derived from the runs, so what a crash left out comes back."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from industriverse.engines.vectors import EMBEDDING_VERSION
from industriverse.kernel.errors import UnavailableError
from industriverse.services.known_states import KnownStates
from tests.contracts.run_store import make_run
from tests.contracts.vector_store import unit
from tests.fakes.runs import MemoryRunStore
from tests.fakes.vectors import MemoryVectorStore


class Torn(MemoryVectorStore):
    """Does not answer when it is written to."""

    def upsert(self, id: str, vector: np.ndarray, payload: Mapping[str, str | float]) -> None:
        raise UnavailableError("The disk is full.")


def saved(runs, number, tenant="a"):
    embedding = unit(number).astype("<f4").tobytes()
    return runs.save(replace(make_run(number, tenant=tenant), embedding=embedding))


def near(known, number, tenant="a"):
    return [found.id for found in known.near(unit(number), tenant=tenant) or ()]


def test_a_remembered_run_is_found_by_its_own_tenant_only():
    runs = MemoryRunStore()
    known = KnownStates(MemoryVectorStore(), runs)
    run = saved(runs, 1)
    known.remember(run)
    assert near(known, 1) == [run.trace_id]
    assert near(known, 1, tenant="b") == []


def test_a_crash_between_the_run_and_its_vector_is_put_right():
    runs = MemoryRunStore()
    first, second = saved(runs, 1), saved(runs, 2)
    vectors = MemoryVectorStore()
    KnownStates(vectors, runs).remember(first)
    known = KnownStates(vectors, runs)
    assert near(known, 2) == [first.trace_id]
    assert known.catch_up() == 1
    assert near(known, 2)[0] == second.trace_id
    assert known.catch_up() == 0


def test_an_index_that_does_not_answer_does_not_spoil_the_answer():
    runs = MemoryRunStore()
    KnownStates(Torn(), runs).remember(saved(runs, 1))
    repaired = KnownStates(MemoryVectorStore(), runs)
    assert repaired.catch_up() == 1


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9])
def test_catching_up_takes_the_newest_runs_and_no_more(count):
    runs = MemoryRunStore()
    kept = [saved(runs, number) for number in range(1, count + 1)]
    vectors = MemoryVectorStore()
    assert KnownStates(vectors, runs).catch_up(newest=3) == min(3, count)
    held = {hit.id for hit in vectors.nearest(unit(1), k=20)}
    assert held == {run.trace_id for run in kept[-3:]}


def test_forgotten_runs_leave_gaps_that_do_not_mislead():
    runs = MemoryRunStore()
    for number in range(1, 20):
        saved(runs, number)
    runs.prune("plant.csv", tenant="a", keep=2)
    assert KnownStates(MemoryVectorStore(), runs).catch_up() == 2


def test_a_vector_of_an_older_version_is_neither_shown_nor_relabelled():
    runs, vectors = MemoryRunStore(), MemoryVectorStore()
    run = saved(runs, 1)
    old: dict[str, str | float] = {
        "tenant": "a",
        "title": "t",
        "domain": "signal",
        "version": str(EMBEDDING_VERSION - 1),
    }
    vectors.upsert(run.trace_id, unit(1), old)
    known = KnownStates(vectors, runs)
    assert known.catch_up() == 0
    assert near(known, 1) == []


def test_where_another_process_holds_the_index_nothing_is_searched():
    runs = MemoryRunStore()
    known = KnownStates(None, runs)
    known.remember(saved(runs, 1))
    assert known.near(unit(1), tenant="a") is None
    assert known.catch_up() == 0
