"""Random systems with something that no term of the library makes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from industriverse.engines.forecast.laws import library
from tests.fakes.library_truths import Extra, System, columns
from tests.laws_selection.inside import (
    LEAST_SHARE,
    Drawn,
    drawn_system,
    followed,
    largest_correlation,
    total_rate,
)  # fmt: skip

_DRAWS = 400
_HIDDEN = ("hidden channel", "memory")


@dataclass(frozen=True)
class Kind:
    """A way to leave the library: given draws and a system, what is added to the rate of u."""

    name: str
    made: Callable[[np.random.Generator, System], Extra]
    widest: float = 3.0
    """Of the waves at the start; high powers of short ones would not be resolved."""


def _symbol(made: Callable[[np.random.Generator, System], np.ndarray]):
    def kind(random: np.random.Generator, system: System) -> Extra:
        symbol = made(random, system)
        return lambda time, waves, fields: symbol * waves[0]

    return kind


def _local(made: Callable[[np.random.Generator, float], Callable[[np.ndarray], np.ndarray]]):
    def kind(random: np.random.Generator, system: System) -> Extra:
        of = made(random, float(system.start[0].std()))
        return lambda time, waves, fields: system.square.waves(of(fields[0]))

    return kind


def _unit(system: System) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return wave numbers in units of the longest wave's."""
    square = system.square
    first = square.kx[0, 1]
    return square.kx / first, square.ky / first, np.sqrt(square.square) / first


def _timed(random: np.random.Generator, system: System) -> Extra:
    """A transport whose speed swings about zero."""
    period = random.uniform(3, 6) * system.frame_s
    kx = _unit(system)[0]
    return lambda time, waves, fields: np.sin(2 * np.pi * time / period) * 1j * kx * waves[0]


def _forced(random: np.random.Generator, system: System) -> Extra:
    """Smooth noise, new at every eighth of a frame and joined by lines."""
    drawn = system.square.smooth(int(random.integers(2**31)), 2.5, 400)
    waves_of = system.square.waves(drawn)
    tick = system.frame_s / 8

    def extra(time: float, waves: np.ndarray, fields: np.ndarray) -> np.ndarray:
        at = time / tick
        before = min(int(at + 1e-9), len(waves_of) - 2)
        part = at - before
        return (1 - part) * waves_of[before] + part * waves_of[before + 1]

    return extra


def _unknown_place(random: np.random.Generator, system: System) -> Extra:
    """Growth where a field that is not given is high."""
    place = system.square.smooth(int(random.integers(2**31)), 3.0)[0]
    return lambda time, waves, fields: system.square.waves(place * fields[0])


KINDS = (
    Kind("fractional diffusion", _symbol(lambda r, s: -(np.abs(_unit(s)[0]) ** r.uniform(0.3, 1)))),
    Kind("Hilbert transform", _symbol(lambda r, s: -1j * np.sign(_unit(s)[0]))),
    Kind("sine", _local(lambda r, d: _sine(r.uniform(1.4, 2.2) / d))),
    Kind("fifth power", _local(lambda r, d: lambda u: -(u**5)), 2.0),
    Kind("fourth power", _local(lambda r, d: lambda u: -(u**4)), 2.0),
    Kind("mixed third order", _symbol(lambda r, s: 1j * _unit(s)[0] ** 2 * _unit(s)[1])),
    Kind("mixed fourth order", _symbol(lambda r, s: -(_unit(s)[0] ** 2) * _unit(s)[1] ** 2)),
    Kind("exponential", _local(lambda r, d: lambda u: -np.exp(1.5 * u / d)), 2.0),
    Kind("coupling afar", _symbol(lambda r, s: np.exp(-1j * r.uniform(1.5, 3) * _unit(s)[0]))),
    Kind("swinging transport", _timed),
    Kind("noise forcing", _forced),
    Kind("unknown place", _unknown_place),
    Kind(_HIDDEN[0], _forced),
    Kind(_HIDDEN[1], _forced),
)


def _sine(rate: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda u: np.sin(rate * u)


def outside(seed: int, frames: int) -> tuple[Drawn, str]:
    """Return the first system of a seed that passes the rules, and how it leaves the library.

    Finite, resolved and moving as those inside; what is outside keeps 5 % or more of ‖∂u/∂t‖
    after projection on all columns of the library, by least squares at all cells of all frames
    together, and of the first alone unless it swings in time.
    """
    kind = KINDS[seed % len(KINDS)]
    for attempt in range(_DRAWS):
        random = np.random.default_rng([seed, attempt, 2])
        system = _left(random, kind, seed)
        hidden = kind.name in _HIDDEN
        # Cheap, and refuses most; what swings in time is nothing at first.
        first = share_outside(system, system.start[None], hidden=hidden)
        if first < LEAST_SHARE and kind.made is not _timed:
            continue
        path = followed(system, frames)
        if path is None:
            continue
        share = share_outside(system, path, hidden=hidden)
        if share >= LEAST_SHARE:
            shown = path[:, :1] if hidden else path
            return Drawn(
                system, shown, share, largest_correlation(system, path), attempt
            ), kind.name
    raise AssertionError(f"None of {_DRAWS} draws of seed {seed} passes the rules.")


def _left(random: np.random.Generator, kind: Kind, seed: int) -> System:
    """Return a drawn system with what is outside added, at 0.4 to 1 of the rate of the rest."""
    if kind.name in _HIDDEN:
        return _hiding(random, kind.name)
    inside = [3] if seed // len(KINDS) % 2 == 0 else [2, 2]
    system = drawn_system(random, inside, kind.widest)
    extra = kind.made(random, system)
    square = system.square
    waves = square.waves(system.start)
    # A frame on: what swings in time is nothing at the start.
    added = square.fields(square.kept * extra(system.frame_s, waves, square.fields(waves)))
    rest = square.fields(system.rates(0.0, waves)[0])
    weight = random.uniform(0.4, 1.0) * rest.std() / added.std()
    return replace(system, extra=lambda *at: weight * extra(*at))


def _hiding(random: np.random.Generator, name: str) -> System:
    """Return two channels of which the second, drawn or a memory of the first, drives the first."""
    system = drawn_system(random, [2, 2])
    of = {c: {t.name: t for t in library(c, ["u", "v"])} for c in ("u", "v")}
    rate = random.uniform(0.05, 0.15) / system.frame_s
    laws = dict(system.laws)
    laws["u"] = [*system.laws["u"][:1], (of["u"]["v"], float(random.choice([-1, 1]) * rate))]
    if name == "memory":
        slow = random.uniform(0.1, 0.3) / system.frame_s
        laws["v"] = [(of["v"]["u"], slow), (of["v"]["v"], -slow)]
    return replace(system, laws=laws)


def share_outside(system: System, path: np.ndarray, *, hidden: bool) -> float:
    """Return what of ∂u/∂t no combination of the library's columns makes, over ‖∂u/∂t‖."""
    names = system.names[:1] if hidden else system.names
    every = library("u", names)
    whole = columns(system, every, path)
    scale = np.linalg.norm(whole, axis=0)
    rate = total_rate(system, "u", path)
    found = np.linalg.lstsq(whole / np.where(scale > 0, scale, 1.0), rate, rcond=None)[0]
    rest = rate - whole / np.where(scale > 0, scale, 1.0) @ found
    return float(np.linalg.norm(rest) / np.linalg.norm(rate))
