"""A plugin's parameters: those given, defaults for the rest, inside their limits."""

from collections.abc import Mapping

import numpy as np

from industriverse.kernel.errors import ContractError

from ._manifest import Manifest


def full_params(manifest: Manifest, given: Mapping[str, float]) -> dict[str, float]:
    """Return a plugin's parameters: those given, defaults for the rest, inside their limits.

    Raises:
        ContractError: An unknown parameter, one out of its limits, or one without a value.
    """
    if unknown := sorted(set(given) - set(manifest.params)):
        raise ContractError(
            f"{manifest.title} has no parameter {unknown[0]!r}.",
            hint=f"It takes: {', '.join(manifest.params)}.",
        )
    values: dict[str, float] = {}
    for name, slot in manifest.params.items():
        value = given.get(name, slot.default)
        if value is None:
            raise ContractError(f"{manifest.title} needs the parameter {name!r}.", hint=slot.about)
        low = -np.inf if slot.minimum is None else slot.minimum
        high = np.inf if slot.maximum is None else slot.maximum
        if not low <= value <= high:
            raise ContractError(
                f"{name} = {value:g} {slot.unit} lies outside the stable range of "
                f"{manifest.title}, {low:g} to {high:g}.",
                hint=slot.about,
            )
        values[name] = float(value)
    return values
