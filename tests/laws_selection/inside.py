"""Random systems of the library whose every term matters: what is drawn, and what is refused."""

from dataclasses import dataclass

import numpy as np

from industriverse.engines.forecast.laws import LibraryTerm, library
from tests.fakes.library_truths import System, columns, resolved
from tests.fakes.periodic_truths import Square
from tests.laws_selection.identities import other_form

CELLS = 48
NOISE = 0.01
LEAST_SHARE = 0.05
LARGEST_CORRELATION = 0.95
LEAST_CHANGE = 0.02
LEAST_DEVIATION, LARGEST_VALUE = 1e-2, 20.0
_TAIL = 1e-6
_DRAWS = 400


@dataclass(frozen=True)
class Drawn:
    """A system and what its frames show.

    Attributes:
        system: The truth.
        frames: `(time, channel, y, x)` of the channels that are shown, without noise.
        share: The least of a term's norm over that of its channel's ∂u/∂t.
        correlation: The largest between a term and any other column of the library.
        refused: Draws before this one.
    """

    system: System
    frames: np.ndarray
    share: float
    correlation: float
    refused: int


def inside(seed: int, frames: int) -> Drawn:
    """Return the first system of a seed that passes the rules.

    The rules look at the truth alone: finite and resolved in time (steps halved, 1e-8) and space
    (last waves below 1e-6), every interval changes every channel by 2 % of its deviation or more,
    every term is 5 % or more of ‖∂u/∂t‖, and no term correlates by more than 0.95 with any other
    column of its channel's library.
    """
    sizes = _sizes(seed)
    for attempt in range(_DRAWS):
        system = drawn_system(np.random.default_rng([seed, attempt]), sizes)
        path = followed(system, frames)
        if path is None:
            continue
        share = least_share(system, path)
        if share < LEAST_SHARE:
            continue
        correlation = largest_correlation(system, path)
        if correlation <= LARGEST_CORRELATION:
            return Drawn(system, path, share, correlation, attempt)
    raise AssertionError(f"None of {_DRAWS} draws of seed {seed} passes the rules.")


def _sizes(seed: int) -> list[int]:
    """Return how many terms each equation has: one with two to six, or two with two to four."""
    random = np.random.default_rng([seed])
    return [2 + seed // 2 % 5] if seed % 2 == 0 else [int(n) for n in random.integers(2, 5, 2)]


def drawn_system(random: np.random.Generator, sizes: list[int], widest: float = 3.0) -> System:
    """Return an equation of each size for as many channels, one term in each damping."""
    names = ["u", "v"][: len(sizes)]
    side = float(random.choice([1.0, 2 * np.pi, 50.0]))
    square = Square(CELLS, side)
    start = np.concatenate(
        [square.smooth(random.integers(2**31), random.uniform(1.5, widest)) for _ in names]
    )
    start = random.uniform(0.3, 1.0, (len(names), 1, 1)) * start
    start += random.uniform(-0.5, 0.5, (len(names), 1, 1))
    bare = System(square, {name: [] for name in names}, start, 1.0)
    frame_s = float(random.choice([0.1, 1.0, 20.0]))
    change = np.exp(random.uniform(np.log(0.05), np.log(0.15)))
    waves = square.waves(start)
    laws = {}
    for place, name in enumerate(names):
        terms = _terms(random, name, names, sizes[place])
        shares = random.uniform(0.3, 1.0, len(terms)) * random.choice([-1, 1], len(terms))
        fields = np.stack([bare.fields(term, waves) for term in terms])
        norms = np.sqrt((fields**2).mean(axis=(1, 2))) + 1e-300
        shares[0] = _damping_sign(terms[0]) * random.uniform(0.5, 1.5)
        weights = shares / norms
        rate = np.tensordot(weights, fields, axes=1)
        weights *= change * start[place].std() / (rate.std() + 1e-300) / frame_s
        laws[name] = list(zip(terms, map(float, weights), strict=True))
    return System(square, laws, start, frame_s)


def _terms(
    random: np.random.Generator, name: str, names: list[str], size: int
) -> list[LibraryTerm]:
    every = {term.name: term for term in library(name, names)}
    damping = str(random.choice([f"∇²{name}"] * 3 + [f"∇⁴{name}"]))
    others = [term for term in every if term != damping]
    chosen = random.choice(others, size - 1, replace=False)
    found = [every[one] for one in (damping, *map(str, chosen))]
    return [other_form(term, name) if random.random() < 0.5 else term for term in found]


def _damping_sign(term: LibraryTerm) -> int:
    return -1 if term.name.startswith("∇⁴") else 1


def followed(system: System, frames: int) -> np.ndarray | None:
    """Return the solution where it is finite, resolved and moving."""
    square = system.square
    highest = np.maximum(np.abs(square.kx), np.abs(square.ky)) * square.spacing / np.pi
    last = (square.kept > 0) & (highest > 0.85 * 2 / 3)

    def kept(newest: np.ndarray) -> bool:
        deviation = newest.std(axis=(2, 3))
        changes = np.sqrt((np.diff(newest, axis=0) ** 2).mean(axis=(2, 3)))
        waves = np.abs(np.fft.rfft2(newest[-1])) / square.cells**2
        tail = np.sqrt((waves[..., last] ** 2).sum(axis=-1))
        return bool(
            deviation.min() > LEAST_DEVIATION
            and np.abs(newest).max() < LARGEST_VALUE
            and (tail < _TAIL * deviation[-1]).all()
            and (changes >= LEAST_CHANGE * deviation[:-1][: len(changes)]).all()
        )

    return resolved(system, frames, kept)


def least_share(system: System, path: np.ndarray) -> float:
    """Return the least norm of a term over that of its channel's ∂u/∂t, all frames together."""
    least = np.inf
    for name, terms in system.laws.items():
        parts = columns(system, [t for t, _ in terms], path) * [w for _, w in terms]
        rate = np.linalg.norm(total_rate(system, name, path))
        least = min(least, float(np.linalg.norm(parts, axis=0).min() / rate))
    return least


def total_rate(system: System, name: str, path: np.ndarray) -> np.ndarray:
    """Return ∂u/∂t of a channel at all cells of all frames."""
    place = system.names.index(name)
    found = []
    for count, frame in enumerate(path):
        waves = system.rates(count * system.frame_s, np.fft.rfft2(frame))[place]
        found.append(system.square.fields(waves).ravel())
    return np.concatenate(found)


def largest_correlation(system: System, path: np.ndarray) -> float:
    """Return the largest cosine between a term and another column of its channel's library."""
    largest = 0.0
    for name, terms in system.laws.items():
        every = library(name, system.names)
        whole = columns(system, every, path)
        whole /= np.linalg.norm(whole, axis=0) + 1e-300
        among = np.abs(whole.T @ whole) - np.eye(len(every))
        places = [[t.name for t in every].index(t.name) for t, _ in terms]
        largest = max(largest, float(among[places].max()))
    return largest


def with_noise(frames: np.ndarray, seed: int) -> np.ndarray:
    """Return frames with white noise of 1 % of each channel's deviation."""
    noise = np.random.default_rng([seed, 1]).normal(size=frames.shape)
    return frames + NOISE * frames.std(axis=(0, 2, 3), keepdims=True) * noise
