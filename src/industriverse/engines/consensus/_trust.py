"""How far a replica is to be trusted, by what it did of late."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from industriverse.kernel.errors import ContractError

Outcome = Literal["agree", "differ", "late", "equivocate"]
OUTCOMES: tuple[Outcome, ...] = ("agree", "differ", "late", "equivocate")


def trust(outcomes: Sequence[Outcome]) -> float:
    r"""Return a replica's trust: steadiness times how often it agreed.

    $$\left(1 - \frac{S}{\ln 4}\right) p_{agree},\quad S = -\sum_o p_o \ln p_o$$

    Args:
        outcomes: What it did in its recent rounds, at least one.

    Returns:
        In [0, 1]: 1 for a replica that always agreed, 0 for one that never did.

    Raises:
        ContractError: There is no outcome yet.

    Examples:
        >>> trust(["agree"] * 9), trust(["late"])
        (1.0, 0.0)
        >>> round(trust(["agree"] * 9 + ["late"]), 3)
        0.689
    """
    if not outcomes:
        raise ContractError("A replica without a round has no trust yet.")
    shares = [count / len(outcomes) for count in Counter(outcomes).values()]
    entropy = -sum(share * math.log(share) for share in shares)
    agreed = sum(outcome == "agree" for outcome in outcomes) / len(outcomes)
    return max(0.0, 1.0 - entropy / math.log(len(OUTCOMES))) * agreed
