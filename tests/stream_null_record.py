"""False alarms of followed streams on noise, recorded: `python -m tests.stream_null_record FILE`.

Each line is one part of a null: its samples, and the changes announced at an asked rate. It goes on
where it stopped. A hundred million samples take some twenty minutes of a core.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

from industriverse.engines.regimes.stream import StreamFollower

RATES = (1e-5, 1e-6)
PART = 2_500_000
PARTS = 5
SEED = 20261201
_BLOCK = 100_000

Noise = np.ndarray


def _autoregressive(random: np.random.Generator, keep: float) -> Noise:
    return np.asarray(lfilter([1.0], [1.0, -keep], random.normal(size=PART)))


def _seasonal(random: np.random.Generator) -> Noise:
    return 2 * np.sin(np.arange(PART) * 2 * np.pi / 96) + random.normal(size=PART)


NULLS: dict[str, Callable[[np.random.Generator], Noise]] = {
    "normal": lambda random: random.normal(size=PART),
    "Student t, 3 degrees": lambda random: random.standard_t(3, size=PART),
    "AR(1), 0.7": lambda random: _autoregressive(random, 0.7),
    "season of 96": _seasonal,
}


def announced(samples: Noise, rate: float) -> int:
    """Return how many changes are announced in a series."""
    follower = StreamFollower(1, false_alarms=rate)
    blocks = (samples[t : t + _BLOCK, None] for t in range(0, len(samples), _BLOCK))
    return sum(len(follower.update(block).changes) for block in blocks)


def main() -> None:
    """Record what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    done = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    known = {(row["null"], row["part"], row["rate"]) for row in done}
    for part in range(PARTS):
        for number, (name, noise) in enumerate(NULLS.items()):
            for place, rate in enumerate(RATES):
                if (name, part, rate) in known:
                    continue
                seed = [SEED, number, part, place]
                count = announced(noise(np.random.default_rng(seed)), rate)
                row = {"null": name, "part": part, "rate": rate, "samples": PART, "seed": seed}
                with file.open("a", encoding="utf-8") as out:
                    out.write(json.dumps({**row, "announced": count}) + "\n")
                sys.stderr.write(f"{name}, part {part}, rate {rate:g}: {count}\n")


if __name__ == "__main__":
    main()
