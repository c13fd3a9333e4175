"""The plant's whole memory, as one frozen value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Books:
    """Energy through the exchanger's walls since the start, in joules.

    Attributes:
        carried_in, carried_out: Enthalpy that the two streams brought and took.
        lost: Heat to the air.
        electric: Taken from the feeder by the motor.
        shaft: Of it, what reached the water.
        motor_loss: Of it, what warmed the motor.
    """

    carried_in: float = 0.0
    carried_out: float = 0.0
    lost: float = 0.0
    electric: float = 0.0
    shaft: float = 0.0
    motor_loss: float = 0.0


@dataclass(frozen=True, slots=True)
class PlantState:
    """Everything the next sample depends on.

    Attributes:
        seed: Of all its noise.
        step_s: Between samples.
        index: Samples given so far.
        flow: Volume flow through the pump [m³/s].
        opening: Valve opening in [0, 1].
        target: Opening that the controller asked for.
        hot_h, cold_h: Specific enthalpy of the water in each side of the exchanger [J/kg].
        wall_j: Heat on its way through the exchanger's wall [J].
        wander: Slow disturbances of demand, hot inlet, cold inlet and tank, in standard units.
        speed_ratio: Pump speed over its rated speed.
        phase: Which side of its thresholds the plant is on.
        settled_at_s: Time from which demand counts as settled.
        books: Energy booked so far.
    """

    seed: int
    step_s: float
    index: int
    flow: float
    opening: float
    target: float
    hot_h: float
    cold_h: float
    wall_j: float
    wander: tuple[float, float, float, float]
    speed_ratio: float
    phase: str
    settled_at_s: float
    books: Books
