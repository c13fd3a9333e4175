"""The contract of `AtlasCatalog`: every adapter's test class inherits this suite."""

from dataclasses import replace

import numpy as np
import pytest

from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.maps import Between, MapQuery, same_map
from industriverse.kernel.ports import AtlasCatalog
from tests.contracts.atlas_maps import facts_of, made_frames, next_version

PLANS = (
    ("flow-a", "fluid", "stable", {"viscosity": 0.01}),
    ("flow-b", "fluid", "chaotic", {"viscosity": 0.001}),
    ("heat-a", "heat", "", {"conductivity": 2.0, "viscosity": 5.0}),
)


def filled(catalogue: AtlasCatalog):
    """Return three sequences of three maps each, as the catalogue keeps them."""
    kept = []
    for name, domain, regime, parameters in PLANS:
        facts = facts_of(name, domain=domain, regime=regime, parameters=parameters)
        kept += catalogue.add([record for record, _ in made_frames(facts)])
    return kept


class AtlasCatalogContract:
    @pytest.fixture
    def catalogue(self) -> AtlasCatalog:
        raise NotImplementedError

    def test_starts_empty(self, catalogue: AtlasCatalog):
        assert catalogue.query(MapQuery(), limit=5).records == ()
        assert catalogue.statistics() == ()
        assert dict(catalogue.sequences()) == {}
        assert catalogue.add([]) == ()

    def test_gives_back_what_was_added(self, catalogue: AtlasCatalog):
        (record, _), *_ = made_frames(facts_of())
        (kept,) = catalogue.add([record])
        assert kept.number == 1
        assert same_map(kept, record) == ()
        assert catalogue.get(record.id) == kept

    def test_numbers_go_on(self, catalogue: AtlasCatalog):
        assert [record.number for record in filled(catalogue)] == list(range(1, 10))
        assert [r.number for r in catalogue.after(2, limit=3)] == [3, 4, 5]

    def test_a_map_twice_is_refused_and_nothing_of_it_is_kept(self, catalogue: AtlasCatalog):
        records = [record for record, _ in made_frames(facts_of())]
        catalogue.add(records[:1])
        with pytest.raises(ConflictError):
            catalogue.add([records[1], records[0]])
        assert [r.id for r in catalogue.after(0, limit=9)] == [records[0].id]

    def test_a_version_must_follow_the_newest(self, catalogue: AtlasCatalog):
        facts = facts_of()
        (record, _), *_ = made_frames(facts)
        catalogue.add([record])
        second, _ = next_version(facts, record)
        third, _ = next_version(facts, second)
        with pytest.raises(ConflictError):
            catalogue.add([third])
        catalogue.add([second])
        with pytest.raises(ConflictError):
            catalogue.add([second])
        assert catalogue.get(record.id).version == 2
        assert [r.version for r in catalogue.history(record.id)] == [1, 2]
        found = catalogue.query(MapQuery(), limit=9).records
        assert [(r.id, r.version) for r in found] == [(record.id, 2)]
        assert [r.version for r in catalogue.after(0, limit=9)] == [1, 2]

    def test_an_unknown_map_is_not_found(self, catalogue: AtlasCatalog):
        with pytest.raises(NotFoundError):
            catalogue.get("flow-a/0000")
        assert catalogue.history("flow-a/0000") == ()

    @pytest.mark.parametrize(
        ("asked", "sequences"),
        [
            (MapQuery(), ["flow-a", "flow-b", "heat-a"]),
            (MapQuery(domain="fluid"), ["flow-a", "flow-b"]),
            (MapQuery(regime="chaotic"), ["flow-b"]),
            (MapQuery(sequence="heat-a"), ["heat-a"]),
            (MapQuery(domain="heat", regime="stable"), []),
            (MapQuery(parameters={"viscosity": Between(high=0.005)}), ["flow-b"]),
            (MapQuery(parameters={"conductivity": Between()}), ["heat-a"]),
            (MapQuery(parameters={"gravity": Between()}), []),
        ],
    )
    def test_finds_by_what_is_stated(self, catalogue, asked, sequences):
        filled(catalogue)
        found = catalogue.query(asked, limit=20).records
        assert sorted({record.sequence for record in found}) == sequences
        assert len(found) == 3 * len(sequences)

    @pytest.mark.parametrize("name", ["energy", "entropy", "time_s"])
    def test_finds_by_range_in_its_order_page_by_page(self, catalogue, name):
        kept = filled(catalogue)
        values = sorted(getattr(record, name) for record in kept)
        asked = replace(MapQuery(), **{name: Between(values[1], values[-2])})
        wanted = [v for v in values if values[1] <= v <= values[-2]]
        first = catalogue.query(asked, limit=4)
        rest = catalogue.query(asked, limit=20, after=first.following)
        found = [*first.records, *rest.records]
        assert [getattr(record, name) for record in found] == wanted
        assert len({record.id for record in found}) == len(found)
        assert rest.following == ""

    def test_pages_end_when_there_is_no_more(self, catalogue: AtlasCatalog):
        filled(catalogue)
        page = catalogue.query(MapQuery(), limit=9)
        assert len(page.records) == 9
        assert page.following == ""
        with pytest.raises(ContractError):
            catalogue.query(MapQuery(), limit=9, after="nonsense")

    def test_counts_by_sequence_and_domain(self, catalogue: AtlasCatalog):
        kept = filled(catalogue)
        assert dict(catalogue.sequences()) == {"flow-a": 3, "flow-b": 3, "heat-a": 3}
        assert dict(catalogue.sequences("heat")) == {"heat-a": 3}
        fluid, heat = catalogue.statistics()
        energies = [r.energy for r in kept if r.domain == "fluid"]
        assert (fluid.domain, fluid.maps, fluid.sequences) == ("fluid", 6, 2)
        assert (heat.domain, heat.maps, heat.sequences) == ("heat", 3, 1)
        assert fluid.energy_mean == pytest.approx(np.mean(energies), rel=1e-12)
        assert fluid.energy_spread == pytest.approx(np.std(energies), rel=1e-9)
        assert heat.entropy_mean == pytest.approx(
            np.mean([r.entropy for r in kept if r.domain == "heat"])
        )

    def test_keeps_records_that_an_audit_would_refuse(self, catalogue: AtlasCatalog):
        (record, _), *_ = made_frames(facts_of())
        broken = replace(record, spacing=(0.0, -1.0), licence="", unit="kg")
        (kept,) = catalogue.add([broken])
        assert kept.spacing == (0.0, -1.0)
