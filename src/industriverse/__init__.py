"""Industry forecasts with calibrated intervals and a proof that they obey the physics."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from industriverse.apps.python import Prediction, predict

__all__ = ["Prediction", "predict"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (PEP 562)
    """Load the Python face on first use: `import industriverse` alone costs nothing."""
    if name in __all__:
        from industriverse.apps import python  # noqa: PLC0415

        return getattr(python, name)
    raise AttributeError(f"module 'industriverse' has no attribute {name!r}")
