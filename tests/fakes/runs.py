"""A `RunStore` in memory."""

from dataclasses import replace

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Run


class MemoryRunStore:
    """Keeps runs in a list."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._next = 1

    def save(self, run: Run) -> Run:
        for kept in self._runs:
            same_key = run.request_key and kept.request_key == run.request_key
            if kept.trace_id == run.trace_id or (same_key and kept.tenant == run.tenant):
                raise ConflictError(f"Run {run.trace_id!r} exists.")
        saved = replace(run, sequence=self._next, files=tuple(sorted(run.files)))
        self._next += 1
        self._runs.append(saved)
        return saved

    def get(self, trace_id: str, *, tenant: str) -> Run:
        for run in self._runs:
            if (run.trace_id, run.tenant) == (trace_id, tenant):
                return run
        raise NotFoundError(f"There is no run {trace_id!r}.")

    def find(self, request_key: str, *, tenant: str) -> Run | None:
        mine = (r for r in self._runs if r.tenant == tenant and r.request_key == request_key)
        return next(mine, None)

    def page(self, *, tenant: str, before: int | None, limit: int) -> list[Run]:
        mine = [r for r in reversed(self._runs) if r.tenant == tenant]
        return [r for r in mine if before is None or r.sequence < before][:limit]

    def after(self, sequence: int, *, limit: int) -> list[Run]:
        return [r for r in self._runs if r.sequence > sequence][:limit]

    def prune(self, name: str, *, tenant: str, keep: int) -> int:
        mine = [r for r in self._runs if r.name == name and r.tenant == tenant]
        gone = {r.sequence for r in mine[: -max(keep, 1)]}
        self._runs = [r for r in self._runs if r.sequence not in gone]
        return len(gone)
