"""Any spelling of a unit becomes one text; what is not a unit is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.adapters.intake import (
    canonical_unit,
    known_unit,
    scale_to,
    split_unit,
    to_si,
    unit_in_words,
)

SPELLINGS = {
    "W m-2": ("W/m^2", "W m**-2", "W m-2", "W/m2", "W/m²", "watt meter-2", "W·m⁻²"),
    "m s-1": ("m/s", "m s-1", "m s**-1", "meter second-1", "m.s-1", "mps"),
    "m3 s-1": ("m³/s", "m3/s", "m^3 s^-1", "meter3 second-1"),
    "degC": ("°C", "degC", "deg C", "Celsius", "degree_Celsius", "℃", "DEGC"),
    "degF": ("°F", "degF", "Fahrenheit"),
    "K": ("K", "degK", "kelvin", "Kelvin"),
    "mmHg": ("mm Hg", "mmHg"),
    "mbar": ("mbar", "millibars", "mb", "millibar"),
    "%": ("%", "percent", "pct", "perc"),
    "1": ("1", "-", "dimensionless", "none"),
    "degree": ("degrees_north", "degrees_east", "°", "deg"),
    "kJ kg-1 K-1": ("kJ/(kg*K)", "kJ/kg/K", "kJ kg-1 K-1"),
    "N m": ("Nm", "N m", "N.m", "N*m"),
    "rpm": ("rpm", "RPM", "r/min"),
    "L min-1": ("L/min", "lpm", "l/min"),
    "mm d-1": ("mm/day", "mm day-1", "mm d-1"),
    "mph": ("mph",),
    "": ("", "  "),
}


@pytest.mark.parametrize(("unit", "spellings"), SPELLINGS.items(), ids=SPELLINGS)
def test_each_spelling_has_one_canonical_text(unit, spellings):
    assert {spelling: canonical_unit(spelling) for spelling in spellings} == dict.fromkeys(
        spellings, unit
    )


@pytest.mark.parametrize("unit", SPELLINGS)
def test_the_canonical_text_is_its_own_spelling(unit):
    assert canonical_unit(unit) == unit


@pytest.mark.parametrize("text", ["tCO2", "barg", "US$/bbl", "hours since 1800", "9**9**9"])
def test_unknown_units_are_kept_as_given(text):
    assert canonical_unit(text) == text
    assert not known_unit(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_units(text):
    assert isinstance(canonical_unit(text), str)
    name, unit = split_unit(text)
    assert isinstance(name, str)
    assert isinstance(unit, str)


HEADERS = {
    "temp [degC]": ("temp", "degC"),
    "Power (kW)": ("Power", "kW"),
    "T/K": ("T", "K"),
    "Flow (m3/h)": ("Flow", "m3 h-1"),
    "Density (kg/(m3))": ("Density", "kg m-3"),
    "Pressure, bar": ("Pressure", "bar"),
    "airtemp_degC": ("airtemp_degC", "degC"),
    "Tmin(C)": ("Tmin", "degC"),
    "Charge [C]": ("Charge", "C"),
    "Tool wear [min]": ("Tool wear", "min"),
    "speed (max)": ("speed (max)", ""),
    "speed (min)": ("speed (min)", ""),
    "CO(GT)": ("CO(GT)", ""),
    "odd [blinks]": ("odd", "blinks"),
    "a/b": ("a/b", ""),
    "plain": ("plain", ""),
}


@pytest.mark.parametrize(("header", "parts"), HEADERS.items(), ids=HEADERS)
def test_headers_give_up_their_units(header, parts):
    assert split_unit(header) == parts


def test_a_bare_letter_means_celsius_only_on_a_temperature():
    assert unit_in_words("Temperature", "C") == "degC"
    assert unit_in_words("charge", "C") == "C"


def test_scales_between_units():
    assert scale_to("h", "s") == 3600
    assert scale_to("km/h", "m/s") == pytest.approx(1 / 3.6)
    assert scale_to("K", "s") is None
    assert scale_to("blinks", "s") is None


def test_values_in_si():
    assert to_si(25.0, "degC") == pytest.approx(298.15)
    assert to_si(1.5, "bar") == pytest.approx(1.5e5)
    assert to_si(7.0, "") == 7.0
    assert to_si(7.0, "blinks") is None
