"""Page tokens are opaque, bound to their list, and refuse anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.interfaces.rest.paging import next_token, read_token
from industriverse.kernel.errors import ContractError


@given(st.integers(0, 2**60), st.text(max_size=30))
def test_a_token_gives_back_its_place(before, scope):
    assert read_token(next_token(before, scope), scope) == before


def test_no_token_is_the_first_page():
    assert read_token(None, "runs") is None


def test_a_token_of_another_list_is_refused():
    with pytest.raises(ContractError, match="another list"):
        read_token(next_token(5, "runs"), "proofs|heat|None")


@given(st.text(max_size=60))
def test_anything_else_is_refused(text):
    with pytest.raises(ContractError):
        read_token(text, "runs")


@pytest.mark.parametrize("place", ["true", "-1", "1.5", '"1"', "null"])
def test_a_forged_place_is_refused(place):
    import base64  # noqa: PLC0415

    real = base64.urlsafe_b64decode(next_token(7, "runs") + "==").decode()
    forged = base64.urlsafe_b64encode(real.replace("7", place, 1).encode()).decode()
    with pytest.raises(ContractError):
        read_token(forged.rstrip("="), "runs")
