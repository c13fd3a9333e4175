"""Layers that commute with a shift of the grid, channels last."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float, Int

from industriverse.kernel.fields import Boundary

# Sums keep to 1e-12 in double precision; and training must not depend on who else switched it on.
jax.config.update("jax_enable_x64", True)

Ends = tuple[Boundary, Boundary]
Sizes = tuple[int, int]
Random = np.random.Generator
Features = Float[Array, "y x feature"]
_LONGER_BOX = 1.25


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


class Waves(eqx.Module):
    """A kernel as wide as the grid: a matrix for each of its longest waves, and one for all else.

    Along an axis that is not periodic the waves are those of a longer box, empty beyond the wall:
    so the two ends are no neighbours.

    Attributes:
        real, imaginary: `(2 modes, modes, in, out)`. Waves along y from `-modes` to `modes - 1`,
            along x from 0 to `modes - 1`; a grid of fewer cells has fewer.
        near: The same affine map in each cell.

    References:
        Li et al. (2021), Fourier neural operator for parametric partial differential equations.
    """

    real: Float[Array, "wave_y wave_x in out"]
    imaginary: Float[Array, "wave_y wave_x in out"]
    near: Mixing

    @classmethod
    def fresh(cls, sizes: Sizes, modes: int, gain: float, random: Random) -> "Waves":
        """Return random weights that keep the size of their input times `gain`, or less."""
        shape, scale = (2 * modes, modes, *sizes), gain / np.sqrt(2 * sizes[0])
        real, imaginary = drawn(shape, scale, random), drawn(shape, scale, random)
        return cls(real, imaginary, Mixing.fresh(sizes, gain, random))

    def __call__(self, features: Float[Array, "y x in"], ends: Ends) -> Float[Array, "y x out"]:
        """Return the features after the kernel, as many cells as before."""
        rows, columns = features.shape[:2]
        modes = self.real.shape[1]
        high, wide = min(modes, rows // 2), min(modes, columns // 2)
        along_y = _waves(np.arange(-high, high), rows, ends[0])
        along_x = _waves(np.arange(wide), columns, ends[1])
        kept = (slice(modes - high, modes + high), slice(wide))
        kernel = jax.lax.complex(self.real[kept], self.imaginary[kept])
        seen = jnp.einsum("yxi,xl->yil", features, along_x.conj() / columns)
        seen = jnp.einsum("yil,yk->kli", seen, along_y.conj() / rows)
        made = jnp.einsum("kli,klio->klo", seen, kernel)
        made = jnp.einsum("klo,yk->ylo", made, along_y)
        return self.near(features) + jnp.einsum("ylo,xl->yxo", made, along_x).real


def _waves(
    numbers: Int[np.ndarray, "wave"], cells: int, end: Boundary
) -> Complex[np.ndarray, "cell wave"]:
    """Return waves of an axis, `number` of them to the box."""
    box = cells if end == "periodic" else _LONGER_BOX * cells
    angle = 2 * np.pi * np.outer(np.arange(cells), numbers) / box
    return np.exp(1j * angle).astype(np.complex64)


class Block(eqx.Module):
    """A residual step: level, modulate by the condition, look around, mix.

    Attributes:
        modulation: From the condition to a factor and an offset for each feature (FiLM).
        around: The dilated kernel, or that of the longest waves.
        mixing: After the nonlinearity.

    References:
        Perez et al. (2018), FiLM; Stachenfeld et al. (2022), Learned coarse models.
    """

    modulation: Mixing
    around: Convolution | Waves
    mixing: Mixing

    @classmethod
    def fresh(cls, sizes: tuple[int, int], dilation: int, modes: int, random: Random) -> "Block":
        """Return random weights; the block starts as a small change.

        Args:
            sizes: Of the features and of the condition.
            dilation: Cells between the taps of the kernel; 0 for the longest waves.
            modes: How many of them along an axis.
            random: Where the numbers come from.
        """
        width, conditions = sizes
        square = (width, width)
        modulation = Mixing.fresh((conditions, 2 * width), 0.1, random)
        around: Convolution | Waves
        if dilation:
            around = Convolution.fresh(square, dilation, 1.4, random)
        else:
            around = Waves.fresh(square, modes, 1.0, random)
        return cls(modulation, around, Mixing.fresh(square, 0.5, random))

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
