"""Everything a stream knows as plain arrays, and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from industriverse.kernel.errors import ContractError

from ._config import Config


def collect(part: Any, prefix: str) -> dict[str, np.ndarray]:  # noqa: ANN401 (any of our parts)
    """Return the arrays and numbers of a part and of the parts in it, by dotted name."""
    found: dict[str, np.ndarray] = {}
    for field in fields(part):
        name, value = f"{prefix}.{field.name}", getattr(part, field.name)
        if is_dataclass(value) and not isinstance(value, Config):
            found |= collect(value, name)
        elif isinstance(value, np.ndarray | bool | int | float):
            found[name] = np.array(value)
    return found


def restore(part: Any, prefix: str, state: Mapping[str, np.ndarray]) -> None:  # noqa: ANN401
    """Put arrays and numbers back where `collect` found them.

    Raises:
        ContractError: One is missing, or has another shape than the stream's.
    """
    for field in fields(part):
        name, value = f"{prefix}.{field.name}", getattr(part, field.name)
        if is_dataclass(value) and not isinstance(value, Config):
            restore(value, name, state)
        elif isinstance(value, np.ndarray | bool | int | float):
            held = state.get(name)
            if held is None or held.shape != np.shape(value):
                raise ContractError(
                    f"The state of a stream has no fitting {name!r}.",
                    hint="Restore with the channels and the configuration that it was saved with.",
                )
            plain = held.copy() if isinstance(value, np.ndarray) else type(value)(held)
            setattr(part, field.name, plain)
