"""`industriverse train` as a user meets it: whole processes, a stop, a resume, exit codes."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr

from industriverse.engines.forecast.network import unbundled
from industriverse.services.regime_model import models_folder

SMALL = ("--cells", 16, "--runs", 3, 1, 1, "--steps", 100)


def test_an_unknown_domain_is_said_with_the_known_ones(run, folder):
    done = run("train", "forecast", "weather", "--out", folder / "none")
    assert done.returncode == 3
    assert "'weather'" in done.stderr
    assert "fluid" in done.stderr


def test_rivals_need_our_weights_first(run, folder):
    done = run("train", "rivals", "fluid", "--ours", folder / "none")
    assert done.returncode == 5
    assert "fluid.safetensors cannot be read" in done.stderr


@pytest.mark.slow
def test_a_training_stopped_by_ctrl_c_goes_on_to_the_same_bits(run, folder):
    whole = run("train", "forecast", "electromagnetics", *SMALL, "--out", folder / "a", "--json")
    assert whole.returncode == 0, whole.stderr
    record = json.loads(whole.stdout)
    assert "step 100 of 100" in whole.stderr
    assert (
        unbundled((folder / "a" / "electromagnetics.safetensors").read_bytes())[1]["sha256"]
        == (record["sha256"])
    )

    state = folder / "b" / "electromagnetics.state"
    words = ["--folder", folder / "home", "train", "forecast", "electromagnetics", *SMALL]
    with subprocess.Popen(
        [sys.executable, "-m", "industriverse.apps.cli", *map(str, words), "--out", folder / "b"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        ends = time.monotonic() + 200
        while not state.exists() and process.poll() is None and time.monotonic() < ends:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=100)[1]
    assert process.returncode == 130, said
    assert state.is_file()
    again = run(
        "train", "forecast", "electromagnetics", *SMALL, "--out", folder / "b", "--json", "--resume"
    )
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["sha256"] == record["sha256"]
    assert not state.exists()


@pytest.mark.slow
def test_a_shipped_network_is_carried_to_a_file(run, folder):
    at = 2 * np.pi * np.arange(16) / 16
    time_s = np.arange(12.0)
    swirl = np.sin(at[None, None] - 0.3 * time_s[:, None, None]) * np.cos(at)[None, :, None]
    axes = {"time": time_s, "y": at, "x": at}
    tank = xr.Dataset({"swirl": (("time", "y", "x"), swirl, {"units": "1/s"})}, axes)
    tank.to_netcdf(folder / "tank.nc")
    weights = ("--weights", models_folder() / "forecast", "--out", folder / "adapters")
    done = run(
        "train", "adapter", folder / "tank.nc", "--from", "fluid", "--steps", 3, *weights, "--json"
    )
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["domain"] == "tank"
    assert record["data"]["frames"] == 12
    assert (folder / "adapters" / "tank.safetensors").is_file()
