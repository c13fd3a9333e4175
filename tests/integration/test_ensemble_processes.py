"""Three real processes: they agree, one may die, hang or lie, and two may not."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.adapters.network_files import write_whole
from industriverse.bootstrap.ensembles import start_ensemble
from industriverse.engines.consensus import read_certificate
from industriverse.engines.forecast.network import Channel, FluxNet, Plan, Scene, pack, rollout
from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.services.bench import BenchSettings, ensemble
from industriverse.services.bench.ensemble import Program
from industriverse.services.ensemble import (
    Ensemble,
    EnsembleForecast,
    EnsembleRequest,
    EnsembleSettings,
    ReplicaSpec,
)

# A busy machine wakes a process late; the bound is wide, so that it holds there too.
SETTINGS = EnsembleSettings(delay_s=1.0, work_s=60)
HISTORY = np.random.default_rng(1).normal(0, 1, (5, 16, 16))
REQUEST = EnsembleRequest(HISTORY, 2)


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    """Let a new process find the replicas' works of the tests; it gets this one's path."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))


def works(name, **arguments):
    return ReplicaSpec(f"tests.fakes.replica_works:{name}", arguments)


def ask(running: Ensemble, request: EnsembleRequest = REQUEST) -> EnsembleForecast:
    return running.forecast(request, Context.fresh())


def mean_of(found: EnsembleForecast) -> np.ndarray:
    assert found.mean is not None
    return found.mean


def test_processes_agree_and_their_keys_are_their_own(tmp_path):
    specs = [works("drifting", by=by) for by in (0.1, 0.2, 0.4)]
    # All three must be heard here, so the bound is wider still.
    with start_ensemble(specs, tmp_path, EnsembleSettings(delay_s=5.0, work_s=60)) as running:
        found = ask(running)
        keys = running.keys
    assert found.status == "confirmed"
    np.testing.assert_allclose(
        mean_of(found), HISTORY[-1] + 0.2 * np.arange(1, 3).reshape(-1, 1, 1)
    )
    assert read_certificate(found.certificate or b"", keys=keys).is_of(mean_of(found))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"replica-{n}.pem" for n in range(3)
    ]
    with start_ensemble(specs, tmp_path, SETTINGS) as again:
        assert again.keys == keys


def test_one_process_may_die_and_a_second_halts_it(tmp_path):
    specs = [
        works("drifting", by=0.1),
        works("after", calls=1, then="crash"),
        works("after", calls=2, then="crash"),
    ]
    with start_ensemble(specs, tmp_path, SETTINGS) as running:
        assert ask(running).status == "confirmed"
        one_down = ask(running)
        two_down = ask(running)
    assert (one_down.status, one_down.outcomes[1]) == ("confirmed", "late")
    assert (two_down.status, two_down.mean) == ("halted", None)
    assert two_down.why == "replica 1: its process has ended; replica 2: its process has ended"


def test_one_that_hangs_and_one_that_lies_are_each_survived(tmp_path):
    specs = [
        works("drifting", by=0.1),
        works("drifting", by=0.2),
        works("after", calls=1, then="lie", by=0.3),
    ]
    settings = EnsembleSettings(delay_s=1.0, work_s=5)
    with start_ensemble(specs, tmp_path / "lies", settings) as running:
        ask(running)
        lied = ask(running)
    assert (lied.status, lied.outcomes[2]) == ("confirmed", "differ")
    assert np.abs(mean_of(lied) - HISTORY[-1]).max() <= 0.4 + 1e-12
    specs[2] = works("after", calls=0, then="hang", seconds=600)
    with start_ensemble(specs, tmp_path / "hangs", settings) as running:
        hung = ask(running)
    assert (hung.status, hung.outcomes[2]) == ("confirmed", "late")
    assert hung.work_s < 5


def test_a_replica_whose_file_is_no_network_does_not_start(tmp_path):
    specs = [works("drifting")] * 2
    bad = ReplicaSpec(
        "industriverse.bootstrap.replica_works:network",
        {"weights": str(tmp_path / "none"), "domain": "heat"},
    )
    with pytest.raises(UnavailableError, match=r"Replicas \[2\] did not start"):
        start_ensemble([*specs, bad], tmp_path, SETTINGS)
    with pytest.raises(ContractError, match="3 replicas, not 2"):
        start_ensemble(specs, tmp_path, SETTINGS)


def test_networks_with_weights_of_their_own_commit_their_median(tmp_path):
    plan = Plan((Channel("e"),), ("heat",), frames=2, width=4, dilations=(1,), conditions=4)
    models = [FluxNet.untrained(plan, seed) for seed in range(3)]
    specs: list[ReplicaSpec] = []
    for seed, model in enumerate(models):
        path = Path(tmp_path / f"heat-{seed}.safetensors")
        write_whole(path, pack(model, {"seed": seed}))
        specs.append(
            ReplicaSpec(
                "industriverse.bootstrap.replica_works:network",
                {"weights": str(path), "domain": "heat"},
            )
        )
    history = np.random.default_rng(2).normal(0, 1, (3, 1, 16, 16))
    with start_ensemble(specs, tmp_path / "keys", SETTINGS) as running:
        found = ask(running, EnsembleRequest(history, 3))
    assert found.status == "confirmed"
    seen = jnp.asarray(history[-2:], jnp.float32)
    each = np.stack([rollout(model, seen, Scene("heat"), 3).mean for model in models])
    np.testing.assert_allclose(mean_of(found), np.median(each, axis=0), rtol=1e-5, atol=1e-6)


def test_members_of_the_family_are_replicas_too(tmp_path):
    names = ("persistence", "ridge_autoregression", "dynamic_modes")
    hours = np.arange(200.0)
    table = np.stack([np.sin(hours / 5), np.cos(hours / 7)], axis=1)
    specs = [
        ReplicaSpec("industriverse.bootstrap.replica_works:panel", {"member": name})
        for name in names
    ]
    with start_ensemble(specs, tmp_path, SETTINGS) as running:
        found = ask(running, EnsembleRequest(table, 4))
    assert found.status == "confirmed"
    assert mean_of(found).shape == (4, 2)
    assert sorted(found.forecasts) == [0, 1, 2]
    np.testing.assert_array_equal(found.forecasts[0], np.repeat(table[-1:], 4, axis=0))


def test_a_stopped_process_is_survived_and_no_process_is_left(tmp_path):
    specs = [works("drifting", by=by) for by in (0.1, 0.2, 0.4)]
    running = start_ensemble(specs, tmp_path, EnsembleSettings(delay_s=1.0, work_s=2))
    processes = cast("Any", running.end).__self__.processes
    with running:
        os.kill(processes[0].pid, signal.SIGSTOP)
        found = ask(running)
        os.kill(processes[0].pid, signal.SIGCONT)
    assert (found.status, found.outcomes[0]) == ("confirmed", "late")
    assert not any(process.is_alive() for process in processes)


@pytest.mark.skipif(
    os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1", reason="a minute: make test-solvers"
)
def test_the_benchmark_counts_what_it_injected(tmp_path):
    settings = BenchSettings(
        0, tmp_path, tmp_path, lambda *_: None, _no_file, start_ensemble=start_ensemble
    )
    cases: Any = (("synchronous", None), ("synchronous", "lie"))
    program = Program(rounds=2, faulty_rounds=2, origins=2, delay_s=1.0, cases=cases)
    found = ensemble.run(settings, program)
    well, lying = found["rows"]
    assert (well["confirmed"], well["faulty_rounds"], well["trust_of_last"]) == (2, 0, 1.0)
    assert (lying["confirmed"], lying["faulty_rounds"]) == (2, 2)
    assert lying["trust_of_last"] < 1
    assert found["metrics"]["faulty_rounds"] == 2
    assert found["metrics"]["synchronous_p99_s"] >= well["p50_s"] > 2.0
    assert -1 <= found["metrics"]["members_error_correlation"] <= 1
    assert found["metrics"]["members_rounds"] == 2


def _no_file(path):
    raise AssertionError(f"{path} is none of this benchmark's business.")


def test_the_example_of_the_documentation_runs(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "consensus.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.+?)```", page, re.DOTALL)
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(("confirmed", "unconfirmed"))
