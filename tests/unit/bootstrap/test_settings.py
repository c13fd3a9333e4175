"""Settings refuse what is dangerous, in one sentence."""

import pytest

from industriverse.bootstrap.settings import load_settings
from industriverse.kernel.errors import ContractError


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    graph = ("GRAPH_URL", "GRAPH_USER", "GRAPH_PASSWORD")
    for name in ("HOST", "PORT", "API_TOKEN", "FOLDER", *graph):
        monkeypatch.delenv(f"INDUSTRIVERSE_{name}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_the_defaults_listen_on_loopback_only(tmp_path):
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.folder == tmp_path / "industriverse"
    assert settings.api_token is None


def test_listening_beyond_loopback_needs_a_token():
    with pytest.raises(ContractError, match="INDUSTRIVERSE_API_TOKEN"):
        load_settings(host="0.0.0.0")


@pytest.mark.parametrize("token", ["changeme", "secret", "short", "a" * 23])
def test_a_placeholder_or_short_token_is_refused(monkeypatch, token):
    monkeypatch.setenv("INDUSTRIVERSE_API_TOKEN", token)
    with pytest.raises(ContractError, match="placeholder or shorter"):
        load_settings()


def test_a_token_is_not_shown(monkeypatch):
    token = "k9Zr0dJ2mQ7vW4xT8bN1cF5gH6jL3pS"
    monkeypatch.setenv("INDUSTRIVERSE_API_TOKEN", token)
    assert token not in repr(load_settings(host="0.0.0.0"))


def test_a_wrong_value_names_its_variable(monkeypatch):
    monkeypatch.setenv("INDUSTRIVERSE_PORT", "70000")
    with pytest.raises(ContractError, match="INDUSTRIVERSE_PORT"):
        load_settings()


URL = "bolt://127.0.0.1:7687"


@pytest.mark.parametrize("words", [{}, {"graph_user": "a"}, {"graph_password": "long enough"}])
def test_a_graph_server_needs_user_and_password(words):
    with pytest.raises(ContractError, match="INDUSTRIVERSE_GRAPH_PASSWORD too"):
        load_settings(graph_url=URL, **words)


@pytest.mark.parametrize("password", ["neo4j", "changeme", "Password"])
def test_a_placeholder_for_the_graph_is_refused(password):
    with pytest.raises(ContractError, match="placeholder"):
        load_settings(graph_url=URL, graph_user="neo4j", graph_password=password)


def test_the_graph_password_is_not_shown():
    settings = load_settings(graph_url=URL, graph_user="neo4j", graph_password="k9Zr0dJ2mQ")
    assert "k9Zr0dJ2mQ" not in repr(settings)
    assert load_settings().graph_url == ""
