"""The node's key: made once, private, durable, and never guessed."""

import os
import stat
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from industriverse.adapters.key_file import KeyFileSigner
from industriverse.engines.proofs import read_public_key
from industriverse.kernel.errors import ContractError, UnavailableError
from tests.contracts.signer import SignerContract


class TestKeyFileSigner(SignerContract):
    @pytest.fixture
    def signer(self, tmp_path):
        return KeyFileSigner(tmp_path / "key.pem")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "key.pem"


def test_the_key_outlives_the_process(path):
    assert KeyFileSigner(path).public_key == KeyFileSigner(path).public_key


def test_two_nodes_have_two_keys(path):
    other = path.with_name("other.pem")
    assert KeyFileSigner(path).public_key != KeyFileSigner(other).public_key


def test_only_the_owner_may_read_it_whatever_the_umask(path):
    before = os.umask(0)
    try:
        KeyFileSigner(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_pkcs8_pem_and_nothing_is_left_beside_it(path):
    KeyFileSigner(path)
    assert path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert [entry.name for entry in path.parent.iterdir()] == ["key.pem"]


def test_the_public_pem_is_that_of_the_key(path):
    signer = KeyFileSigner(path)
    assert read_public_key(signer.public_pem) == signer.public_key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
def test_a_file_that_others_may_touch_is_refused(path, mode):
    KeyFileSigner(path)
    path.chmod(mode)
    with pytest.raises(ContractError, match=f"mode {mode:o}"):
        KeyFileSigner(path)


@pytest.mark.parametrize(
    "content", [b"", b"secret", b"-----BEGIN PRIVATE KEY-----\n", b"\xff" * 99]
)
def test_a_file_without_a_key_is_refused_and_kept(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ContractError, match="no Ed25519 private key"):
        KeyFileSigner(path)
    assert path.read_bytes() == content


def test_a_key_of_another_kind_is_refused(path):
    key = ec.generate_private_key(ec.SECP256R1())
    path.parent.mkdir()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(ContractError, match="no Ed25519 private key"):
        KeyFileSigner(path)


def test_a_folder_is_refused(path):
    path.mkdir(parents=True, mode=0o700)
    with pytest.raises(ContractError, match="is not a file"):
        KeyFileSigner(path)


def test_a_place_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError, match="cannot be used"):
        KeyFileSigner(tmp_path / "file" / "key.pem")


def test_of_many_that_start_at_once_one_key_wins(path):
    keys: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: keys.append(KeyFileSigner(path).public_key))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_key_and_folders_are_on_disk_before_it_signs(tmp_path, monkeypatch):
    path = tmp_path / "new" / "deep" / "key.pem"
    synced: list[int] = []
    fsync = os.fsync

    def spy(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", spy)
    KeyFileSigner(path)
    expected = (path, path.parent, path.parent.parent, tmp_path)
    assert synced == [place.stat().st_ino for place in expected]


def test_a_failed_write_leaves_no_key_behind(path, monkeypatch):
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UnavailableError, match="No space left"):
        KeyFileSigner(path)
    assert list(path.parent.iterdir()) == []
