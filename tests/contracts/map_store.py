"""The contract of `MapStore`: every adapter's test class inherits this suite."""

import numpy as np
import pytest

from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.ports import MapStore
from tests.contracts.atlas_maps import facts_of, made_frames, next_version


class MapStoreContract:
    @pytest.fixture
    def store(self) -> MapStore:
        raise NotImplementedError

    def test_starts_empty(self, store: MapStore):
        assert store.sequences() == ()

    def test_gives_back_each_level_bit_for_bit(self, store: MapStore):
        made = made_frames(facts_of())
        assert store.write("flow-a", iter(made)) == tuple(record for record, _ in made)
        for record, pyramid in made:
            assert set(pyramid) == {1, 2, 4}
            for level, cells in pyramid.items():
                got = store.read("flow-a", record.frame, level=level)
                np.testing.assert_array_equal(got, cells)
        assert store.records("flow-a") == tuple(record for record, _ in made)
        assert store.sequences() == ("flow-a",)

    def test_a_map_of_zeros_is_kept(self, store: MapStore):
        facts = facts_of()
        ((record, pyramid),) = made_frames(facts, 1)
        empty = {level: np.zeros_like(cells) for level, cells in pyramid.items()}
        store.write("flow-a", [(record, empty)])
        assert store.read("flow-a", 0).max() == 0.0

    def test_refuses_a_sequence_twice(self, store: MapStore):
        store.write("flow-a", made_frames(facts_of(), 1))
        with pytest.raises(ConflictError):
            store.write("flow-a", made_frames(facts_of(), 2))
        assert len(store.records("flow-a")) == 1

    def test_refuses_no_frames_and_frames_out_of_place(self, store: MapStore):
        with pytest.raises(ContractError):
            store.write("flow-a", [])
        with pytest.raises(ContractError):
            store.write("flow-a", reversed(made_frames(facts_of())))
        assert store.sequences() == ()

    def test_a_failure_half_way_leaves_nothing(self, store: MapStore):
        def failing():
            yield from made_frames(facts_of(), 2)
            raise RuntimeError("half way")

        with pytest.raises(RuntimeError, match="half way"):
            store.write("flow-a", failing())
        assert store.sequences() == ()
        with pytest.raises(NotFoundError):
            store.records("flow-a")
        store.write("flow-a", made_frames(facts_of(), 2))

    def test_keeps_versions_beside_the_first(self, store: MapStore):
        facts = facts_of()
        made = made_frames(facts)
        store.write("flow-a", made)
        record, pyramid = next_version(facts, made[1][0])
        store.add_version(record, pyramid)
        np.testing.assert_array_equal(store.read("flow-a", 1, version=2), pyramid[1])
        np.testing.assert_array_equal(store.read("flow-a", 1, version=2, level=4), pyramid[4])
        np.testing.assert_array_equal(store.read("flow-a", 1), made[1][1][1])
        assert store.records("flow-a") == (*(r for r, _ in made), record)
        with pytest.raises(ConflictError):
            store.add_version(record, pyramid)

    @pytest.mark.parametrize(
        ("sequence", "frame", "level", "version"),
        [("none", 0, 1, 1), ("flow-a", 9, 1, 1), ("flow-a", 0, 8, 1), ("flow-a", 0, 1, 2)],
    )
    def test_what_is_not_there_is_not_found(self, store, sequence, frame, level, version):
        store.write("flow-a", made_frames(facts_of()))
        with pytest.raises(NotFoundError):
            store.read(sequence, frame, level=level, version=version)

    def test_a_version_of_nothing_is_not_found(self, store: MapStore):
        record, pyramid = made_frames(facts_of(), 1)[0]
        with pytest.raises(NotFoundError):
            store.add_version(record, pyramid)

    def test_deletes_one_sequence_only(self, store: MapStore):
        for name in ("flow-a", "flow-b"):
            store.write(name, made_frames(facts_of(name), 1))
        store.delete("flow-a")
        store.delete("flow-a")
        assert store.sequences() == ("flow-b",)
        assert len(store.records("flow-b")) == 1
