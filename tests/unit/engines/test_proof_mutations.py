"""The proof of the proofs: perfect forecasts pass, each planted violation fails a named check."""

import numpy as np
import pytest

from industriverse.services.bench._proof_cases import perfect_case
from industriverse.services.bench._proof_violations import BY_NAME, VIOLATIONS
from industriverse.services.bench.proofs import (
    DOMAINS,
    REFUSED,
    false_alarms,
    judge,
    plant,
    smallest_caught,
)

# At full size, which checks must be among those that fail.
NAMED = {
    "heat": {
        "energy leak": "conservation",
        "source": "conservation",
        "negative cell": REFUSED,
        "time reversal": "entropy",
        "spectrum flattened": "spectrum",
        "shifted": "continuity",
        "mirrored": "continuity",
        "noise": "spectrum",
        "scale error": "conservation",
        "unit error": REFUSED,
        "NaN": REFUSED,
    },
    "flow": {
        "energy leak": "conservation",
        "source": "conservation",
        "negative cell": REFUSED,
        "time reversal": "entropy",
        "spectrum flattened": "spectrum",
        "shifted": "continuity",
        "mirrored": "continuity",
        "noise": "spectrum",
        "scale error": "conservation",
        "unit error": "conservation",
        "NaN": REFUSED,
    },
    "signal": {
        "energy leak": "spectrum",
        "source": "continuity",
        "negative cell": REFUSED,
        "spectrum flattened": "continuity",
        "shifted": "continuity",
        "mirrored": "continuity",
        "noise": "continuity",
        "scale error": "continuity",
        "unit error": "spectrum",
        "NaN": REFUSED,
    },
}
CASES = [(domain, name) for domain, table in NAMED.items() for name in table]

# Largest size that may slip through, measured once and rounded up to the next factor of three.
SENSITIVE = {
    ("heat", "energy leak"): 1e-4,
    ("heat", "source"): 1e-4,
    ("heat", "noise"): 1e-3,
    ("heat", "scale error"): 1e-4,
    ("flow", "energy leak"): 3e-3,
    ("flow", "noise"): 1e-3,
    ("flow", "scale error"): 1e-2,
    ("signal", "energy leak"): 0.3,
    ("signal", "noise"): 0.03,
    ("signal", "shifted"): 0.3,
    ("signal", "scale error"): 0.3,
}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("settled", [False, True])
def test_perfect_forecasts_pass(domain, settled):
    assert false_alarms(domain, range(8), settled=settled) == []


@pytest.mark.parametrize(("domain", "name"), CASES)
def test_a_planted_violation_fails_its_check(domain, name):
    violation = BY_NAME[name]
    for seed in range(2):
        outcome = plant(perfect_case(domain, seed), violation, violation.largest or 1.0)
        assert NAMED[domain][name] in outcome.caught, outcome


@pytest.mark.parametrize(("domain", "name"), SENSITIVE)
def test_a_small_violation_is_still_caught(domain, name):
    outcome = plant(perfect_case(domain, 0), BY_NAME[name], SENSITIVE[domain, name])
    assert outcome.caught


@pytest.mark.parametrize("name", ["shifted", "mirrored"])
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_truth_catches_what_is_out_of_place(domain, name):
    violation = BY_NAME[name]
    outcome = plant(perfect_case(domain, 0), violation, violation.largest or 1.0, settled=True)
    assert {"continuity", "spectrum"} & set(outcome.caught)


def test_no_law_sees_time_run_backwards_in_a_signal():
    outcome = plant(perfect_case("signal", 0), BY_NAME["time reversal"], 1.0)
    assert "entropy" not in outcome.applicable


def test_every_violation_is_named_for_every_domain():
    names = {violation.name for violation in VIOLATIONS}
    assert len(names) == 11
    for domain in DOMAINS:
        missing = names - set(NAMED[domain])
        assert missing == ({"time reversal"} if domain == "signal" else set())


def test_a_unit_that_does_not_match_is_refused_by_name():
    from industriverse.kernel.errors import ContractError  # noqa: PLC0415
    from industriverse.services.bench.proofs import evidence_for  # noqa: PLC0415

    case = perfect_case("flow", 0)
    with pytest.raises(ContractError, match="'u' is in 'km/h', the observation in 'm/s'"):
        evidence_for(case, case.future, units={"u": "km/h", "v": "m/s"})


def test_bisection_finds_the_edge():
    case, violation = perfect_case("heat", 0), BY_NAME["scale error"]
    found = smallest_caught(case, violation)
    assert found is not None
    size, outcome = found
    assert outcome.caught
    assert not plant(case, violation, 0.9 * size).caught


def test_persistence_is_lawful_for_heat_but_it_is_no_forecast():
    case = perfect_case("heat", 1)
    last = case.observed.variables["temperature"][-1:]
    frozen = {"temperature": np.repeat(last, 12, axis=0)}
    assert "conservation" not in judge(case, frozen).caught
    assert "entropy" not in judge(case, frozen).caught
