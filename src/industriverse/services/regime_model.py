"""The regime classifier that ships with the product."""

import json
from functools import cache
from pathlib import Path

from industriverse.engines.regimes import RegimeModel, unpack
from industriverse.kernel.errors import UnavailableError

WEIGHTS, CARD = "weights.safetensors", "card.json"


def models_folder() -> Path:
    """Return where the shipped models lie: inside an installed package, or beside its sources."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "models"
    return inside if inside.is_dir() else package.parent.parent / "models"


def load_regime_model(folder: Path) -> RegimeModel:
    """Return the model of a folder, its weights checked against the hash in its card.

    Raises:
        UnavailableError: A file is missing, or the weights are not those of the card.
    """
    try:
        weights = (folder / WEIGHTS).read_bytes()
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnavailableError(
            f"The regime model in {folder} cannot be read: {error}.",
            hint="Restore models/regimes, or run python -m industriverse.services.train_regimes.",
        ) from error
    return unpack(weights, card)


@cache
def shipped_regime_model() -> RegimeModel:
    """Return the model that ships with the product, read once."""
    return load_regime_model(models_folder() / "regimes")
