"""Scores of fields: the proper score that trains, and the error that is reported."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

_FLOOR = 1e-7


def gaussian_crps(
    mean: Float[Array, "..."], variance: Float[Array, "..."], truth: Float[Array, "..."]
) -> Float[Array, "..."]:
    r"""Return the continuous ranked probability score of a Gaussian, in the unit of the mean.

    $$\sigma\left[z\,(2\Phi(z) - 1) + 2\varphi(z) - \pi^{-1/2}\right],\quad z = (y-\mu)/\sigma$$

    Args:
        mean: `(...)`.
        variance: `(...)`, above zero.
        truth: `(...)`.

    References:
        Gneiting & Raftery (2007), Strictly proper scoring rules, eq. 21.
    """
    spread = jnp.sqrt(variance)
    apart = (truth - mean) / spread
    density = jnp.exp(-(apart**2) / 2) / np.sqrt(2 * np.pi)
    certain = jax.scipy.special.erf(apart / np.sqrt(2))
    return spread * (apart * certain + 2 * density - 1 / np.sqrt(np.pi))


def vrmse(
    forecast: Float[np.ndarray, "*frames channel y x"],
    truth: Float[np.ndarray, "*frames channel y x"],
) -> Float[np.ndarray, "*frames channel"]:
    r"""Return the root mean square error in units of the truth's standard deviation in space.

    $$\sqrt{\langle|u-v|^2\rangle \,/\, (\langle|u-\bar u|^2\rangle + 10^{-7})}$$

    Args:
        forecast: `(*frames, channel, y, x)`.
        truth: `(*frames, channel, y, x)`.

    Returns:
        `(*frames, channel)`. One is the error of the truth's own mean.

    References:
        Ohana et al. (2024), The Well: a large-scale collection of diverse physics simulations.

    Examples:
        >>> truth = np.array([[[0.0, 2.0], [0.0, 2.0]]])
        >>> vrmse(np.ones_like(truth), truth).round(3).tolist()
        [1.0]
    """
    wanted = truth.astype(np.float64)
    error = np.mean((forecast - wanted) ** 2, axis=(-2, -1))
    return np.sqrt(error / (np.var(wanted, axis=(-2, -1)) + _FLOOR))


def map_entropy(density: Float[Array, "y x"]) -> Float[Array, ""]:
    """Return the entropy of the cells' shares in nats, smooth in what is above zero."""
    held = jnp.maximum(density, 0)
    shares = held / jnp.maximum(held.sum(), jnp.finfo(density.dtype).tiny)
    safe = jnp.where(shares > 0, shares, 1)
    return -(shares * jnp.log(safe)).sum()
