"""Darcy's law on cells: `φ c ∂p/∂t = ∇·((k/μ) ∇p) + q`, by finite volumes and implicit steps.

The flux through a face is the harmonic mean of both cells' k/μ times the pressure's fall, exact
where permeability jumps at faces (Aziz & Settari, Petroleum Reservoir Simulation, §3.7). All
rates here are per volume.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ._elimination import Cells, Eliminated, eliminated

Number = Float[jax.Array, ""]
Faces = tuple[Float[jax.Array, "y1 x"], Float[jax.Array, "y x1"]]

_SHARE = 1 - math.sqrt(0.5)
"""Both stages' share of a step: second order, and the stiffest modes vanish in one step."""


class Rock(NamedTuple):
    """What a rock lets through and holds.

    Attributes:
        storage: `(y, x)` [1/Pa]. φ c.
        across_y: `(y−1, x)` [1/(Pa s)]. Conductance of faces between rows, per volume of a cell.
        across_x: `(y, x−1)` [1/(Pa s)]. Of faces between columns.
        leak: `(y, x)` [1/(Pa s)]. To sides that are held at a pressure.
        outside: `(y, x)` [Pa]. That pressure.
    """

    storage: Cells
    across_y: Float[jax.Array, "y1 x"]
    across_x: Float[jax.Array, "y x1"]
    leak: Cells
    outside: Cells

    def fluxes(self, pressure: Cells) -> Faces:
        """Return the flux through inner faces, towards larger y and x [1/s]."""
        down, right = jnp.diff(pressure, axis=0), jnp.diff(pressure, axis=1)
        return -self.across_y * down, -self.across_x * right

    def gain(self, pressure: Cells, source: Cells) -> Cells:
        """Return what a cell gains: through faces and sides, and from wells [1/s]."""
        from_sides = self.leak * (self.outside - pressure)
        return gathered(self.fluxes(pressure)) + from_sides + source

    def dissipation(self, pressure: Cells) -> Number:
        """Return the mean of `(k/μ) |∇p|²` [W/m³], never below zero."""
        along_y, along_x = self.fluxes(pressure)
        inner = (along_y**2 / self.across_y).sum() + (along_x**2 / self.across_x).sum()
        return (inner + (self.leak * (self.outside - pressure) ** 2).sum()) / pressure.size

    def surplus(self, pressure: Cells, source: Cells) -> Number:
        """Return half the dissipation less the wells' power, per volume [W/m³].

        While the wells are steady it never rises, and is least in the steady flow: its slope in p
        is `−φ c ∂p/∂t` (Onsager, Phys. Rev. 37, 1931; Thomson's principle in the steady case).
        """
        return self.dissipation(pressure) / 2 - (source * pressure).mean()

    def system(self, storage: Cells) -> Eliminated:
        """Return `storage p − gain(p)` as a system to be solved."""
        total = storage + self.leak
        total = total.at[1:].add(self.across_y).at[:-1].add(self.across_y)
        total = total.at[:, 1:].add(self.across_x).at[:, :-1].add(self.across_x)
        return eliminated(total, self.across_y, self.across_x)

    def steady(self, source: Cells) -> Cells:
        """Return the pressure of incompressible flow [Pa].

        Between walls only its differences are known, and its mean is zero.
        """
        walls = self.leak.sum() == 0
        # Wells in balance: a cell tied to nothing holds the level without drawing any flow.
        tie = jnp.where(walls, self.across_y[0, 0] + self.across_x[0, 0], 0.0)
        system = self.system(jnp.zeros_like(source).at[0, 0].set(tie))

        def closer(pressure: Cells, _: None) -> tuple[Cells, None]:
            rest = self.gain(pressure, source)
            pressure = pressure + system.solve(rest - jnp.where(walls, rest.mean(), 0.0))
            return pressure - jnp.where(walls, pressure.mean(), 0.0), None

        # Once, and once more for what rounding left over.
        return jax.lax.scan(closer, jnp.zeros_like(source), None, length=2)[0]


class Flow(NamedTuple):
    """Fluid on its way.

    Attributes:
        pressure: `(y, x)` [Pa]. Above that of the start.
        dissipated: `()` [J/m³]. Mean of what friction took since the start.
        worked: `()` [J/m³]. Mean of what wells and sides put in since the start.
    """

    pressure: Float[jax.Array, "*time y x"]
    dissipated: Float[jax.Array, "*time"]
    worked: Float[jax.Array, "*time"]


class Stepper(NamedTuple):
    """A step of two implicit stages (Alexander, SIAM J. Numer. Anal. 14, 1977).

    Attributes:
        rock: Conductances and storage.
        source: `(y, x)` [1/s]. Of the wells.
        step_s: [s].
        system: Of both stages.
    """

    rock: Rock
    source: Cells
    step_s: Number
    system: Eliminated

    @classmethod
    def of(cls, rock: Rock, source: Cells, step_s: Number) -> "Stepper":
        """Return a step, its system eliminated."""
        return cls(rock, source, step_s, rock.system(rock.storage / (_SHARE * step_s)))

    def __call__(self, flow: Flow) -> tuple[Flow, Faces]:
        """Return the flow a step later, and the mean flux through the faces on the way.

        The pressure is moved by these fluxes, so that what the cells hold is balanced to rounding.
        """
        rock, step_s = self.rock, self.step_s
        held = rock.storage / (_SHARE * step_s)

        def stage(now: tuple[Flow, Faces], share: Number) -> tuple[tuple[Flow, Faces], None]:
            known, passed = now
            right = held * known.pressure + self.source + rock.leak * rock.outside
            pressure = self.system.solve(right)
            gain = rock.gain(pressure, self.source) / rock.storage
            later = Flow(
                known.pressure + share * step_s * gain,
                known.dissipated + share * step_s * rock.dissipation(pressure),
                known.worked + share * step_s * self._power(pressure),
            )
            fluxes = rock.fluxes(pressure)
            return (later, (passed[0] + share * fluxes[0], passed[1] + share * fluxes[1])), None

        nothing = jnp.zeros_like(rock.across_y), jnp.zeros_like(rock.across_x)
        shares = jnp.asarray([1 - _SHARE, _SHARE])
        # A scan, so that the solution is compiled once.
        return jax.lax.scan(stage, (flow, nothing), shares)[0]

    def _power(self, pressure: Cells) -> Number:
        sides = self.rock.leak * (self.rock.outside - pressure) * self.rock.outside
        return (self.source * pressure + sides).mean()


def gathered(fluxes: Faces) -> Cells:
    """Return what cells between walls gain from fluxes through the inner faces."""
    along_y, along_x = fluxes
    into_y = jnp.pad(along_y, ((1, 0), (0, 0))) - jnp.pad(along_y, ((0, 1), (0, 0)))
    into_x = jnp.pad(along_x, ((0, 0), (1, 0))) - jnp.pad(along_x, ((0, 0), (0, 1)))
    return into_y + into_x
