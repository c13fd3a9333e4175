import os
import stat

import pytest

from industriverse.adapters.blob_files import FileBlobStore
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.kernel.ports import BlobStore
from tests.contracts.blob_store import BlobStoreContract


class TestFileBlobStore(BlobStoreContract):
    @pytest.fixture
    def blobs(self, tmp_path):
        return FileBlobStore(tmp_path / "deep" / "blobs")

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path / "deep" / "blobs"

    def damage(self, blobs: BlobStore, digest: str) -> None:
        path = self.folder / digest[:2] / digest
        data = bytearray(path.read_bytes())
        data[0] ^= 1
        path.write_bytes(bytes(data))


def test_a_second_store_finds_them(tmp_path):
    digest = FileBlobStore(tmp_path).put(b"energy")
    assert FileBlobStore(tmp_path).get(digest) == b"energy"


def test_a_name_that_is_no_hash_never_reaches_the_disk(tmp_path):
    store = FileBlobStore(tmp_path / "blobs")
    (tmp_path / "secret").write_bytes(b"x")
    for name in ("../secret", "A" * 64, "", "a" * 63):
        with pytest.raises(ContractError, match="not a SHA-256"):
            store.get(name)


def test_no_temporary_file_is_left(tmp_path):
    store = FileBlobStore(tmp_path)
    digest = store.put(b"energy")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest]


def test_a_failed_sync_is_told_and_leaves_no_file_half_written(tmp_path, monkeypatch):
    store = FileBlobStore(tmp_path)

    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(UnavailableError, match="Input/output error"):
        store.put(b"energy")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_blob_is_on_disk_before_its_name_and_its_name_before_the_answer(tmp_path, monkeypatch):
    store = FileBlobStore(tmp_path)
    steps: list[str] = []
    sync, rename = os.fsync, os.replace

    def told_sync(handle: int) -> None:
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "sync file")
        sync(handle)

    def told_rename(source: str, target: str) -> None:
        steps.append("rename")
        rename(source, target)

    monkeypatch.setattr("os.fsync", told_sync)
    monkeypatch.setattr("os.replace", told_rename)
    store.put(b"energy")
    assert steps[-3:] == ["sync file", "rename", "sync folder"]
