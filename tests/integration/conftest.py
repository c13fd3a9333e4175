"""A whole platform in a scratch folder, and the API in front of it."""

import pytest
from starlette.testclient import TestClient

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.interfaces.rest import create_app


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    with build_platform(load_settings(folder=tmp_path_factory.mktemp("platform"))) as built:
        yield built


@pytest.fixture(scope="session")
def client(platform):
    app = create_app(platform)
    app.state.warm.set()
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as made:
        yield made
