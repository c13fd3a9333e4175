"""Layers that commute with a shift of the grid, channels last."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from industriverse.kernel.fields import Boundary

# Sums keep to 1e-12 in double precision; and training must not depend on who else switched it on.
jax.config.update("jax_enable_x64", True)

Ends = tuple[Boundary, Boundary]
Sizes = tuple[int, int]
Random = np.random.Generator
Features = Float[Array, "y x feature"]


def drawn(shape: tuple[int, ...], scale: float, random: Random) -> Float[Array, "..."]:
    """Return normal numbers of a size, in single precision, the same on every machine.

    Drawn by NumPy: JAX's own generator compiles for a second or two for each new shape.
    """
    return jnp.asarray(scale * random.standard_normal(shape), jnp.float32)


class Convolution(eqx.Module):
    """A 3 × 3 kernel with taps `dilation` cells apart; zeros beyond ends that are not periodic.

    The zeros are how a network sees a wall.

    Attributes:
        kernel: `(3, 3, in, out)`.
        bias: `(out,)`.
        dilation: Cells between taps.
    """

    kernel: Float[Array, "3 3 in out"]
    bias: Float[Array, "out"]
    dilation: int = eqx.field(static=True)

    @classmethod
    def fresh(cls, sizes: Sizes, dilation: int, gain: float, random: Random) -> "Convolution":
        """Return random weights that keep the size of their input times `gain`."""
        kernel = drawn((3, 3, *sizes), gain / np.sqrt(9 * sizes[0]), random)
        return cls(kernel, jnp.zeros(sizes[1], jnp.float32), dilation)

    def __call__(self, features: Float[Array, "y x in"], ends: Ends) -> Float[Array, "y x out"]:
        """Return the convolved features, as many cells as before."""
        for axis, end in enumerate(ends):
            features = padded(features, axis, self.dilation, end)
        out = jax.lax.conv_general_dilated(
            features[None],
            self.kernel,
            (1, 1),
            "VALID",
            rhs_dilation=(self.dilation, self.dilation),
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        return out[0] + self.bias[None, None]


def padded(
    values: Float[Array, "y x feature"], axis: int, cells: int, end: Boundary
) -> Float[Array, "wide_y wide_x feature"]:
    """Return the values with cells added at both ends of an axis: wrapped around, or zero."""
    widths = [(0, 0)] * 3
    widths[axis] = (cells, cells)
    return jnp.pad(values, widths, mode="wrap" if end == "periodic" else "constant")


class Mixing(eqx.Module):
    """An affine map of the last axis, the same in each cell.

    Attributes:
        matrix: `(in, out)`.
        bias: `(out,)`.
    """

    matrix: Float[Array, "in out"]
    bias: Float[Array, "out"]

    @classmethod
    def fresh(cls, sizes: Sizes, gain: float, random: Random) -> "Mixing":
        """Return random weights that keep the size of their input times `gain`."""
        matrix = drawn(sizes, gain / np.sqrt(sizes[0]), random)
        return cls(matrix, jnp.zeros(sizes[1], jnp.float32))

    def __call__(self, features: Float[Array, "*cells in"]) -> Float[Array, "*cells out"]:
        """Return the mixed features."""
        mixed = features @ self.matrix
        return mixed + jnp.broadcast_to(self.bias, mixed.shape)


class Block(eqx.Module):
    """A residual step: level, modulate by the condition, look around, mix.

    Attributes:
        modulation: From the condition to a factor and an offset for each feature (FiLM).
        around: The dilated kernel.
        mixing: After the nonlinearity.

    References:
        Perez et al. (2018), FiLM; Stachenfeld et al. (2022), Learned coarse models.
    """

    modulation: Mixing
    around: Convolution
    mixing: Mixing

    @classmethod
    def fresh(cls, width: int, conditions: int, dilation: int, random: Random) -> "Block":
        """Return random weights; the block starts as a small change."""
        return cls(
            Mixing.fresh((conditions, 2 * width), 0.1, random),
            Convolution.fresh((width, width), dilation, 1.4, random),
            Mixing.fresh((width, width), 0.5, random),
        )

    def __call__(
        self, features: Features, condition: Float[Array, "condition"], ends: Ends
    ) -> Features:
        """Return the features after the step."""
        factor, offset = jnp.split(self.modulation(condition), 2)
        changed = levelled(features) * (1 + factor)[None, None] + offset[None, None]
        changed = jax.nn.gelu(self.around(changed, ends))
        return features + self.mixing(changed)


def levelled(features: Features) -> Features:
    """Return the features of each cell divided by their root mean square there."""
    square = jnp.mean(features**2, axis=-1, keepdims=True)
    return features * jax.lax.rsqrt(square + 1e-6)
