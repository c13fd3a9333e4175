"""Loops that NumPy cannot vectorise, compiled to machine code on first use and kept on disk."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled by Numba, its machine code cached beside its source.

    Use it for loops over samples whose state depends on the sample before. The compiler is imported
    when the first such module is, so a caller keeps it out of paths that must start fast.

    Args:
        function: Plain loops over NumPy arrays and numbers; it may call other compiled functions.

    Notes:
        The tests check shapes by wrapping every function at import; the compiler needs the
        function inside.
    """
    from numba import njit  # noqa: PLC0415 (a tenth of a second and more that only streams need)

    # A loop over a long block may take a second, in which a server answers others.
    make: Any = njit(cache=True, fastmath=False, nogil=True)
    return cast("Callable[P, R]", make(inspect.unwrap(function)))
