"""What the house needs from the outside world. Each port has a fake and one contract suite."""

from .arrays import ArrayCache
from .blobs import BlobStore
from .clock import Clock
from .events import Event, EventStream
from .exporter import Exporter
from .graph import GraphStore, Row
from .jobs import Job, JobStore
from .keys import Signer
from .ledger import Entry, LedgerStore, Posting, Transaction
from .maps import AtlasCatalog, MapStore
from .messenger import Messenger, Parcel
from .meter import EnergyMeter, Measurement
from .proofs import LogCheckpoint, ProofStore, StoredProof
from .reader import LongFieldReader, LongRead, ObservationReader, ReadOptions, ReadResult
from .regimes import RegimeRecord, RegimeStore
from .runs import Run, RunStore
from .vectors import Hit, VectorStore

__all__ = [
    "ArrayCache",
    "AtlasCatalog",
    "BlobStore",
    "Clock",
    "EnergyMeter",
    "Entry",
    "Event",
    "EventStream",
    "Exporter",
    "GraphStore",
    "Hit",
    "Job",
    "JobStore",
    "LedgerStore",
    "LogCheckpoint",
    "LongFieldReader",
    "LongRead",
    "MapStore",
    "Measurement",
    "Messenger",
    "ObservationReader",
    "Parcel",
    "Posting",
    "ProofStore",
    "ReadOptions",
    "ReadResult",
    "RegimeRecord",
    "RegimeStore",
    "Row",
    "Run",
    "RunStore",
    "Signer",
    "StoredProof",
    "Transaction",
    "VectorStore",
]
