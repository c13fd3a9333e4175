"""The terminal face as a user meets it: whole processes, exit codes, files, no stack traces."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.interfaces.cli.main import _interrupt
from industriverse.kernel.plugins import Catalog, _check, installed
from industriverse.services.documents import PredictDocument


@pytest.fixture(scope="module")
def table(folder):
    random = np.random.default_rng(5)
    path = folder / "pump.csv"
    flow = 20 + 3 * np.sin(np.arange(300) / 7) + random.normal(0, 0.3, 300)
    rows = [f"2026-01-01T{i // 60:02d}:{i % 60:02d}:00Z,{v:.4f}" for i, v in enumerate(flow)]
    path.write_text("\n".join(["time,flow [kg/s]", *rows]))
    return path


@pytest.fixture(scope="module")
def answered(run, table, folder):
    done = run("predict", table, "--horizon", 6, "--json", "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_help_names_every_command_and_loads_no_jax(run):
    assert run("--help").returncode == 0
    code = "import sys, industriverse.apps.cli; print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_predict_prints_the_published_document(answered):
    document = PredictDocument.model_validate(answered)
    assert len(document.forecast.lead_times) == 6
    assert document.forecast.paths.keys() == {
        "result.json",
        "forecast.nc",
        "proof.json",
        "plot.png",
    }


def spreading(path, coarse=False):
    """Write heat that spreads at 0.002 m²/s, each wave exactly, or as differences have it."""
    random, at, heat = np.random.default_rng(3), np.arange(24), np.full((34, 24, 24), 290.0)
    for across, along in np.argwhere(np.ones((5, 5)))[1:]:
        turns = np.pi / 12 * np.array([across, along])
        steepness = (2 - 2 * np.cos(turns) if coarse else turns**2).sum()
        fade = np.exp(-0.12 * steepness * np.arange(34))
        phase = np.pi / 12 * (across * at[None] + along * at[:, None]) + random.normal()
        heat += random.normal() * fade[:, None, None] * np.cos(phase)
    metres = {name: (name, at * 1.0, {"units": "m"}) for name in ("y", "x")}
    data = xr.Dataset(
        {"heat": (("time", "y", "x"), heat, {"units": "K"})},
        {"time": ("time", 60.0 * np.arange(34), {"units": "s"}), **metres},
        {"boundary": "periodic"},
    )
    data.to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture(scope="module")
def plate(folder):
    return spreading(folder / "plate.nc")


def test_predict_writes_the_law_of_a_field(run, plate):
    done = run("predict", plate, "--horizon", 4)
    assert "law        ∂heat/∂t = 0.002 ∇²heat" in done.stdout
    answer = PredictDocument.model_validate_json(
        run("predict", plate, "--horizon", 4, "--json").stdout
    )
    assert answer.forecast.weights["law"] == pytest.approx(1.0, abs=1e-6)
    assert answer.forecast.laws[0].latex.startswith(r"\partial_t heat")
    assert answer.preview.kind == "maps"
    assert answer.preview.replay is not None
    largest = max(abs(e) for frame in answer.preview.replay.frames for e in frame.error if e)
    assert largest < 1e-6
    without = run("predict", plate, "--horizon", 4, "--no-law", "--json")
    assert PredictDocument.model_validate_json(without.stdout).forecast.laws == []


def test_predict_says_that_the_nearest_equation_is_no_law(run, folder):
    coarse = spreading(folder / "coarse.nc", coarse=True)
    done = run("predict", coarse, "--horizon", 4)
    assert "law        none for heat: The best combination of terms" in done.stdout
    assert "nearest    ∂heat/∂t =" in done.stdout
    assert "∇²heat" in done.stdout


def test_the_files_agree_with_the_document(answered, folder):
    out = folder / "out"
    assert json.loads((out / "result.json").read_text()) == answered
    data = xr.load_dataset(out / "forecast.nc", engine="h5netcdf")
    np.testing.assert_allclose(data["flow"], answered["forecast"]["values"]["flow"]["mean"])
    assert (out / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_an_auditor_verifies_with_the_public_key_alone(run, answered, folder, table):
    out = folder / "out"
    done = run(
        "verify", out / "proof.json", "--key", out / "signer.pub",
        "--input", table, "--forecast", out / "forecast.nc", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert found["valid"]
    assert all(finding["outcome"] == "holds" for finding in found["findings"])


def test_another_forecast_or_key_is_rejected(run, answered, folder, table):
    out = folder / "out"
    assert run("verify", out / "proof.json", "--forecast", table).returncode == 4
    (folder / "other.pub").write_text("ab" * 32)
    assert run("verify", out / "proof.json", "--key", folder / "other.pub").returncode in {2, 4}


def test_a_changed_proof_is_refused(run, answered, folder):
    data = bytearray((folder / "out" / "proof.json").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "bad.json").write_bytes(data)
    assert run("verify", folder / "bad.json").returncode in {2, 4}


def test_verify_needs_neither_jax_nor_a_database(answered, folder):
    code = (
        "import sys; from pathlib import Path\n"
        "from industriverse.services.verification import verify_files\n"
        f"answer = verify_files(Path({str(folder / 'out' / 'proof.json')!r}).read_bytes())\n"
        "print(answer.valid, sorted({'jax', 'sqlalchemy', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True []"


def test_backtest_scores_the_files_own_past(run, table):
    done = run("backtest", table, "--horizon", 4, "--origins", 60, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {row["lead_s"] for row in report["rows"]} == {60.0, 120.0, 180.0, 240.0}
    assert 0.75 < report["coverage"] <= 1
    assert report["skill"]["persistence"] > 0


def test_a_jump_out_of_all_that_was_seen_makes_it_abstain_and_still_write_all_files(run, folder):
    random = np.random.default_rng(0)
    path = folder / "jump.csv"
    level = np.where(np.arange(200) < 195, 20.0, 80.0) + random.normal(0, 1, 200)
    path.write_text("value\n" + "\n".join(f"{v:.6f}" for v in level))
    done = run("predict", path, "--json", "--out", folder / "abstained", "--horizon", 8)
    document = json.loads(done.stdout)
    assert done.returncode == 4
    assert document["abstained"]
    assert document["reason"]
    values = document["forecast"]["values"]["value"]
    assert values["mean"] == values["persistence"]
    names = {path.name for path in (folder / "abstained").iterdir()}
    assert names >= {"result.json", "forecast.nc", "proof.json", "plot.png"}


def test_a_whole_process_answers_too(folder, table):
    command = [sys.executable, "-m", "industriverse.apps.cli", "--folder", str(folder / "home")]
    done = subprocess.run(
        [*command, "predict", str(table)], capture_output=True, text=True, check=True
    )
    assert "proof" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["predict", "nowhere.csv"], 3, "nowhere.csv"),
        (["predict", "{bad}"], 2, "hint"),
        (["predict", "{table}", "--variable", "nothing"], 3, "nothing"),
        (["predict", "{table}", "--domain", "alchemy"], 2, "alchemy"),
        (["predict", "{table}", "--unit", "flow"], 2, "NAME=UNIT"),
        (["predict", "{table}", "--horizon", "0"], 2, "horizon"),
        (["predikt", "{table}"], 2, "predikt"),
        (["verify", "{table}"], 2, "contract"),
        (["bench", "nothing"], 3, "nothing"),
        (["check", "nothing"], 2, "catalog"),
        (["new", "nothing", "x"], 2, "nothing"),
    ],
)
def test_bad_calls_get_a_sentence_and_their_exit_code(run, folder, table, words, code, said):
    bad = folder / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    filled = [word.format(table=table, bad=bad) for word in words]
    done = run(*filled)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert said in done.stderr or said == "hint"
    assert done.stdout == ""


def test_the_catalogue_is_checked(run, monkeypatch):
    """Two plugins here; `tests/catalog` checks each of them all by itself."""
    some = Catalog({name: installed().get(name) for name in ("heat", "heat-conduction")})
    monkeypatch.setattr(_check, "installed", lambda: some)
    done = run("check", "catalog")
    assert (done.returncode, done.stdout) == (0, "2 plugins, no problem\n"), done.stderr
    broken = replace(some.get("heat"), needs=("alchemy",))
    some = Catalog({**some.plugins, "heat": broken})
    done = run("check", "catalog")
    assert (done.returncode, done.stdout) == (2, "")
    assert "alchemy" in done.stderr


def test_a_new_plugin_passes_the_check(run, folder):
    done = run("new", "domain", "steam_network", "--folder", folder)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.split()[-1]).is_dir()


def test_the_doctor_finds_a_healthy_installation(run, answered):
    done = run("doctor", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, report
    assert {finding["name"] for finding in report["findings"]} >= {"books", "proof log", "database"}


def test_the_demo_runs_from_file_to_verified_proof(run, folder):
    done = run("demo", "--out", folder / "demo", "--hours", "0.5")
    assert done.returncode == 0, done.stderr
    assert "valid" in done.stdout
    assert (folder / "demo" / "demo-plant.csv").exists()


def test_ctrl_c_stops_within_a_second_and_leaves_nothing_held(folder, table):
    home = folder / "stopped"
    child = _predicting(home, table)
    with build_platform(load_settings(folder=home)) as platform:
        while platform.ledger.balance("held:local", "CEU") == 0 and child.poll() is None:
            time.sleep(0.002)
        began = time.perf_counter()
        child.send_signal(signal.SIGINT)
        said = child.communicate(timeout=30)[1]
        assert time.perf_counter() - began < 2  # a second, and one for a busy machine
        assert child.returncode == 130, said
        assert b"Traceback" not in said
        assert platform.ledger.balance("held:local", "CEU") == 0


def test_ctrl_c_after_the_answer_leaves_the_answer(folder, table):
    with _predicting(folder / "answered", table, "--json") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        answer = child.stdout.readline()
        child.send_signal(signal.SIGINT)
        rest, said = child.stdout.read(), child.stderr.read()
    assert (child.returncode, said) in ((0, b""), (130, b"stopped\n"))
    assert json.loads(answer + rest)


def _predicting(home, table, *more):
    words = ["-m", "industriverse.apps.cli", "--folder", home, "predict", table, *more]
    pipe = subprocess.PIPE
    home.mkdir()
    return subprocess.Popen([sys.executable, *map(str, words)], stdout=pipe, stderr=pipe)


def test_an_interrupt_inside_a_collector_callback_or_an_import_is_put_off():
    def _some_gc_callback():
        return sys._getframe()

    called_back = _some_gc_callback()
    places: dict[str, Any] = {"sys": sys}
    exec(compile("importing = sys._getframe()", "<frozen importlib._bootstrap>", "exec"), places)
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        for swallowed in (called_back, places["importing"]):
            signal.setitimer(signal.ITIMER_REAL, 0)
            _interrupt(signal.SIGINT, swallowed)
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.01
        with pytest.raises(KeyboardInterrupt):
            _interrupt(signal.SIGALRM, sys._getframe())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_an_out_folder_in_the_way_of_a_file_is_told_before_anything_is_computed(
    run, folder, table, place
):
    (folder / "file").touch()
    done = run("predict", table, "--out", folder / place)
    assert done.returncode == 2
    assert "is not a folder" in done.stderr
