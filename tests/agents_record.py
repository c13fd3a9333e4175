"""Write the agents' full benchmark into a record: a line for each row, the totals last.

`XLA_FLAGS=--xla_cpu_multi_thread_eigen=false python -m tests.agents_record FILE [SEED]`; a few
hundred CPU seconds.
"""

import json
import sys
from pathlib import Path

from industriverse.adapters.meter_choice import choose_meter
from industriverse.services.bench import BenchSettings
from industriverse.services.bench.agents import run


def tell(text, share):
    sys.stderr.write(f"{share:4.0%} {text}\n")


def refuse(path):
    raise RuntimeError(f"This benchmark reads no file, such as {path}.")


def main(file, seed):
    where = Path(file)
    settings = BenchSettings(
        seed, where.parent, where.parent, tell, refuse, meter=choose_meter(None)
    )
    found = run(settings)
    rows = [*found["rows"], {"seed": seed, **found["metrics"]}]
    where.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
