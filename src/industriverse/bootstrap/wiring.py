"""The only builder of adapters: one platform from one `Settings`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from threadpoolctl import threadpool_limits

from industriverse.adapters.blob_files import FileBlobStore
from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.exporter import FileExporter
from industriverse.adapters.fields import FieldReader
from industriverse.adapters.file_reader import FileReader
from industriverse.adapters.frames_memory import read_memory
from industriverse.adapters.key_file import KeyFileSigner
from industriverse.adapters.meter_choice import choose_meter
from industriverse.adapters.sql_atlas import SqlAtlasCatalog
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_jobs import SqlJobStore
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.adapters.sql_proofs import SqlProofStore
from industriverse.adapters.sql_regimes import SqlRegimeStore
from industriverse.adapters.sql_runs import SqlRunStore
from industriverse.adapters.stream_memory import MemoryEventStream
from industriverse.adapters.tables import TableReader
from industriverse.engines.economy import MICRO
from industriverse.kernel.context import Context
from industriverse.kernel.domains import DomainAdapter
from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.plugins import build_catalog, installed
from industriverse.kernel.ports import (
    BlobStore,
    EventStream,
    GraphStore,
    LedgerStore,
    LongFieldReader,
    ReadOptions,
    ReadResult,
    VectorStore,
)
from industriverse.services.atlas import Atlas, Maps
from industriverse.services.billing import Billing
from industriverse.services.documents import PredictDocument
from industriverse.services.following import Following
from industriverse.services.forecasting import TrainedNetwork
from industriverse.services.known_states import KnownStates
from industriverse.services.predict import Predict, Tools
from industriverse.services.prove import Prove
from industriverse.services.regime_model import models_folder, shipped_regime_model
from industriverse.services.runs import FILE_NAMES, Runs
from industriverse.services.settle import Settle

from .folders import PRIVATE, make_folder, writing_into
from .settings import Settings

_LOCAL = "local"
_WATTS_PER_CORE = 15.0
"""Upper estimate of a core's power, for quotes only; the meter has its own figure."""
Store = TypeVar("Store")


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything a face needs; close it, or use it in a `with` block."""

    settings: Settings
    database: SqlDatabase
    signer: KeyFileSigner
    blobs: BlobStore
    ledger: LedgerStore
    billing: Billing
    prove: Prove
    predict: Predict
    settle: Settle
    reader: LongFieldReader
    runs: Runs
    following: Following
    atlas: Atlas
    known: KnownStates
    stream: EventStream
    graph: GraphStore | None
    vectors: VectorStore | None
    one_thread: threadpool_limits

    def __enter__(self) -> "Platform":
        """Return the platform."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every store."""
        self.close()

    def close(self) -> None:
        """Let go of every file and connection."""
        for store in (self.graph, self.vectors, self.database):
            if store is not None:
                store.close()
        self.one_thread.restore_original_limits()

    @property
    def maps(self) -> Maps:
        """The atlas' own maps, built and imported."""
        from industriverse.adapters.maps_zarr import ZarrMapStore  # noqa: PLC0415 (slow to import)

        store = ZarrMapStore(self.settings.folder / "atlas")
        return Maps(store, SqlAtlasCatalog(self.database), SystemClock())

    @property
    def upload_folder(self) -> Path:
        """Where uploads lie while they are read."""
        folder = self.settings.folder / "uploads"
        return make_folder(folder)

    def read_object(self, data: object, options: ReadOptions, *, name: str) -> ReadResult:
        """Read arrays, xarray objects, pandas or polars frames."""
        return read_memory(data, options, source=name)

    def write_files(
        self, document: PredictDocument, folder: Path, context: Context
    ) -> PredictDocument:
        """Write the files of a run into a folder; return the document that names them."""
        make_folder(folder)
        paths = {name: folder / name for name in FILE_NAMES}
        said = {name: str(path) for name, path in paths.items()}
        forecast = document.forecast.model_copy(update={"paths": said})
        written = document.model_copy(update={"forecast": forecast})
        files = self.runs.files(document.trace_id, context)
        files["result.json"] = written.model_dump_json(indent=2).encode() + b"\n"
        files["signer.pub"] = self.signer.public_pem
        with writing_into(folder):
            for name, data in files.items():
                (folder / name).write_bytes(data)
        return written


def build_platform(settings: Settings, *, writer: bool = False) -> Platform:
    """Open every store of a settings' folder and put the services together.

    Args:
        settings: Where and how.
        writer: Whether this process may hold the embedded graph and vector index. Where another
            one does, a writer fails and everyone else goes on without them.

    Raises:
        UnavailableError: A store cannot be opened.
    """
    make_folder(settings.folder, mode=PRIVATE)
    clock = SystemClock()
    database = SqlDatabase.open(settings.sql_url)
    ledger, runs = SqlLedgerStore(database, clock), SqlRunStore(database)
    signer = KeyFileSigner(settings.folder / "signing-key.pem")
    blobs, exporter = FileBlobStore(settings.folder / "blobs"), FileExporter()
    prove = Prove(SqlProofStore(database, clock), signer, clock)
    billing = Billing(ledger, SqlJobStore(database), clock)
    billing.welcome(_LOCAL, settings.wallet_grant_ceu * MICRO)
    graph = _graph(settings, writer=writer)
    vectors = _unless_held(writer, lambda: _vectors(settings.folder / "vectors"))
    known = KnownStates(vectors, runs)
    tools = Tools(
        domains=_domains,
        regime_model=shipped_regime_model,
        network=_network,
        known=known,
        meter=choose_meter(settings.watts_per_core),
        billing=billing,
        prove=prove,
        runs=runs,
        blobs=blobs,
        exporter=exporter,
        clock=clock,
        watts=settings.watts_per_core or _WATTS_PER_CORE,
    )
    stream = MemoryEventStream()
    return Platform(
        settings=settings,
        database=database,
        signer=signer,
        blobs=blobs,
        ledger=ledger,
        billing=billing,
        prove=prove,
        predict=Predict(tools),
        settle=Settle(prove),
        reader=FileReader(
            (FieldReader(memory_bytes=settings.field_memory_mb << 20), TableReader())
        ),
        runs=Runs(runs, blobs, prove, exporter),
        following=Following(SqlRegimeStore(database), stream, clock, shipped_regime_model),
        atlas=Atlas(graph, runs),
        known=known,
        stream=stream,
        graph=graph,
        vectors=vectors,
        # The matrices of a forecast are small: a second BLAS thread only burns energy, and on a
        # busy machine triples the time.
        one_thread=threadpool_limits(1, "blas"),
    )


@cache
def _network(domain: str) -> TrainedNetwork | None:
    """Load the network that ships for a domain, where one does."""
    path = models_folder() / "forecast" / f"{domain}.safetensors"
    if not path.is_file():
        return None
    from industriverse.adapters.network_files import read_network  # noqa: PLC0415 (slow to import)
    from industriverse.services.training import forecast_set  # noqa: PLC0415

    model, card = read_network(path)
    recipe = forecast_set(installed(), domain).recipe
    correction = models_folder() / "residual" / path.name
    residual = read_network(correction)[0] if correction.is_file() else None
    return TrainedNetwork(model, card["scale"], recipe.closed, residual)


def _unless_held(writer: bool, open_store: Callable[[], Store]) -> Store | None:
    """Open a store that only one process may hold; others go on without it."""
    try:
        return open_store()
    except UnavailableError:
        if writer:
            raise
        return None


def _graph(settings: Settings, *, writer: bool) -> GraphStore | None:
    """Open the graph server that the settings name, else the file; a named server must answer."""
    if not settings.graph_url:
        return _unless_held(writer, lambda: _graph_file(settings.folder / "graph"))
    store = _graph_server(settings)
    try:
        store.migrate()
    except BaseException:
        store.close()
        raise
    return store


def _graph_file(file: Path) -> GraphStore:
    from industriverse.adapters.graph_ladybug import LadybugGraphStore  # noqa: PLC0415

    store = LadybugGraphStore(file)
    store.migrate()
    return store


def _graph_server(settings: Settings) -> GraphStore:
    try:
        from industriverse.adapters.graph_neo4j import Neo4jGraphStore  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "neo4j":
            raise
        raise UnavailableError(
            "The driver for INDUSTRIVERSE_GRAPH_URL is not installed.",
            hint="Install `industriverse[neo4j]`.",
        ) from error
    secret = settings.graph_password
    password = secret.get_secret_value() if secret else ""
    return Neo4jGraphStore(settings.graph_url, user=settings.graph_user, password=password)


def _vectors(folder: Path) -> VectorStore:
    from industriverse.adapters.vectors_qdrant_edge import QdrantEdgeVectorStore  # noqa: PLC0415

    return QdrantEdgeVectorStore(folder)


@cache
def _domains() -> tuple[DomainAdapter, ...]:
    return build_catalog().domains()
