"""Energy maps as the atlas keeps them: pyramids, figures, salient cells, patches, audit."""

from ._audit import CHECKS, Finding, audit_cells, audit_chain, audit_record, audit_sequence
from ._decorrelation import apart, decorrelation_lag
from ._patch import patch
from ._pyramid import build_pyramid, levels_of, pyramid_error
from ._record import Figures, SequenceFacts, figures, gradients, record_of
from ._salient import MOST_SALIENT, Salience, SalientCell, salience

__all__ = [
    "CHECKS",
    "MOST_SALIENT",
    "Figures",
    "Finding",
    "Salience",
    "SalientCell",
    "SequenceFacts",
    "apart",
    "audit_cells",
    "audit_chain",
    "audit_record",
    "audit_sequence",
    "build_pyramid",
    "decorrelation_lag",
    "figures",
    "gradients",
    "levels_of",
    "patch",
    "pyramid_error",
    "record_of",
    "salience",
]
