"""The contract of `ObservationReader`: every reader's test class inherits this suite."""

from pathlib import Path

import numpy as np
import pytest

from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.observations import to_panel
from industriverse.kernel.ports import ObservationReader, ReadOptions


class ObservationReaderContract:
    """Fixtures: `reader`; `good`, a file it reads; `variable`, a name in it; `digest`."""

    @pytest.fixture
    def reader(self) -> ObservationReader:
        raise NotImplementedError

    @pytest.fixture
    def good(self, tmp_path) -> Path:
        raise NotImplementedError

    @pytest.fixture
    def variable(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def digest(self, good) -> str:
        raise NotImplementedError

    def test_is_a_reader(self, reader):
        assert isinstance(reader, ObservationReader)

    def test_accepts_its_file_and_not_a_picture(self, reader, good, tmp_path):
        picture = tmp_path / "picture.png"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
        assert reader.accepts(good)
        assert not reader.accepts(picture)

    def test_accepting_a_missing_path_does_not_raise(self, reader, tmp_path):
        assert reader.accepts(tmp_path / "nothing.xyz") in {True, False}

    def test_reports_variables_of_the_observation(self, reader, good, variable):
        result = reader.read(good, ReadOptions())
        assert result.reported
        assert set(result.reported) <= set(result.observation.names)
        assert variable in result.observation.names

    def test_reports_what_was_asked(self, reader, good, variable):
        result = reader.read(good, ReadOptions(variables=(variable,)))
        assert result.reported == (variable,)

    def test_hashes_the_content(self, reader, good, digest):
        assert reader.read(good, ReadOptions()).sha256 == digest

    def test_reads_the_same_twice(self, reader, good):
        first, second = (reader.read(good, ReadOptions()) for _ in range(2))
        assert first.warnings == second.warnings
        assert first.reported == second.reported
        np.testing.assert_array_equal(
            to_panel(first.observation).values, to_panel(second.observation).values
        )

    def test_a_stated_unit_wins(self, reader, good, variable):
        result = reader.read(good, ReadOptions(units=((variable, "kW"),)))
        assert result.observation.units[variable] == "kW"

    def test_warnings_are_sentences(self, reader, good):
        for warning in reader.read(good, ReadOptions()).warnings:
            assert warning[0].isupper() or warning.split()[0].endswith(":") or " " in warning
            assert warning.endswith(".")
            assert "\n" not in warning

    def test_an_unknown_variable_is_not_found(self, reader, good):
        with pytest.raises(NotFoundError) as caught:
            reader.read(good, ReadOptions(variables=("no such thing",)))
        assert "no such thing" in caught.value.message
        assert caught.value.hint

    def test_a_missing_file_is_not_found(self, reader, good):
        with pytest.raises(NotFoundError):
            reader.read(good.with_name(f"missing-{good.name}"), ReadOptions())

    def test_an_empty_file_is_refused(self, reader, good, tmp_path):
        empty = tmp_path / f"empty{good.suffix}"
        empty.write_bytes(b"")
        with pytest.raises(InputError) as caught:
            reader.read(empty, ReadOptions())
        assert caught.value.hint
