"""Fit the embedding's constants on the project's own maps and write them into the package.

Run from the repository's root: `.venv/bin/python models/embedding/fit_constants.py`
"""

import json
from dataclasses import asdict
from importlib import resources
from pathlib import Path

from industriverse.engines.vectors import fit_constants, synthetic_maps

MAPS = 1200
SEED = 1


def main() -> None:
    """Write `constants.json` beside the embedding."""
    constants = asdict(fit_constants(synthetic_maps(MAPS, SEED)))
    rounded = {name: [float(f"{v:.9g}") for v in constants[name]] for name in ("mean", "scale")}
    radius = float(f"{constants['radius']:.9g}")
    target = Path(str(resources.files("industriverse.engines.vectors"))) / "constants.json"
    body = constants | rounded | {"radius": radius, "maps": MAPS, "seed": SEED}
    target.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
