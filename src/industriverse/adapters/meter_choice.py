"""Chooses the energy meter: measured where the machine lets us, modelled elsewhere."""

from pathlib import Path

from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.ports import EnergyMeter

from .meter_model import CorePower, ModelMeter, core_power
from .meter_rapl import POWERCAP, RaplMeter

_SET_SPREAD = 0.2  # one standard deviation of a number that an operator stands for


def choose_meter(watts_per_core: float | None = None, powercap: Path = POWERCAP) -> EnergyMeter:
    """Return a meter.

    Args:
        watts_per_core: [W]. Forces the model with this number; None to measure where possible.
        powercap: Folder of the RAPL counters.

    Raises:
        ContractError: The watts are not above zero.
    """
    if watts_per_core is not None:
        return ModelMeter(CorePower(watts_per_core, _SET_SPREAD, "set by the operator"))
    try:
        return RaplMeter(powercap)
    except UnavailableError:
        return ModelMeter(core_power())
