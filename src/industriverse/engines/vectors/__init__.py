"""Embedding: a map as 512 numbers, the distance between maps, and how much a vector keeps."""

from ._distance import energy_distance, sample_distance
from ._embedding import EMBEDDING_VERSION, EmbeddingConstants, embed, fit_constants
from ._fidelity import EncodingFidelity, encoding_fidelity
from ._synthetic import synthetic_maps

__all__ = [
    "EMBEDDING_VERSION",
    "EmbeddingConstants",
    "EncodingFidelity",
    "embed",
    "encoding_fidelity",
    "energy_distance",
    "fit_constants",
    "sample_distance",
    "synthetic_maps",
]
