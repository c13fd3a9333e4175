"""Record the coverage of the trained networks' intervals, a line for each domain.

`XLA_FLAGS=--xla_cpu_multi_thread_eigen=false python -m tests.coverage_record FILE [DOMAIN ...]`;
minutes to an hour a domain. What is solved is kept in the data folder: it goes on where it stopped.
A shifted run that the solver refuses gives way to a spare one; the line says how many, and why.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.training import training_tools
from industriverse.kernel.errors import ContractError
from industriverse.services.bench._coverage_runs import Errors, Subject
from industriverse.services.bench.coverage import Sizes, covered, subjects_of
from industriverse.services.regime_model import models_folder

SIZES = Sizes()


@dataclass(frozen=True, slots=True)
class Sparing(Subject):
    """A subject whose refused shifted runs are replaced.

    Attributes:
        refused: Why, for each that was refused.
    """

    refused: list[str] = field(default_factory=list)

    def shifted(self, index: int) -> Errors | None:
        """Return the errors on a shifted run, or on the next spare one where it is refused.

        Raises:
            ContractError: More are refused than wanted.
        """
        try:
            return Subject.shifted(self, index)
        except ContractError as error:
            if len(self.refused) >= SIZES.shifted:
                raise
            self.refused.append(str(error))
        return self.shifted(SIZES.shifted + len(self.refused) - 1)


def sparing(subject: Subject) -> Sparing:
    """Return a subject with spare runs."""
    return Sparing(**{one.name: getattr(subject, one.name) for one in fields(subject)})


def tell(text, share):
    sys.stderr.write(f"{share:4.0%} {text}\n")


def main(file, domains):
    where = Path(file)
    kept = where.read_text("utf-8").splitlines() if where.exists() else []
    rows = {json.loads(line)["domain"]: json.loads(line) for line in kept}
    tools = training_tools(load_settings(), tell)
    for subject in map(sparing, subjects_of(models_folder() / "forecast", tools)):
        domain = subject.chosen.domain
        if domains and domain not in domains:
            continue
        rows[domain] = {**covered(subject, SIZES), "weights": subject.weights}
        if subject.refused:
            rows[domain]["shifted_refused"] = Counter(subject.refused)
        lines = [json.dumps(rows[name]) for name in sorted(rows)]
        where.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
