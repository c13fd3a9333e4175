"""What a convecting layer carries, holds and makes: heat, energy, entropy."""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ._rayleigh_benard import Flow, RayleighBenard

Series = Float[jax.Array, "time"]


def temperature(system: RayleighBenard, flow: Flow, mean: float) -> Float[jax.Array, "time y x"]:
    """Return the temperature of each cell [K].

    Args:
        system: The layer.
        flow: Frames.
        mean: [K]. Of the two plates.
    """
    return mean + flow.warmth + system.conduction[None]


def velocity(
    system: RayleighBenard, flow: Flow
) -> tuple[Float[jax.Array, "time y x"], Float[jax.Array, "time y x"]]:
    """Return u_x and u_y at cell centres [m/s], the mean of each cell's two faces."""
    along, up = jax.vmap(system.layer.velocity)(flow.stream)
    return (along + jnp.roll(along, -1, axis=2)) / 2, (up[:, 1:] + up[:, :-1]) / 2


def kinetic_energy(system: RayleighBenard, flow: Flow) -> Series:
    """Return the mean of `|u|²/2` over the faces [m²/s²], the sum that advection keeps."""
    along, up = jax.vmap(system.layer.velocity)(flow.stream)
    cells = system.layer.cells * system.layer.rows
    return ((along**2).sum(axis=(1, 2)) + (up**2).sum(axis=(1, 2))) / (2 * cells)


def nusselt(system: RayleighBenard, flow: Flow) -> Float[jax.Array, "3 time"]:
    """Return the heat carried, as a multiple of conduction: lower plate, upper plate, dissipation.

    The third is `⟨|∇T|²⟩ H²/ΔT²`. All three have one mean over a long time, and are equal in
    steady flow to rounding, since the scheme's advection keeps T².
    """
    low, high = jax.vmap(system.layer.plate_gradients)(flow.warmth)
    lost = jax.vmap(system.layer.squared_gradient)(flow.warmth)
    scale = system.layer.depth / system.difference
    return jnp.stack([1 - low * scale, 1 - high * scale, 1 + lost * scale**2])


def heat_residual(system: RayleighBenard, flow: Flow) -> Series:
    """Return the rise of the mean temperature less what the plates gave, as a share of ΔT."""
    mean = flow.warmth.mean(axis=(1, 2))
    return (mean - mean[0] - flow.through.sum(axis=1)) / system.difference


def entropy_made(system: RayleighBenard, flow: Flow, mean: float) -> Series:
    """Return `ΔS − Σ Q/T` since the start, per volume and `ρ c_p`; it never falls (Clausius).

    Args:
        system: The layer.
        flow: Frames.
        mean: [K]. Of the two plates, above ΔT/2.
    """
    inside = jnp.log(temperature(system, flow, mean) / mean).mean(axis=(1, 2))
    half = system.difference / 2
    given = flow.through[:, 0] / (mean + half) + flow.through[:, 1] / (mean - half)
    return inside - inside[0] - given
