"""The fakes of `ProofStore` and `Signer` pass the suites that hold the real ones."""

import pytest

from tests.contracts.proof_store import ProofStoreContract
from tests.contracts.signer import SignerContract
from tests.fakes.keys import SeededSigner
from tests.fakes.proofs import InMemoryProofStore


class TestInMemoryProofStore(ProofStoreContract):
    @pytest.fixture
    def store(self):
        return InMemoryProofStore()


class TestSeededSigner(SignerContract):
    @pytest.fixture
    def signer(self):
        return SeededSigner()
