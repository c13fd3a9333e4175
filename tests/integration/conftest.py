"""A whole platform in a scratch folder, and the API in front of it."""

import io
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from industriverse.apps.cli import run as enter
from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.interfaces.rest import create_app


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code, its answer, and what it said beside it."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def command() -> Callable[..., Done]:
    """Run a command in this process, as the entry point would: starting one costs seconds."""

    def call(folder: object, *words: object) -> Done:
        out, err = io.StringIO(), io.StringIO()
        handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGALRM)}
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["industriverse", "--folder", *map(str, (folder, *words))])
            with pytest.raises(SystemExit) as left:
                enter()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        return Done(int(left.value.code or 0), out.getvalue(), err.getvalue())

    return call


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where a module's commands write."""
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def run(folder, command):
    """Run a command on a home of the module's own; a defect of ours fails the test."""

    def call(*words: object) -> Done:
        done = command(folder / "home", *words)
        assert "defect" not in done.stderr, done.stderr
        return done

    return call


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
