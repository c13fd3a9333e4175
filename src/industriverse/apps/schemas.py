"""Write the published schemas: `python -m industriverse.apps.schemas docs`."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from industriverse.bootstrap.settings import load_settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.interfaces.rest import create_app
from industriverse.services.documents import (
    BacktestDocument,
    BenchDocument,
    PredictDocument,
    ProofFile,
    QualityDocument,
    ReceiptDocument,
    RegimesDocument,
)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DOCUMENTS = {
    "predict": PredictDocument,
    "proof": ProofFile,
    "receipt": ReceiptDocument,
    "backtest": BacktestDocument,
    "quality": QualityDocument,
    "regimes": RegimesDocument,
    "bench": BenchDocument,
}


def published_schemas() -> dict[str, dict[str, Any]]:
    """Return every published schema by its path below `docs/`."""
    made: dict[str, dict[str, Any]] = {
        f"schemas/{name}.schema.json": {"$schema": _DIALECT, **model.model_json_schema()}
        for name, model in _DOCUMENTS.items()
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        build_platform(load_settings(folder=Path(folder))) as platform,
    ):
        made["openapi.json"] = create_app(platform).openapi()
    return made


def as_text(schema: dict[str, Any]) -> str:
    """Return a schema as it is committed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    """Write every schema."""
    for name, schema in published_schemas().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_text(schema), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
