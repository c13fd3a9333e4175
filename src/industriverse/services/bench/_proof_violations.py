"""Eleven ways to break a perfect forecast, each by a size that can be turned down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import interpolate

from ._proof_cases import PerfectCase, Variables

Break = Callable[[PerfectCase, float], Variables]
Frames = Float[np.ndarray, "frame *space"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One planted violation.

    Attributes:
        name: As the issue of the proofs names it.
        meaning: What a size of one is.
        largest: Size at which it must be caught; None where it is there or not.
        apply: Returns the broken forecast; None where it is planted elsewhere than in the values.
    """

    name: str
    meaning: str
    largest: float | None
    apply: Break | None


def _each(case: PerfectCase, change: Callable[[str, Frames], Frames]) -> Variables:
    return {name: change(name, values) for name, values in case.future.items()}


def _about_level(case: PerfectCase, factor: Float[np.ndarray, "lead"]) -> Variables:
    def change(name: str, values: Frames) -> Frames:
        level = case.level[name]
        return level + (values - level) * _columns(factor, values)

    return _each(case, change)


def _columns(row: Float[np.ndarray, "lead"], values: Frames) -> Float[np.ndarray, "..."]:
    return row.reshape(-1, *(1,) * (values.ndim - 1))


def _grow(case: PerfectCase, rate: float) -> Variables:
    """Multiply the energy by `1 + rate` a step, everywhere."""
    leads = np.arange(1, 1 + len(next(iter(case.future.values()))))
    # Heat is linear in its variable, the other energies are squares.
    power = 1.0 if case.domain == "heat" else 0.5
    return _about_level(case, (1 + rate) ** (power * leads))


def _leak(case: PerfectCase, size: float) -> Variables:
    return _grow(case, -size)


def _source(case: PerfectCase, size: float) -> Variables:
    """Let a spot (or, for the signal, a tone) feed in energy at a steady rate."""
    leads = np.arange(1.0, 1 + len(next(iter(case.future.values()))))

    def change(name: str, values: Frames) -> Frames:
        spread = values - case.level[name]
        if values.ndim == 1:
            tone = np.sin(2 * np.pi * 0.15 * leads)
            return values + np.sqrt(2 * size * leads) * spread.std() * tone
        y, x = np.indices(values.shape[1:]) - np.array(values.shape[1:]).reshape(-1, 1, 1) / 2
        spot = np.exp(-(x**2 + y**2) / (2 * 4.0**2))
        spot *= spread[0].size * np.sqrt((spread[0] ** 2).mean()) / spot.sum()
        return values + size * _columns(leads, values) * spot

    return _each(case, change)


def _reverse(case: PerfectCase, size: float) -> Variables:
    return _each(case, lambda name, values: (1 - size) * values + size * case.before[name])


def _flatten(case: PerfectCase, size: float) -> Variables:
    """Raise each wave's amplitude to the power `1 − size`, at the same variance."""

    def change(name: str, values: Frames) -> Frames:
        axes = (0,) if values.ndim == 1 else tuple(range(1, values.ndim))
        mean = values.mean(axis=axes, keepdims=True)
        waves = np.fft.rfftn(values - mean, axes=axes)
        strength = np.abs(waves) / np.abs(waves).max()
        flat = np.fft.irfftn(
            waves * np.maximum(strength, 1e-12) ** -size, [values.shape[a] for a in axes], axes=axes
        )
        flat *= (values - mean).std(axis=axes, keepdims=True) / flat.std(axis=axes, keepdims=True)
        return mean + flat

    return _each(case, change)


def _shift(case: PerfectCase, size: float) -> Variables:
    """Move fields by some cells along the last axis, signals by some samples in time."""

    def change(name: str, values: Frames) -> Frames:
        if values.ndim == 1:
            whole = np.concatenate([case.observed.variables[name], values])
            time = np.arange(len(whole), dtype=np.float64)
            return interpolate.CubicSpline(time, whole)(time[-len(values) :] - size)
        rates = np.fft.rfftfreq(values.shape[-1])
        turned = np.fft.rfft(values, axis=-1) * np.exp(-2j * np.pi * rates * size)
        return np.fft.irfft(turned, values.shape[-1], axis=-1)

    return _each(case, change)


def _mirror(case: PerfectCase, size: float) -> Variables:
    return _each(case, lambda _, values: (1 - size) * values + size * np.flip(values, axis=-1))


def _noise(case: PerfectCase, size: float) -> Variables:
    rng = np.random.default_rng(7)

    def change(_: str, values: Frames) -> Frames:
        return values + size * values.std() * rng.standard_normal(values.shape)

    return _each(case, change)


def _scale(case: PerfectCase, size: float) -> Variables:
    leads = len(next(iter(case.future.values())))
    return _about_level(case, np.full(leads, 1 + size))


def _other_unit(case: PerfectCase, size: float) -> Variables:
    """State the numbers of °C, km/h or mV under the label of K, m/s or V."""
    del size
    factor, offset = {"heat": (1.0, -273.15), "flow": (3.6, 0.0), "signal": (1e3, 0.0)}[case.domain]
    return _each(case, lambda _, values: factor * values + offset)


VIOLATIONS: tuple[Violation, ...] = (
    Violation("energy leak", "share of the energy lost in each step", 0.5, _leak),
    Violation("source", "share of the energy fed in at one spot in each step", 0.5, _source),
    Violation("negative cell", "one cell's energy below zero, in means of the map", 1.0, None),
    Violation("time reversal", "share of the reversed past in the forecast", 1.0, _reverse),
    Violation("spectrum flattened", "1 makes all waves equally strong", 1.0, _flatten),
    Violation("shifted", "cells, or samples of the signal", 8.0, _shift),
    Violation("mirrored", "share of the mirror image", 1.0, _mirror),
    Violation("noise", "deviations of white noise added", 1.0, _noise),
    Violation("scale error", "share by which the values are too large", 1.0, _scale),
    Violation("unit error", "°C as K, km/h as m/s, mV as V", None, _other_unit),
    Violation("NaN", "one cell", None, None),
)
BY_NAME: Mapping[str, Violation] = {violation.name: violation for violation in VIOLATIONS}
