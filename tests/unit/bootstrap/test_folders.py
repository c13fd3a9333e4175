"""Folders that someone named: made, or refused in a sentence."""

import errno
import os
from pathlib import Path

import pytest

from industriverse.bootstrap.folders import PRIVATE, make_folder, writing_into
from industriverse.kernel.errors import ContractError, UnavailableError


def test_a_private_folder_is_its_owners(tmp_path):
    made = make_folder(tmp_path / "a" / "b", mode=PRIVATE)
    assert made.stat().st_mode & 0o777 == 0o700
    assert make_folder(made) == made


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_in_the_way_is_the_callers_mistake(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(ContractError, match="is not a folder"):
        make_folder(tmp_path / place)


def test_a_folder_that_cannot_be_made_is_unavailable():
    with pytest.raises(UnavailableError, match="cannot be written"):
        make_folder(Path("/proc/nothing/here"))


def test_a_full_disk_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError, match="No space left"), writing_into(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
