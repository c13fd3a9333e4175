"""The atlas of a running server: first maps that ship, the rest built beside its other work."""

import logging
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Literal

from industriverse.kernel.errors import IndustriverseError
from industriverse.kernel.plugins import Catalog
from industriverse.kernel.ports import GraphStore, MapStore

from ._build import BuildRequest, build
from ._graph import show_in_graph
from ._maps import Maps

_log = logging.getLogger("industriverse.atlas")
State = Literal["idle", "building", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Growth:
    """How far the build is.

    Attributes:
        state: `idle` where nothing builds.
        share: Of the whole build that is done, in [0, 1].
        sentence: What is being built, or why it failed.
    """

    state: State = "idle"
    share: float = 0.0
    sentence: str = ""


@dataclass(slots=True)
class GrowingAtlas:
    """Builds in a thread, with one polite process for the solvers.

    Attributes:
        maps: Where to.
        graph: Follows the catalogue; None where another process holds it.
        catalog: Whose solvers.
        request: What to build.
        growth: How far it is; read it at any time.
    """

    maps: Maps
    graph: GraphStore | None
    catalog: Catalog
    request: BuildRequest
    growth: Growth = field(init=False, default=Growth("building"))
    _stop: Event = field(init=False, default_factory=Event)
    _thread: Thread | None = field(init=False, default=None)

    def start(self) -> None:
        """Go on where the last build ended."""
        self._thread = Thread(target=self._run, name="atlas", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the build within a second; what is finished stays."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            report = build(
                self.maps, self.catalog, self.request, progress=self._tell, stop=self._stop.is_set
            )
            if report.stopped:
                self.growth = Growth("stopped", self.growth.share)
                return
            show_in_graph(self.graph, self.maps)
            self.growth = Growth("done", 1.0)
        except (IndustriverseError, OSError) as error:
            self.growth = Growth("failed", self.growth.share, str(error))
            _log.warning("the atlas' build failed: %s", error)

    def _tell(self, sentence: str, share: float) -> None:
        self.growth = Growth("building", share, sentence)


def lay_first_maps(maps: Maps, shipped: MapStore) -> int:
    """Copy maps into an atlas that is empty, and list them; return how many."""
    if maps.store.sequences():
        return 0
    laid = 0
    for sequence in shipped.sequences():
        records = shipped.records(sequence)
        frames = (
            (record, {n: shipped.read(sequence, record.frame, level=n) for n in record.levels})
            for record in records
        )
        laid += len(maps.catalogue.add(maps.store.write(sequence, frames)))
    return laid
