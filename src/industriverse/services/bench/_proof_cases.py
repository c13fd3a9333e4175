"""Perfect forecasts of three domains, from exact solutions, for the proof of the proofs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Complex, Float

from industriverse.kernel.fields import Grid, Trajectory

DomainName = Literal["heat", "flow", "signal"]
Variables = Mapping[str, Float[np.ndarray, "frame *space"]]

_CELLS = 64
_OBSERVED = 24
_LEADS = 12
_GRID = Grid(
    (_CELLS, _CELLS), (1 / _CELLS, 1 / _CELLS), ("y", "x"), ("m", "m"), ("periodic", "periodic")
)
_AMBIENT_K = 293.15
_COLDEST_K = 173.15
_SIGNAL_PAST = 600
_SIGNAL_LEADS = 24
_NOISE_BAND = 0.3


@dataclass(frozen=True, slots=True)
class PerfectCase:
    """A record and its true future.

    Attributes:
        domain: Which of the three.
        adapter: Id of the domain's adapter.
        observed: The record: fields, or for the signal its samples on a grid without cells.
        future: The true continuation.
        level: What a scale error scales about, by variable.
        before: The true past played backwards from the last frame; None where no law sees time.
    """

    domain: DomainName
    adapter: str
    observed: Trajectory
    future: Variables
    level: Mapping[str, float]
    before: Variables


def perfect_case(domain: DomainName, seed: int) -> PerfectCase:
    """Return a perfect forecast of a domain."""
    makers: Mapping[DomainName, Callable[[np.random.Generator], PerfectCase]] = {
        "heat": _heat,
        "flow": _flow,
        "signal": _signal,
    }
    return makers[domain](np.random.default_rng(seed))


def _wave_numbers() -> tuple[Float[np.ndarray, "y 1"], Float[np.ndarray, "1 x"]]:
    whole = np.fft.fftfreq(_CELLS, 1 / _CELLS)[:, None]
    half = np.fft.rfftfreq(_CELLS, 1 / _CELLS)[None, :]
    return 2 * np.pi * whole, 2 * np.pi * half


def _to_cells(waves: Complex[np.ndarray, "frame y x2"]) -> Float[np.ndarray, "frame y x"]:
    return np.fft.irfft2(waves, (_CELLS, _CELLS))


def _heat(rng: np.random.Generator) -> PerfectCase:
    """Conduction in a periodic body: every wave decays as exp(−D k² t), exactly."""
    ky, kx = _wave_numbers()
    square = ky**2 + kx**2
    width = rng.uniform(2.5, 5.0) * 2 * np.pi
    start = np.fft.rfft2(rng.standard_normal((_CELLS, _CELLS))) * np.exp(-square / width**2)
    start[0, 0] = 0
    start *= rng.uniform(5, 20) / _to_cells(start[None]).std()
    diffusivity = 1e-4
    step = rng.uniform(0.01, 0.04) / (diffusivity * width**2)

    def at(times: Float[np.ndarray, "frame"]) -> Variables:
        since_start = times[:, None, None] + step * (_OBSERVED - 1)
        decay = np.exp(-diffusivity * square * since_start)
        return {"temperature": _AMBIENT_K + _to_cells(start * decay)}

    parameters = {"density": 7800.0, "specific_heat": 500.0, "reference_temperature": _COLDEST_K}
    observed = _trajectory(at(_past(step)), {"temperature": "K"}, step, parameters)
    level = {"temperature": _COLDEST_K}
    return PerfectCase("heat", "heat", observed, at(_ahead(step)), level, at(_reversed(step)))


def _flow(rng: np.random.Generator) -> PerfectCase:
    """Vortices of one wavelength on a steady stream: an exact Navier–Stokes solution.

    Any sum of waves of one |k| has no nonlinear term, so it decays as exp(−ν k² t) while the stream
    carries it (Taylor and Green's vortices are the four-wave case).
    """
    ky, kx = _wave_numbers()
    ring = int(rng.choice([5, 10, 25]))
    on_ring = np.isclose(ky**2 + kx**2, (2 * np.pi) ** 2 * ring)
    psi = on_ring * np.fft.rfft2(rng.standard_normal((_CELLS, _CELLS)))
    speed = _to_cells((1j * ky * psi)[None]).std()
    psi = psi / speed
    drift = rng.uniform(0.1, 0.5) * rng.choice([-1, 1], size=2)
    square = (2 * np.pi) ** 2 * ring
    step = 0.25 / np.sqrt(square)
    viscosity = rng.uniform(0.01, 0.06) / (square * step)

    def at(times: Float[np.ndarray, "frame"]) -> Variables:
        t = times[:, None, None]
        waves = psi * np.exp(-viscosity * square * t - 1j * (kx * drift[0] + ky * drift[1]) * t)
        return {
            "u": drift[0] + _to_cells(1j * ky * waves),
            "v": drift[1] + _to_cells(-1j * kx * waves),
        }

    parameters = {"density": 1000.0, "kinematic_viscosity": float(viscosity)}
    observed = _trajectory(at(_past(step)), {"u": "m/s", "v": "m/s"}, step, parameters)
    level = {"u": 0.0, "v": 0.0}
    return PerfectCase("flow", "fluid", observed, at(_ahead(step)), level, at(_reversed(step)))


def _signal(rng: np.random.Generator) -> PerfectCase:
    """Three tones and band noise that simply go on."""
    count = _SIGNAL_PAST + _SIGNAL_LEADS
    time = np.arange(count, dtype=np.float64)
    rates = rng.uniform((0.03, 0.1, 0.2), (0.08, 0.18, 0.35))
    tones = [
        size * np.sin(2 * np.pi * rate * time + rng.uniform(0, 2 * np.pi))
        for size, rate in zip((1.0, 0.7, 0.5), rates, strict=True)
    ]
    low = np.fft.rfftfreq(2 * count) < _NOISE_BAND
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(2 * count)) * low)[:count]
    values = 20.0 + np.sum(tones, axis=0) + 0.3 * noise
    point = Grid((), (), (), (), ())
    observed = Trajectory({"voltage": values[:_SIGNAL_PAST]}, {"voltage": "V"}, point, 0.0, 1.0)
    future = {"voltage": values[_SIGNAL_PAST:]}
    before = {"voltage": values[_SIGNAL_PAST - 2 : -_SIGNAL_LEADS - 2 - _SIGNAL_LEADS : -1]}
    return PerfectCase("signal", "signal", observed, future, {"voltage": 20.0}, before)


def _past(step: float) -> Float[np.ndarray, "frame"]:
    return step * np.arange(1 - _OBSERVED, 1)


def _ahead(step: float) -> Float[np.ndarray, "frame"]:
    return step * np.arange(1, _LEADS + 1)


def _reversed(step: float) -> Float[np.ndarray, "frame"]:
    return -_ahead(step)


def _trajectory(
    variables: Variables, units: Mapping[str, str], step: float, parameters: Mapping[str, float]
) -> Trajectory:
    return Trajectory(variables, units, _GRID, 0.0, float(step), closed=True, parameters=parameters)
