"""What goes wrong in a simulated round, drawn from a seed."""

import hashlib
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jaxtyping import Float

from industriverse.engines.consensus._terms import MODES, REPLICAS, Mode, Terms

STRATEGIES = (
    "silent",
    "crash",
    "corrupt",
    "mute",
    "slow",
    "split",
    "script",
    "honest and script",
)
"""What a faulty replica does: `mute` has no forecast but votes; `split` shows each other replica a
face of its own and votes with both; `script` sends whatever it can sign, to whom and when it likes.
"""
BREAKS = ("delay", "loss", "partition", "skew", "two faulty")
"""How a schedule may break what safety rests on."""
START_US = 1_000_000
_VALUES = 2


class SimulatedKey:
    """A key that follows from a number; the adversary of a simulation holds it, nobody else."""

    def __init__(self, number: int) -> None:
        seed = hashlib.sha256(f"simulated replica {number}".encode()).digest()
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._key.sign(message)


@cache
def keys() -> tuple[SimulatedKey, ...]:
    """Return the keys of all simulated replicas."""
    return tuple(SimulatedKey(number) for number in range(REPLICAS))


@dataclass(frozen=True, slots=True)
class Schedule:
    """One simulated round.

    Attributes:
        seed: Everything follows from it, the draws during the run as well.
        terms: Of the round.
        offsets_us: [µs]. What each replica's clock shows beyond true time.
        forecasts: `(replica, value)`. What each would forecast when honest.
        faulty: Replica to strategy.
        breaks: Which of `BREAKS` happen; none where the bound is kept.
    """

    seed: int
    terms: Terms
    offsets_us: tuple[int, ...]
    forecasts: Float[np.ndarray, "replica value"]
    faulty: dict[int, str]
    breaks: frozenset[str]

    @property
    def honest(self) -> tuple[int, ...]:
        """The replicas without a fault."""
        return tuple(number for number in range(REPLICAS) if number not in self.faulty)

    def random(self) -> Random:
        """Return the source of the draws during the run."""
        return Random(f"run {self.seed}")


def draw(seed: int, *, mode: Mode | None = None, broken: bool = False) -> Schedule:
    """Return the schedule of a seed.

    Args:
        seed: Any whole number.
        mode: Drawn where not given.
        broken: Whether the bound on time or on the number of faults is broken.
    """
    random = Random(f"schedule {seed} {broken}")
    drawn = random.choice(MODES)
    breaks = frozenset(random.sample(BREAKS, random.choice((1, 1, 2)))) if broken else frozenset()
    terms = Terms(
        nonce=f"simulation {seed}",
        asked=hashlib.sha256(b"simulation").hexdigest(),
        members=tuple(key.public_key for key in keys()),
        shape=(_VALUES,),
        mode=mode or drawn,
        delay_us=random.choice((1, 50, 1000, 100_000)),
        skew_us=random.choice((0, 1, 20, 5000)),
    )
    most = 4 * terms.bound_us if "skew" in breaks else terms.skew_us
    offsets = tuple(random.choice((0, most, random.randint(0, most))) for _ in range(REPLICAS))
    numbers = np.random.default_rng(seed)
    forecasts = numbers.normal(0, 1) + numbers.normal(0, 0.1, (REPLICAS, _VALUES))
    return Schedule(seed, terms, offsets, forecasts, _faults(random, breaks), breaks)


def _faults(random: Random, breaks: frozenset[str]) -> dict[int, str]:
    count = 2 if "two faulty" in breaks else random.choice((0, 1, 1, 1))
    return {n: random.choice(STRATEGIES) for n in random.sample(range(REPLICAS), count)}
