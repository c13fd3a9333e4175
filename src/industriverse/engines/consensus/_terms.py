"""What the replicas of one round agree on before they start, and the name it gives the round."""

from dataclasses import dataclass, field
from typing import Literal

from industriverse.kernel.canonical import Json, canonical_bytes
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.signatures import KEY_BYTES

from ._reading import hexadecimal, listed, members, one_of, refuse, text, whole

Mode = Literal["synchronous", "unanimous"]
MODES: tuple[Mode, ...] = ("synchronous", "unanimous")
REPLICAS = 3
_NAMES = ("nonce", "asked", "members", "shape", "mode", "delay_us", "skew_us")
_MOST_VALUES = 1 << 27
_MOST_AXES = 8
_LONGEST_US = 3_600_000_000
_LONGEST_NONCE = 200
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Terms:
    """One round: who takes part, what was asked, and the bound on which safety rests.

    Attributes:
        nonce: Makes the round's name unique; never used twice by one ensemble.
        asked: SHA-256 of the request, in hex.
        members: Raw Ed25519 public keys of replicas 0, 1 and 2, all different.
        shape: Shape of every forecast, with at least one value.
        mode: `synchronous` (two equal votes commit) or `unanimous` (three do).
        delay_us: [µs]. Longest time from the moment at which an honest replica is due to send, to
            the moment at which an honest one handles it.
        skew_us: [µs]. Most by which the clocks of two honest replicas differ.
        round: SHA-256 of all of the above, in hex: a signature on it is on every term.
    """

    nonce: str
    asked: str
    members: tuple[bytes, ...]
    shape: tuple[int, ...]
    mode: Mode
    delay_us: int
    skew_us: int
    round: str = field(init=False)

    def __post_init__(self) -> None:
        """Refuse terms that no round can have, and name the round."""
        keys = set(self.members)
        if len(keys) != REPLICAS or len(self.members) != REPLICAS:
            raise ContractError(
                f"A round needs {REPLICAS} different keys, not {len(keys)} of {len(self.members)}.",
                hint="Give each replica a key of its own.",
            )
        if any(len(key) != KEY_BYTES for key in keys):
            raise ContractError(f"A member's key is not {KEY_BYTES} bytes long.")
        _insist_on_shape(self.shape)
        times = (self.delay_us, self.skew_us)
        if self.delay_us < 1 or self.skew_us < 0 or max(times) > _LONGEST_US:
            raise ContractError(
                f"Delay {self.delay_us} µs and skew {self.skew_us} µs are no bound on time.",
                hint="Give a delay of 1 µs to one hour, and a skew of 0 to one hour.",
            )
        object.__setattr__(self, "round", sha256_hex(canonical_bytes(self.to_json())))

    @property
    def bound_us(self) -> int:
        """[µs]. A message is handled at most this much later, by the receiver's own clock."""
        return self.delay_us + self.skew_us

    @property
    def quorum(self) -> int:
        """How many equal votes commit."""
        return 2 if self.mode == "synchronous" else REPLICAS

    def to_json(self) -> Json:
        """Return the terms as they are hashed and handed to a third party."""
        return {
            "nonce": self.nonce,
            "asked": self.asked,
            "members": [key.hex() for key in self.members],
            "shape": list(self.shape),
            "mode": self.mode,
            "delay_us": self.delay_us,
            "skew_us": self.skew_us,
        }


def _insist_on_shape(shape: tuple[int, ...]) -> None:
    values = 1
    for side in shape:
        values *= side
    if not shape or len(shape) > _MOST_AXES or min(shape) < 1 or values > _MOST_VALUES:
        raise ContractError(
            f"A forecast of shape {shape} cannot be agreed on.",
            hint=f"Give one to {_MOST_AXES} axes with 1 to {_MOST_VALUES} values in all.",
        )


def read_terms(value: Json) -> Terms:
    """Read terms that `to_json` wrote.

    Raises:
        ContractError: A member is missing, unknown or not in its one form.
    """
    entry = members(value, "terms", _NAMES)
    nonce = text(entry["nonce"], "nonce")
    if len(nonce) > _LONGEST_NONCE:
        refuse("nonce", f"at most {_LONGEST_NONCE} characters")
    keys = [hexadecimal(key, "key", KEY_BYTES) for key in listed(entry["members"], "members")]
    return Terms(
        nonce=nonce,
        asked=hexadecimal(entry["asked"], "asked", _HASH_BYTES),
        members=tuple(bytes.fromhex(key) for key in keys),
        shape=tuple(whole(side, "side") for side in listed(entry["shape"], "shape")),
        mode=one_of(entry["mode"], "mode", MODES),
        delay_us=whole(entry["delay_us"], "delay_us"),
        skew_us=whole(entry["skew_us"], "skew_us"),
    )
