"""The real server with `--demo`: first maps when it is ready, more while it runs, a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from industriverse.bootstrap.first_maps import lay_shipped_maps
from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.services.atlas import audit
from tests.integration.test_atlas_build import group_lives, in_memory, soon

_PATIENCE_S = 60.0
"""On an idle machine it is ready in about five seconds and has new maps ten later."""


@contextmanager
def serving(folder) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    """Run `serve --demo` as a user would, growing the atlas as it does by default."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--folder", str(folder), "serve", "--demo", "--port", str(port)]
    command = [sys.executable, "-m", "industriverse.apps.cli", *words]
    plain = {name: v for name, v in os.environ.items() if not name.startswith("INDUSTRIVERSE_")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, env=plain, start_new_session=True)
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def asked(url: str, path: str) -> Any:
    try:
        with urllib.request.urlopen(url + path, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return {"status": error.code}
    except OSError:
        return {}


@pytest.mark.slow
def test_the_demo_opens_on_maps_builds_more_and_ends_cleanly(tmp_path):
    first = lay_shipped_maps(in_memory())
    with serving(tmp_path) as (process, url):
        assert soon(lambda: asked(url, "/health/ready").get("status") == "ready", _PATIENCE_S)
        assert soon(lambda: asked(url, "/v1/atlas/summary")["maps"] >= first, _PATIENCE_S)
        summary = asked(url, "/v1/atlas/summary")
        assert len(summary["domains"]) >= 11
        page = asked(url, "/v1/atlas/built?page_size=3")
        assert len(page["items"]) == 3
        told = []

        def grew():
            told.append(asked(url, "/v1/atlas/summary"))
            return told[-1]["maps"] > first

        assert soon(grew, _PATIENCE_S)
        shares = [one["build"]["share"] for one in told]
        assert shares == sorted(shares)
        assert 0.0 < shares[-1] < 1.0
        assert told[-1]["build"]["state"] == "building"
        assert "maps" in told[-1]["build"]["sentence"]
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert time.monotonic() - began < 4
        assert soon(lambda: not group_lives(process.pid), 5.0), "a worker outlives the server"
    with build_platform(load_settings(folder=tmp_path)) as platform:
        kept = sum(row.maps for row in platform.maps.catalogue.statistics())
        assert kept >= told[-1]["maps"]
        assert audit(platform.maps).findings == ()
    assert b"Traceback" not in (tmp_path / "log").read_bytes()
