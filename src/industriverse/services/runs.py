"""Find finished predictions again, with their files."""

import json
from dataclasses import dataclass

from industriverse.kernel.context import Context
from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.ports import BlobStore, Exporter, Run, RunStore

from .prove import Prove

FILE_NAMES = ("result.json", "forecast.nc", "proof.json", "plot.png")
MEDIA_TYPES = {
    "result.json": "application/json",
    "forecast.nc": "application/x-netcdf",
    "proof.json": "application/json",
    "plot.png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Runs:
    """Reads the store of runs."""

    store: RunStore
    blobs: BlobStore
    prove: Prove
    exporter: Exporter

    def get(self, trace_id: str, context: Context) -> Run:
        """Return one run.

        Raises:
            NotFoundError: The tenant has no such run.
        """
        return self.store.get(trace_id, tenant=context.tenant)

    def page(self, context: Context, *, before: int | None, limit: int) -> list[Run]:
        """Return runs newest first."""
        return self.store.page(tenant=context.tenant, before=before, limit=limit)

    def file(self, trace_id: str, name: str, context: Context) -> bytes:
        """Return one of `FILE_NAMES` of a run.

        Raises:
            NotFoundError: No such run, or no such file.
        """
        run = self.get(trace_id, context)
        if name == "result.json":
            return run.document
        if name == "proof.json":
            return self.prove.document(run.proof_id)
        if name == "plot.png":
            return self.exporter.picture(json.loads(run.document))
        digest = dict(run.files).get(name)
        if digest is None:
            raise NotFoundError(
                f"Run {trace_id} has no file {name!r}.", hint=f"Ask for one of {FILE_NAMES}."
            )
        return self.blobs.get(digest)

    def files(self, trace_id: str, context: Context) -> dict[str, bytes]:
        """Return every file of a run by name."""
        return {name: self.file(trace_id, name, context) for name in FILE_NAMES}
