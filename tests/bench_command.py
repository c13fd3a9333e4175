"""A benchmark run as its users run it."""

import os
import subprocess
import sys
from pathlib import Path

from industriverse.services.documents import BenchDocument

DATA = Path(__file__).parents[2] / "shared" / "data"


def measure(name: str, folder: Path) -> BenchDocument:
    """Run a benchmark as its users do: in a process of its own, without checked types."""
    program = Path(sys.executable).with_name("industriverse")
    command = [str(program), "bench", name, "--json", "--data", str(DATA)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"INDUSTRIVERSE_FOLDER": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    return BenchDocument.model_validate_json(done.stdout)
