"""Record the coverage of the trained networks' intervals, a line for each domain.

`XLA_FLAGS=--xla_cpu_multi_thread_eigen=false python -m tests.coverage_record FILE [DOMAIN ...]`;
minutes to an hour a domain. What is solved is kept in the data folder: it goes on where it stopped.
"""

import json
import sys
from pathlib import Path

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.training import training_tools
from industriverse.services.bench.coverage import Sizes, covered, subjects_of
from industriverse.services.regime_model import models_folder


def tell(text, share):
    sys.stderr.write(f"{share:4.0%} {text}\n")


def main(file, domains):
    where = Path(file)
    kept = where.read_text("utf-8").splitlines() if where.exists() else []
    rows = {json.loads(line)["domain"]: json.loads(line) for line in kept}
    tools = training_tools(load_settings(), tell)
    for subject in subjects_of(models_folder() / "forecast", tools):
        domain = subject.chosen.domain
        if domains and domain not in domains:
            continue
        rows[domain] = {**covered(subject, Sizes()), "weights": subject.weights}
        lines = [json.dumps(rows[name]) for name in sorted(rows)]
        where.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
