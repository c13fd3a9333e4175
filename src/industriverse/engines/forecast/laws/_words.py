"""Numbers with their errors, and the units of coefficients."""

from collections import Counter

import numpy as np

from ._library import LibraryTerm

_PLAIN_POWERS = -2, 3
"""Of ten, between which numbers are written out."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def unit(channel: str, term: LibraryTerm) -> str:
    """Return the unit of a term's coefficient in a channel's equation.

    Lengths are in m, times in s, channels in brackets: `[u]⁻² s⁻¹` for u³ in the equation of u.
    A given field's unit is in brackets too.
    """
    factors = Counter(f.field for f in term.pieces[0].factors if not f.field.startswith(_PLAIN))
    powers = Counter({channel: 1})
    powers.subtract(factors)
    parts = [f"[{name}]{_raised(power)}" for name, power in powers.items() if power]
    if term.order:
        parts.insert(0, f"m{_raised(term.order)}")
    return " ".join([*parts, "s⁻¹"])


_PLAIN = ("1", "cos ", "sin ")
"""Fields without a unit."""


def _raised(power: int) -> str:
    return "" if power == 1 else str(power).translate(_RAISED)


def number(value: float, error: float, *, latex: bool = False) -> str:
    """Return a number with ± twice its standard error, both to the error's second digit."""
    size = abs(value) or error or 1.0
    power = int(np.floor(np.log10(size)))
    if _PLAIN_POWERS[0] <= power <= _PLAIN_POWERS[1]:
        power = 0
    scale, wide = 10.0**power, 2 * error
    digits = 1 - int(np.floor(np.log10(wide / scale))) if wide > 0 else 6
    digits = int(np.clip(digits, 0, 12))
    sign = r"\pm" if latex else "±"
    text = f"{value / scale:.{digits}f} {sign} {wide / scale:.{digits}f}"
    if not power:
        return text
    return rf"({text})\times10^{{{power}}}" if latex else f"({text})e{power}"
