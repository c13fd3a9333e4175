"""Which array library answers, in which precision, and when to compile.

NumPy in, NumPy out, with nothing to compile; JAX in, JAX out, compiled once per shape and
differentiable. Both run the same lines.
"""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import ParamSpec, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

jax.config.update("jax_enable_x64", True)

A = TypeVar("A", np.ndarray, jax.Array)
P = ParamSpec("P")
R = TypeVar("R")


def namespace(array: object) -> ModuleType:
    """Return the library that an array belongs to."""
    return jnp if isinstance(array, jax.Array) else np


def float64(array: Float[A, "..."]) -> Float[A, "..."]:
    """Return an array in double precision, in its own library."""
    xp = namespace(array)
    return xp.asarray(array, dtype=xp.float64)


def space_axes(array: Float[A, "..."], grid: Grid) -> tuple[int, ...]:
    """Return the trailing axes that lie on the grid, counted from the end.

    Raises:
        ContractError: The trailing axes are not those of the grid.
    """
    dims = len(grid.shape)
    if array.ndim < dims or tuple(array.shape[array.ndim - dims :]) != grid.shape:
        raise ContractError(
            f"An array of shape {tuple(array.shape)} does not end with the grid's {grid.shape}.",
            hint="Put batch axes first, then the grid's axes in its order.",
        )
    return tuple(range(-dims, 0))


def even_spacing(grid: Grid) -> tuple[float, ...]:
    """Return spacings that may be added in squares: physical, or one a cell where units differ."""
    return grid.spacing if len(set(grid.units)) == 1 else (1.0,) * len(grid.shape)


def physical(
    *static: str, check: Callable[..., None] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function for JAX arrays and leave it as it is for NumPy arrays.

    Args:
        static: Names of the arguments that are not arrays: grids, counts, options.
        check: Called with the arrays and the numbers given by name before the work, except
            while JAX traces, when they have no values yet.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        compiled = jax.jit(function, static_argnames=static)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            given = (*args, *kwargs.values())
            arrays = [a for a in given if isinstance(a, np.ndarray | jax.Array)]
            if check is not None and not any(isinstance(a, Tracer) for a in given):
                options = [v for name, v in kwargs.items() if name not in static]
                check(*arrays, *(np.asarray(v, np.float64) for v in options if _is_number(v)))
            on_jax = any(isinstance(a, jax.Array) for a in arrays)
            return (compiled if on_jax else function)(*args, **kwargs)

        return call

    return wrap


def _is_number(value: object) -> bool:
    return isinstance(value, float | int)


def require_finite(*arrays: Float[A, "..."]) -> None:
    """Refuse NaN and infinity.

    Raises:
        ContractError: A value is not finite.
    """
    for array in arrays:
        bad = int(array.size) - int(np.isfinite(np.asarray(array)).sum())
        if bad:
            raise ContractError(
                f"{bad} of {array.size} values are NaN or infinite.",
                hint="Fill or mask them before computing physics.",
            )


def require_energy(*arrays: Float[A, "..."]) -> None:
    """Refuse what cannot be an energy density above its reference.

    Raises:
        ContractError: A value is not finite or below zero.
    """
    require_finite(*arrays)
    for array in arrays:
        if array.size and (lowest := float(np.asarray(array).min())) < 0:
            raise ContractError(
                f"The lowest value is {lowest:.4g}; an energy density is at least zero.",
                hint="Subtract a reference no higher than the lowest energy.",
            )


def require_positive(*arrays: Float[A, "..."]) -> None:
    """Refuse values that have no logarithm.

    Raises:
        ContractError: A value is not finite or not above zero.
    """
    require_finite(*arrays)
    for array in arrays:
        if array.size and (lowest := float(np.asarray(array).min())) <= 0:
            raise ContractError(
                f"The lowest value is {lowest:.4g}; a logarithm needs it above 0.",
                hint="Use absolute temperature (kelvin), absolute pressure and mass density.",
            )
