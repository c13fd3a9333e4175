"""Ids, canonical bytes, context and panels keep their promises."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.kernel.canonical import canonical_bytes, parse_canonical
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError, RefusedError
from industriverse.kernel.fields import EnergyMap, Grid, Trajectory
from industriverse.kernel.ids import sha256_array, uuid7
from industriverse.kernel.observations import scatter, to_panel
from industriverse.kernel.signals import Channel, Signals

GRID = Grid((2, 3), (1.0, 2.0), ("y", "x"), ("m", "m"), ("open", "open"))


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_uuid7_is_version_7_and_keeps_its_time(unix_ms, entropy):
    made = uuid.UUID(uuid7(unix_ms, entropy))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == unix_ms


def test_uuid7_sorts_by_time():
    ids = [uuid7(1_700_000_000_000 + step) for step in range(50)]
    assert ids == sorted(ids)


def test_an_arrays_hash_sees_shape_and_type():
    values = np.arange(6.0)
    hashes = {
        sha256_array(values),
        sha256_array(values.reshape(2, 3)),
        sha256_array(values.astype(np.float32)),
        sha256_array(values + 1e-12),
    }
    assert len(hashes) == 4
    assert sha256_array(values.astype(">f8")) == sha256_array(values)


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
names = st.text(max_size=4)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(documents)
def test_canonical_bytes_read_back(document):
    data = canonical_bytes(document)
    assert parse_canonical(data) == document
    assert canonical_bytes(parse_canonical(data)) == data


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', "1.0", "\ufeff1", "nan"]
)
def test_other_spellings_are_refused(text):
    with pytest.raises(ContractError):
        parse_canonical(text.encode())


def test_nan_has_no_canonical_form():
    with pytest.raises(ContractError):
        canonical_bytes({"a": float("nan")})


def test_a_budget_is_spent_and_then_refuses():
    context = Context("0" * 31 + "1", joules_left=2.0)
    assert context.spend(1.5).joules_left == 0.5
    with pytest.raises(RefusedError, match="holds 2 J"):
        context.spend(2.5)


def test_a_field_comes_back_from_its_panel_with_holes_where_they_were():
    values = np.arange(24.0).reshape(4, 2, 3)
    valid = np.array([[True, False, True], [True, True, True]])
    field = Trajectory({"a": values, "b": -values}, {}, GRID, 0.0, 1.0, valid=valid)
    panel = to_panel(field)
    assert panel.widths == (5, 5)
    back = scatter(panel.values, field)
    assert np.isnan(back["a"][:, 0, 1]).all()
    np.testing.assert_array_equal(back["b"][:, valid], -values[:, valid])


def test_signals_come_back_from_their_panel():
    signals = Signals(0.0, 1.0, np.arange(6.0).reshape(3, 2), (Channel("p"), Channel("q")))
    back = scatter(to_panel(signals).values, signals)
    np.testing.assert_array_equal(back["q"], [1.0, 3.0, 5.0])


@pytest.mark.parametrize("cell", [np.nan, np.inf, -0.1])
def test_a_map_refuses_what_is_no_energy(cell):
    density = np.ones((2, 3))
    density[1, 1] = cell
    with pytest.raises(ContractError):
        EnergyMap(density, "J/m^2", GRID, "heat")


def test_a_map_sums_to_density_times_volume():
    assert EnergyMap(np.full((2, 3), 0.5), "J/m^2", GRID, "heat").total == 6.0


def test_variables_off_the_grid_are_refused():
    with pytest.raises(ContractError, match="do not lie"):
        Trajectory({"a": np.ones((4, 3, 2))}, {}, GRID, 0.0, 1.0)
