"""The contract of `Signer`: every adapter's test class inherits this suite."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from industriverse.kernel.ports import Signer


class SignerContract:
    @pytest.fixture
    def signer(self) -> Signer:
        raise NotImplementedError

    def test_is_a_signer(self, signer):
        assert isinstance(signer, Signer)

    def test_public_key_is_raw_and_stays(self, signer):
        assert len(signer.public_key) == 32
        assert signer.public_key == signer.public_key

    @pytest.mark.parametrize("message", [b"", b"a", b"\x00" * 100_000])
    def test_signatures_verify_under_the_public_key(self, signer, message):
        signature = signer.sign(message)
        assert len(signature) == 64
        Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signature, message)

    def test_a_signature_is_for_its_message_alone(self, signer):
        signature = signer.sign(b"this")
        with pytest.raises(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signature, b"that")

    def test_the_same_message_gets_the_same_signature(self, signer):
        assert signer.sign(b"this") == signer.sign(b"this")
