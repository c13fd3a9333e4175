"""The laws of each piece of equipment: pump, pipe, valve, exchanger, motor, feeder."""

import math
from dataclasses import dataclass

GRAVITY = 9.80665


@dataclass(frozen=True, slots=True)
class Design:
    """The plant's nameplates. SI unless a name says otherwise."""

    rated_speed_rpm: float = 2900.0
    shutoff_head_m: float = 45.0
    head_fall: float = 69444.0
    """[m/(m³/s)²] so that the head is 35 m at 12 L/s."""
    best_flow: float = 0.0125
    best_efficiency: float = 0.78
    required_suction_head_m: float = 3.2
    """At the best flow and rated speed; grows with the square of the flow."""
    pipe_diameter: float = 0.10
    pipe_length: float = 150.0
    roughness: float = 4.5e-5
    static_head_m: float = 8.0
    exchanger_drop: float = 2.1e8
    """[Pa/(m³/s)²] of the cold side."""
    valve_capacity_m3_h: float = 110.0
    valve_rangeability: float = 30.0
    tank_pressure_pa: float = 1.5e5
    strainer_drop: float = 3.0e7
    clean_conductance_w_k: float = 42_000.0
    hot_holdup_kg: float = 90.0
    cold_holdup_kg: float = 90.0
    wall_lag_s: float = 4.0
    loss_w_k: float = 60.0
    hot_flow_kg_s: float = 9.0
    hot_inlet_c: float = 85.0
    cold_inlet_c: float = 18.0
    motor_efficiency: float = 0.92
    rated_motor_w: float = 7500.0
    feeder_voltage: float = 400.0
    feeder_resistance: float = 0.18
    feeder_reactance: float = 0.09
    other_load_w: float = 9000.0


DESIGN = Design()


def friction_factor(reynolds: float, relative_roughness: float) -> float:
    """Return Darcy's friction factor, laminar to rough (Churchill 1977)."""
    if reynolds <= 0:
        return 0.0
    inner = (7.0 / reynolds) ** 0.9 + 0.27 * relative_roughness
    a = (2.457 * math.log(1.0 / inner)) ** 16
    b = (37530.0 / reynolds) ** 16
    return 8.0 * ((8.0 / reynolds) ** 12 + (a + b) ** -1.5) ** (1 / 12)


def pump_head(design: Design, flow: float, speed_ratio: float) -> float:
    """Return the head [m] at a flow [m³/s]; affinity: H/n² is a function of Q/n."""
    return design.shutoff_head_m * speed_ratio**2 - design.head_fall * flow * flow


def pump_efficiency(design: Design, flow: float, speed_ratio: float) -> float:
    """Return the hydraulic efficiency; affinity: a function of Q/n alone."""
    away = 1.0 - flow / (design.best_flow * speed_ratio)
    return max(design.best_efficiency * (1.0 - away * away), 0.05)


def required_suction_head(design: Design, flow: float) -> float:
    """Return the net positive suction head [m] that the pump needs at a flow [m³/s]."""
    return design.required_suction_head_m * (0.3 + 0.7 * (flow / design.best_flow) ** 2)


def cavitation_factor(margin: float) -> float:
    """Return the share of its head a pump keeps when the suction margin is spent.

    Args:
        margin: Available over required suction head, less 1. At zero the head has fallen by 3 %
            (the usual definition of the required head), and it collapses below.
    """
    return 0.35 + 0.65 / (1.0 + math.exp(-(margin * 24.0 + 3.03)))


def pipe_drop(design: Design, flow: float, density: float, viscosity: float) -> float:
    """Return the friction loss [Pa] of the pipe (Darcy–Weisbach)."""
    area = math.pi * design.pipe_diameter**2 / 4
    speed = flow / area
    reynolds = density * abs(speed) * design.pipe_diameter / viscosity
    factor = friction_factor(reynolds, design.roughness / design.pipe_diameter)
    lengths = design.pipe_length / design.pipe_diameter
    return factor * lengths * density * speed * abs(speed) / 2


def valve_drop_factor(design: Design, opening: float) -> float:
    """Return Δp/Q² [Pa/(m³/s)²] of an equal-percentage valve at an opening in [0, 1].

    The valve's capacity is the flow in m³/h at 1 bar of water.
    """
    capacity = design.valve_capacity_m3_h * design.valve_rangeability ** (opening - 1.0)
    return 1e5 * (3600.0 / capacity) ** 2


def effectiveness(conductance: float, small: float, large: float) -> float:
    """Return ε of a counter-flow exchanger from its NTU and capacity ratio."""
    units, ratio = conductance / small, small / large
    if abs(1.0 - ratio) < 1e-9:  # noqa: PLR2004 (the formula is 0/0 at equal capacities)
        return units / (1.0 + units)
    decay = math.exp(-units * (1.0 - ratio))
    return (1.0 - decay) / (1.0 - ratio * decay)


def power_factor(load: float) -> float:
    """Return the power factor of an induction motor at a share of its rated load."""
    return 0.88 * (1.0 - 0.75 * math.exp(-3.0 * load))


def feeder(design: Design, source: float, motor_w: float, other_w: float) -> tuple[float, ...]:
    """Return the load-end voltage [V], the motor's current [A] and the motor's power factor.

    The drop along the feeder is `√3 I (R cos φ + X sin φ)` for the total current; the fixed
    point is reached to 1e-6 V in a few rounds because the drop is small.
    """
    cosine = power_factor(motor_w / design.rated_motor_w)
    reactive = motor_w * math.sqrt(1.0 - cosine * cosine) / cosine + 0.33 * other_w
    active = motor_w + other_w
    voltage = source
    for _ in range(4):
        drop = (active * design.feeder_resistance + reactive * design.feeder_reactance) / voltage
        voltage = source - drop
    return voltage, motor_w / (math.sqrt(3.0) * voltage * cosine), cosine
