"""Which graph the settings choose, and what is said where it is not to be had."""

import sys

import pytest

from industriverse.adapters.graph_ladybug import LadybugGraphStore
from industriverse.bootstrap.settings import Settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.kernel.errors import ContractError, UnavailableError


def named(folder, url: str) -> Settings:
    words = {"graph_url": url, "graph_user": "neo4j", "graph_password": "k9Zr0dJ2mQ"}
    return Settings(folder=folder, watts_per_core=5, **words)  # pyright: ignore[reportArgumentType]


def test_the_embedded_graph_is_the_default(tmp_path):
    with build_platform(Settings(folder=tmp_path, watts_per_core=5)) as platform:  # pyright: ignore[reportCallIssue]
        assert isinstance(platform.graph, LadybugGraphStore)


@pytest.mark.parametrize("writer", [True, False])
def test_a_named_server_must_answer(tmp_path, writer):
    with pytest.raises(UnavailableError, match="does not answer"):
        build_platform(named(tmp_path, "bolt://127.0.0.1:9"), writer=writer)


def test_a_url_of_no_server_is_told(tmp_path):
    with pytest.raises(ContractError, match="no server that we speak with"):
        build_platform(named(tmp_path, "http://127.0.0.1:7474"))


def test_a_missing_driver_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "neo4j", None)
    monkeypatch.delitem(sys.modules, "industriverse.adapters.graph_neo4j", raising=False)
    with pytest.raises(UnavailableError, match="not installed") as told:
        build_platform(named(tmp_path, "bolt://127.0.0.1:9"))
    assert "industriverse[neo4j]" in told.value.hint
