"""Prove: sign records, keep their log, settle them once, and hand out what verifies offline."""

from ._prove import LoggedProof, Prove

__all__ = ["LoggedProof", "Prove"]
