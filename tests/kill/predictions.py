"""Kills a platform in the middle of predictions; each acknowledged one must be there once."""

import json
import multiprocessing as mp
import random
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import Platform, build_platform
from industriverse.kernel.context import Context
from industriverse.kernel.ports import ReadOptions
from industriverse.services.predict import PredictRequest
from tests.kill.record import Result, run_recorded
from tests.kill.store_checks import check_books, check_log

THREADS = 2
_ROWS = 64
_PATIENCE_S = 120.0
_LONGEST_S = 1.5
_NEWEST = slice(-20, None)
Ack = tuple[str, str, str, int]
"""Trace, proof id, ledger key, micro-CEU: all that an answer promises."""


def work(folder: Path, number: int, answers: Any) -> None:
    """Predict without end, reporting every answer."""
    with build_platform(load_settings(folder=folder), writer=True) as platform:
        platform.billing.recover(platform.prove.has)
        answers.send("ready")
        said = threading.Lock()

        def predict(thread: int) -> None:
            random_wave = np.random.default_rng([number, thread])
            while True:
                wave = np.sin(np.arange(_ROWS) / 5) + random_wave.normal(0, 0.1, _ROWS)
                read = platform.read_object(wave, ReadOptions(), name="wave")
                request = PredictRequest(read, "wave", horizon=3)
                made = platform.predict.run(request, Context.fresh())
                with said:
                    answers.send(
                        (made.trace_id, made.proof.id, made.receipt.id, made.receipt.micro_ceu)
                    )

        threads = [threading.Thread(target=predict, args=(i,)) for i in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@dataclass(slots=True)
class History:
    """What was acknowledged in all rounds, and the roots that were signed."""

    acknowledged: list[Ack] = field(default_factory=list[Ack])
    roots: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    kills: int = 0
    checked: int = 0


def kill_once(folder: Path, number: int, seed: int, history: History) -> Result:
    """Start, work, SIGKILL at a random instant, and check everything."""
    chance = random.Random(f"{seed}/{number}")
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill.predictions"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(folder, number, theirs), daemon=True)
    process.start()
    theirs.close()
    # One kill in five falls in the start-up, one in the first prediction, the rest under load.
    messages_first = chance.choice((0, 1, 2, 2, 2))
    heard = _listen(ours, messages_first, chance.uniform(0, _LONGEST_S))
    assert process.is_alive(), "the platform ended by itself"
    process.kill()
    process.join(_PATIENCE_S)
    heard += _drain(ours)
    history.acknowledged += [ack for ack in heard if isinstance(ack, tuple)]
    history.kills += 1
    newest = history.acknowledged[history.checked :]
    history.checked = len(history.acknowledged)
    return {"acknowledged": len(history.acknowledged), **check(folder, history, newest)}


def _listen(answers: Any, messages_first: int, delay_s: float) -> list[Ack | str]:
    """Wait for some messages (`ready`, then answers), then for a while; return what was said."""
    heard: list[Ack | str] = []
    for _ in range(messages_first):
        assert answers.poll(_PATIENCE_S), "the platform said nothing"
        heard.append(answers.recv())
    end = time.monotonic() + delay_s
    while (left := end - time.monotonic()) > 0:
        if answers.poll(left):
            heard.append(answers.recv())
    return heard


def _drain(answers: Any) -> list[Ack | str]:
    """Return what had been sent before the kill; a message cut in half was never heard."""
    heard: list[Ack | str] = []
    while True:
        try:
            heard.append(answers.recv())
        except (EOFError, OSError):
            return heard


def check(
    folder: Path, history: History, acknowledged: Sequence[Ack], roots: slice = _NEWEST
) -> dict[str, int]:
    """Hold books, log and runs against some answers, and against roots signed before."""
    with build_platform(load_settings(folder=folder)) as platform:
        store = platform.prove.store
        kept = [store.get(proof_id) for _, proof_id, _, _ in acknowledged]
        check_log(store, [(p.id, p.leaf, p.envelope) for p in kept], history.roots[roots])
        lines = check_books(platform.ledger, [], "CEU")
        for trace, proof_id, key, micro_ceu in acknowledged:
            posted = platform.ledger.find(key)
            assert posted is not None
            assert posted.posting.kind == "settle"
            charged = [e.amount for e in posted.posting.entries if e.account == "treasury"]
            assert charged == [micro_ceu], f"{key} was charged {charged}, said {micro_ceu}"
            run = platform.runs.store.get(trace, tenant="local")
            assert run.proof_id == proof_id
            assert platform.blobs.has(dict(run.files)["forecast.nc"])
        unheard = store.size() - len(history.acknowledged)
        assert 0 <= unheard <= THREADS * history.kills
        if store.size():
            checkpoint = platform.prove.checkpoint()
            history.roots.append((checkpoint.size, checkpoint.root))
        return {"proofs": store.size(), "postings": lines, "unheard": unheard}


def settle_all(folder: Path, history: History) -> None:
    """After the last kill: every answer is there, and recovery leaves nothing held."""
    check(folder, history, history.acknowledged, slice(None))
    with build_platform(load_settings(folder=folder), writer=True) as platform:
        platform.billing.recover(platform.prove.has)
        _assert_nothing_held(platform)
        platform.atlas.catch_up()


def _assert_nothing_held(platform: Platform) -> None:
    assert platform.ledger.balance("held:local", "CEU") == 0
    assert sum(platform.ledger.balances("CEU").values()) == 0


def main(arguments: Sequence[str]) -> None:
    """Run a recorded, resumable campaign: `FOLDER RECORD.jsonl ROUNDS SEED`."""
    folder, record, rounds, seed = Path(arguments[0]), Path(arguments[1]), *map(int, arguments[2:])
    saved = folder / "history.json"
    history = _resumed(saved)

    def one_round(number: int) -> Result:
        result = kill_once(folder / "platform", number, seed, history)
        saved.write_text(
            json.dumps(
                {
                    "acknowledged": history.acknowledged,
                    "roots": [(size, root.hex()) for size, root in history.roots],
                    "kills": history.kills,
                }
            )
        )
        return result

    folder.mkdir(parents=True, exist_ok=True)
    run_recorded(record, rounds, one_round)
    settle_all(folder / "platform", history)


def _resumed(saved: Path) -> History:
    if not saved.exists():
        return History()
    held = json.loads(saved.read_text())
    acks = [(trace, proof, key, int(ceu)) for trace, proof, key, ceu in held["acknowledged"]]
    roots = [(size, bytes.fromhex(root)) for size, root in held["roots"]]
    return History(acks, roots, held["kills"], len(acks))


if __name__ == "__main__":
    # By its own name, so that a child forks with everything imported already.
    from tests.kill import predictions

    predictions.main(sys.argv[1:])
