"""A `Signer` whose Ed25519 key lies in one private file, made on first start."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from industriverse.kernel.errors import ContractError, UnavailableError

from .disk import sync_folder

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_BYTES = 4096


class KeyFileSigner:
    """Signs with the key in a PKCS8 PEM file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        """Read the key, or make one where there is no file.

        Args:
            path: The private key's file; its folder is made where missing.

        Raises:
            ContractError: Others may read the file, or it holds no Ed25519 private key.
            UnavailableError: The file cannot be read or written.
        """
        try:
            held = _read(path)
            self._key = _parse(_make(path) if held is None else held, path)
        except OSError as error:
            raise UnavailableError(
                f"The signing key {path} cannot be used: {error.strerror}.",
                hint="Give the node a folder that it may write to.",
            ) from error
        self._public = self._key.public_key().public_bytes_raw()

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""
        return self._public

    @property
    def public_pem(self) -> bytes:
        """The public key as a PEM file, to hand to those who verify."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message."""
        return self._key.sign(message)


def _read(path: Path) -> bytes | None:
    """Return the file's bytes, or None where there is no file; ask the open file, not its name."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        _insist_private(os.fstat(handle).st_mode, path)
        return os.read(handle, _MOST_BYTES)
    finally:
        os.close(handle)


def _insist_private(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        raise ContractError(f"The signing key {path} is not a file.")
    if mode & _OTHERS:
        raise ContractError(
            f"Others may read the signing key {path} (mode {stat.S_IMODE(mode):o}).",
            hint=f"Run `chmod 600 {path}`, and replace the key if they may have read it.",
        )


def _make(path: Path) -> bytes:
    """Write a new key beside the path, durably, and link it there unless another came first."""
    new_folders = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(draft)
        # A link fails where the name exists: of two processes that start at once, one key wins.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    for folder in (path.parent, *(folder.parent for folder in new_folders)):
        sync_folder(folder)
    return _read(path) or b""


def _write(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(handle)


def _parse(pem: bytes, path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ContractError(
            f"The file {path} holds no Ed25519 private key in PKCS8 PEM.",
            hint="Point at the node's own key, or at a name where there is no file yet.",
        )
    return key
