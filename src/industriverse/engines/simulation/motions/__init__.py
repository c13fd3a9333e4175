"""Systems of few variables: Lorenz' convection and the driven pendulum, with their tangents."""

from ._lorenz import Lorenz, lorenz_rate, lorenz_start
from ._march import Path, runge_kutta
from ._pendulum import DrivenPendulum, pendulum_rate, pendulum_start

__all__ = [
    "DrivenPendulum",
    "Lorenz",
    "Path",
    "lorenz_rate",
    "lorenz_start",
    "pendulum_rate",
    "pendulum_start",
    "runge_kutta",
]
