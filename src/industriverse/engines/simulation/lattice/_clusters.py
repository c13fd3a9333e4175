"""Clusters of like spins, all of a cluster flipped at once (Swendsen & Wang 1987)."""

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Int

Sites = Int[jax.Array, "y x"]
Bonds = Bool[jax.Array, "y x"]


def turned(spin: Sites, temperature: Float[jax.Array, ""], key: jax.Array) -> Sites:
    """Return the lattice after each cluster was turned or not by the toss of a coin.

    Like neighbours are bound with the chance `1 − exp(−2/T)`; this keeps Boltzmann's weights and
    forgets a critical lattice in a few steps.

    Args:
        spin: +1 or −1 on a periodic lattice.
        temperature: `k_B T / J`.
        key: Of this step's draws.
    """
    for_bonds, for_coins = jax.random.split(key)
    draws = jax.random.uniform(for_bonds, (2, *spin.shape))
    chance = -jnp.expm1(-2 / temperature)
    down, right = ((spin == jnp.roll(spin, -1, axis)) & (draws[axis] < chance) for axis in (0, 1))
    coins = jax.random.bernoulli(for_coins, shape=(spin.size,))
    return jnp.where(coins[clusters(down, right)], -spin, spin)


def clusters(down: Bonds, right: Bonds) -> Sites:
    """Return for each site the lowest number among the sites that bonds join it to.

    Args:
        down: Whether a site is bound to the next along y.
        right: Whether it is bound to the next along x.
    """
    count = down.size
    own = jnp.arange(count).reshape(down.shape)

    def spread(state: tuple[Sites, Bool[jax.Array, ""]]) -> tuple[Sites, Bool[jax.Array, ""]]:
        label, _ = state
        lower = label
        for axis, bound in ((0, down), (1, right)):
            ahead = jnp.where(bound, jnp.roll(label, -1, axis), count)
            behind = jnp.where(jnp.roll(bound, 1, axis), jnp.roll(label, 1, axis), count)
            lower = jnp.minimum(lower, jnp.minimum(ahead, behind))
        # A label is a site's number: where that site has a lower one by now, it is ours too.
        lower = lower.reshape(-1)[lower]
        return lower, (lower != label).any()

    label, _ = jax.lax.while_loop(lambda state: state[1], spread, (own, jnp.asarray(True)))
    return label
