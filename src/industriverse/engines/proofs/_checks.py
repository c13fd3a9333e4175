"""The five checks of physics.md §3, failed ones first."""

from industriverse.kernel.proofs import Check, Verdict

from ._conservation import check_conservation
from ._entropy import check_entropy
from ._evidence import Evidence
from ._motion import check_continuity, check_smoothness
from ._spectrum import check_spectrum

_ORDER: dict[Verdict, int] = {"failed": 0, "passed": 1, "not applicable": 2}


def check(evidence: Evidence) -> tuple[Check, ...]:
    """Hold the five laws against a forecast.

    Args:
        evidence: Observed frames, forecast frames and what their domain declares.

    Returns:
        Conservation, entropy, spectrum, continuity and smoothness; failed ones first, those that
        do not apply last, each in this order.
    """
    checks = (
        check_conservation(evidence),
        check_entropy(evidence),
        check_spectrum(evidence),
        check_continuity(evidence),
        check_smoothness(evidence),
    )
    return tuple(sorted(checks, key=lambda one: _ORDER[one.verdict]))
