"""Write the plant's table of water: `python -m industriverse.apps.water_table`."""

import json
from dataclasses import asdict
from pathlib import Path

from industriverse.engines.simulation import plant


def main() -> None:
    """Tabulate water and write the file beside the plant's code."""
    path = Path(plant.__file__).with_name(plant.TABLE_FILE)
    path.write_text(json.dumps(asdict(plant.tabulated()), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
