"""Units at the edge: any spelling in, one canonical text out (UDUNITS style, `W m-2`)."""

import re
from functools import lru_cache
from typing import cast

from ._arrow import Foreign

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_PURE = frozenset(
    {"1", "-", "–", "—", "none", "unitless", "dimensionless", "ratio", "fraction", "n/a", "[]"}
)
# Spellings that the registry lacks or reads as something else.
_SPELLINGS = {
    "deg c": "degC",
    "deg. c": "degC",
    "grad c": "degC",
    "°c": "degC",
    "ºc": "degC",
    "˚c": "degC",
    "℃": "degC",
    "celsius": "degC",
    "degrees_c": "degC",
    "degree_c": "degC",
    "degreesc": "degC",
    "degrees celsius": "degC",
    "degree celsius": "degC",
    "degree_celsius": "degC",
    "degrees_celsius": "degC",
    "deg f": "degF",
    "°f": "degF",
    "ºf": "degF",
    "℉": "degF",
    "fahrenheit": "degF",
    "degree_fahrenheit": "degF",
    "degrees fahrenheit": "degF",
    "degk": "K",
    "kelvin": "K",
    "deg k": "K",
    "°k": "K",
    "degree_kelvin": "K",
    "degrees kelvin": "K",
    "mm hg": "mmHg",
    "mmhg": "mmHg",
    "in hg": "inHg",
    "in.hg": "inHg",
    "inhg": "inHg",
    "cm hg": "cmHg",
    "inch h2o": "inH2O",
    "in h2o": "inH2O",
    "mm h2o": "mmH2O",
    "°": "degree",
    "deg": "degree",
    "degrees_north": "degree",
    "degrees_east": "degree",
    "degree_north": "degree",
    "degree_east": "degree",
    "degrees_n": "degree",
    "degrees_e": "degree",
    "degree_true": "degree",
    "pct": "%",
    "perc": "%",
    "percent": "%",
    "%rh": "%",
    "rh%": "%",
    "% rh": "%",
    "kmh": "km/h",
    "kph": "km/h",
    "km/hr": "km/h",
    "mps": "m/s",
    "lpm": "L/min",
    "cfm": "ft**3/min",
    "r/min": "rpm",
    "1/min": "rpm",
    "mwh": "MWh",
    "kvarh": "kvar h",
    "kvar": "kvar",
    "mvar": "Mvar",
    "millibars": "mbar",
    "millibar": "mbar",
    "degc": "degC",
    "degf": "degF",
    "rpm": "rpm",
    "psu": "psu",
    "ppb": "ppb",
    "hpa": "hPa",
    "kpa": "kPa",
    "mpa": "MPa",
    "usec": "us",
    "sec": "s",
    "secs": "s",
    "msec": "ms",
    "hrs": "h",
    "hr": "h",
    "mins": "min",
    "db": "dB",
    "µg/m³": "ug/m3",
    "nt": "nT",
}
_CASE_MATTERS = {
    "Nm": "N m",
    "N-m": "N m",
    "N.m": "N m",
    "mPa": "mPa",
    "mb": "mbar",
    "C": "C",
    "F": "F",
}
_TEXT_OF_NAME = {
    "degree_Celsius": "degC",
    "degree_Fahrenheit": "degF",
    "delta_degree_Celsius": "K",
    "degree": "degree",
    "percent": "%",
    "ohm": "ohm",
    "micron": "um",
    "revolutions_per_minute": "rpm",
    "standard_gravity": "gravity",
    "year": "year",
    "month": "month",
    "hour": "h",
    "day": "d",
    "minute": "min",
    "liter": "L",
    "millimeter_Hg": "mmHg",
    "decibel": "dB",
}
_EXPONENT = re.compile(r"(?<=[A-Za-zµμ°%)])\s*(?:\*\*|\^)?\s*([+-]?\d+)(?![\dA-Za-z.])")
_BRACKETS = re.compile(r"^(?P<name>.*?)\s*\[(?P<unit>[^\[\]]*)\]\s*$")
_PARENTHESES = re.compile(r"^(?P<name>.*?)\s*\((?P<unit>[^()]*(?:\([^()]*\)[^()]*)*)\)\s*$")
_SLASH = re.compile(r"^(?P<name>[^/]+?)\s*/\s*(?P<unit>[^/\s].*)$")
_COMMA = re.compile(r"^(?P<name>.+?)\s*,\s+(?P<unit>\S.*)$")
_SUFFIX = re.compile(r"^(?P<name>.+)_(?P<unit>[A-Za-z][A-Za-z0-9]*)$")
_SURE_SUFFIXES = frozenset(
    [
        "degC",
        "degF",
        "hPa",
        "kPa",
        "MPa",
        "mbar",
        "kW",
        "MW",
        "GW",
        "kWh",
        "MWh",
        "kVarh",
        "kVAr",
        "kV",
        "rpm",
        "ppm",
        "ppb",
        "pct",
        "perc",
        "percent",
        "mps",
        "kmh",
        "mph",
        "Hz",
        "kHz",
        "lpm",
        "degrees",
        "km",
        "kg",
        "mg",
        "mm",
    ]
)
_QUALIFIERS = frozenset(
    [
        "gt",
        "co",
        "max",
        "min",
        "in",
        "out",
        "avg",
        "mean",
        "std",
        "raw",
        "set",
        "ref",
        "abs",
        "rel",
        "sp",
        "pv",
        "op",
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
        "g",
        "h",
        "l",
        "m",
        "n",
        "t",
        "u",
        "v",
        "w",
        "x",
        "y",
        "z",
        "1",
        "2",
        "3",
    ]
)
_TEMPERATURE = re.compile(r"temp|^t\d*$|^t[_ ]?(?:min|max|avg|mean|air|in|out)|dew|therm", re.I)
_DURATION = re.compile(r"time|wear|durat|elapsed|age|period", re.I)


@lru_cache(maxsize=1)
def _registry() -> Foreign:
    import pint  # noqa: PLC0415 (a quarter of a second, and only files with units need it)

    registry = pint.UnitRegistry(cache_folder=None, autoconvert_offset_to_baseunit=True)
    for definition in (
        "volt_ampere_reactive = volt * ampere = var",
        "standard_meter_cubed = meter ** 3 = Nm3 = Sm3",
        "psu = [] = psu",
        "ppb = 1e-9 = ppb",
    ):
        name = definition.split(" = ")[-1]
        if name not in registry:
            registry.define(definition)
    return registry


def _spelt(text: str) -> str:
    bare = text.translate(_SUPERSCRIPTS).strip()
    if bare in _CASE_MATTERS:
        return _CASE_MATTERS[bare]
    known = _SPELLINGS.get(bare.lower())
    if known is not None:
        return known
    bare = re.sub(r"\bdeg(?:ree)?s?[ _]?[Cc](?:elsius)?\b|[°º˚]\s*C|℃", "delta_degC", bare)
    bare = re.sub(r"[°º˚]\s*F|\bdegF\b", "delta_degF", bare) if "/" in bare else bare
    for dot in "·⋅×•∙":
        bare = bare.replace(dot, " ")
    bare = re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", " ", bare)
    bare = _EXPONENT.sub(r"**\1", bare)
    return re.sub(r"\s+per\s+", "/", bare)


def _symbol(name: str) -> str:
    if name in _TEXT_OF_NAME:
        return _TEXT_OF_NAME[name]
    symbol = str(_registry().get_symbol(name))
    symbol = symbol.replace("µ", "u").replace("μ", "u").replace("Ω", "ohm").replace("Å", "angstrom")
    symbol = symbol.replace("Δ°C", "K").replace("Δ°F", "delta_degF").replace("°C", "degC")
    return symbol.replace("°F", "degF").replace("°", "degree")


def _canonical_text(unit: Foreign) -> str:
    powers = cast("dict[str, float]", dict(unit._units))
    if not powers:
        return "1"
    ordered = sorted(powers.items(), key=lambda item: item[1] < 0)
    return " ".join(_symbol(name) + ("" if power == 1 else f"{power:g}") for name, power in ordered)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Foreign | None:
    spelt = _spelt(text)
    if not spelt or spelt[0].isdigit() or len(spelt) > 64 or not re.search(r"[A-Za-z%°µμ]", spelt):  # noqa: PLR2004
        return None
    # The registry evaluates numbers too: a power such as 9**9**9 must never reach it.
    if re.search(r"\d{4,}|\*\*\s*[+-]?\d*\s*\*\*|[^\w\s%°µμ*/()+.-]", spelt) or "__" in spelt:
        return None
    spelt = spelt.replace("%", " percent ")
    for candidate in (spelt, re.sub(r"(?<=[\w)])\s+(?=[A-Za-z(°µμ])", " * ", spelt.strip())):
        try:
            return _registry().parse_units(candidate.strip())
        except Exception:
            continue
    return None


def canonical_unit(text: str) -> str:
    """Return the canonical spelling of a unit; unknown text comes back as it was given.

    Examples:
        >>> [canonical_unit(u) for u in ("W/m^2", "W m**-2", "W m-2", "meter second-1")]
        ['W m-2', 'W m-2', 'W m-2', 'm s-1']
        >>> [canonical_unit(u) for u in ("°C", "mm Hg", "mph", "-", "", "tCO2")]
        ['degC', 'mmHg', 'mph', '1', '', 'tCO2']
    """
    bare = text.strip()
    if not bare or bare.lower() in _PURE:
        return "1" if bare else ""
    unit = _parsed(bare)
    return bare if unit is None else _canonical_text(unit)


def known_unit(text: str) -> bool:
    """Say whether a text is a unit that can be converted, or a pure number."""
    bare = text.strip()
    return bare.lower() in _PURE or (bool(bare) and _parsed(bare) is not None)


def _in_words_of(name: str, unit: str) -> str:
    """Return `degC` for a bare C or F on a temperature; a coulomb or farad otherwise."""
    if unit in {"C", "F"} and _TEMPERATURE.search(name):
        return f"deg{unit}"
    return unit


def unit_in_words(name: str, unit: str) -> str:
    """Return the canonical unit of a named quantity: a bare `C` on a temperature is Celsius."""
    return canonical_unit(_in_words_of(name, unit.strip()))


def _is_sure(name: str, unit: str) -> bool:
    if unit.lower() == "min":
        return bool(_DURATION.search(name))
    if unit in {"C", "F"}:
        return bool(_TEMPERATURE.search(name))
    if unit.lower() in _QUALIFIERS and unit not in {"K", "m", "V", "W", "A", "s", "h", "g", "L"}:
        return False
    return known_unit(unit)


def split_unit(header: str) -> tuple[str, str]:
    """Split a column header into the quantity's name and its unit.

    Args:
        header: e.g. `temp [degC]`, `Power (kW)`, `T/K`, `airtemp_degC`.

    Returns:
        Name and canonical unit. The unit is "" where the header holds none. Square brackets
        always hold a unit, even an unknown one; elsewhere only a known unit counts as one.

    Examples:
        >>> split_unit("Power (kW)"), split_unit("T/K"), split_unit("speed (max)")
        (('Power', 'kW'), ('T', 'K'), ('speed (max)', ''))
    """
    if found := _BRACKETS.match(header):
        return found["name"] or header, unit_in_words(found["name"], found["unit"])
    for pattern in (_PARENTHESES, _SLASH, _COMMA):
        found = pattern.match(header)
        if found and found["name"] and _is_sure(found["name"], found["unit"].strip()):
            return found["name"], unit_in_words(found["name"], found["unit"])
    found = _SUFFIX.match(header)
    if found and found["unit"] in _SURE_SUFFIXES:
        return header, canonical_unit(found["unit"])
    return header, ""


def scale_to(unit: str, target: str) -> float | None:
    """Return the factor from one unit to another, or None where there is none."""
    source, goal = _parsed(unit), _parsed(target)
    if source is None or goal is None:
        return None
    try:
        return float(_registry().Quantity(1.0, source).to(goal).magnitude)
    except Exception:
        return None


def to_si(value: float, unit: str) -> float | None:
    """Return a value in SI base units, or None where its unit is not known."""
    if unit in {"", "1"}:
        return value
    parsed = _parsed(unit)
    if parsed is None:
        return None
    try:
        return float(_registry().Quantity(value, parsed).to_base_units().magnitude)
    except Exception:
        return None
