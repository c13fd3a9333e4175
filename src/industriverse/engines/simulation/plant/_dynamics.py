"""One step of the plant: hydraulics, heat, electricity."""

from dataclasses import dataclass, replace
from math import exp, pi

from ._equipment import (
    GRAVITY,
    Design,
    cavitation_factor,
    effectiveness,
    pipe_drop,
    pump_efficiency,
    pump_head,
    required_suction_head,
    valve_drop_factor,
)
from ._scenario import Plan
from ._state import Books, PlantState
from ._water import Water

CONTROL_PERIOD_S = 5.0
ACTUATOR_LAG_S = 1.2
_SLOPE_STEP = 1e-5


@dataclass(frozen=True, slots=True)
class Streams:
    """What the streams do in one instant, free of noise.

    Attributes:
        density: Of the cold water [kg/m³].
        inlet_pa, outlet_pa: Pressure before and after the pump.
        margin: Available over required suction head, less 1.
        cold_in_c, hot_in_c: Temperatures at the exchanger's inlets.
        hot_flow, leak: [kg/s].
        shaft_w, electric_w: Power to the water and from the feeder.
    """

    density: float
    inlet_pa: float
    outlet_pa: float
    margin: float
    cold_in_c: float
    hot_in_c: float
    hot_flow: float
    leak: float
    shaft_w: float
    electric_w: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the plant cannot change within a sample.

    Attributes:
        plan: What is set from outside.
        supply_c: Temperature of the cold water in the tank.
        hot_in_c: Temperature of the hot water.
        tank_pa: Pressure at the tank.
        turbulence: Relative disturbance of the pump's head while it cavitates.
    """

    plan: Plan
    supply_c: float
    hot_in_c: float
    tank_pa: float
    turbulence: float


def _suction(design: Design, flow: float, around: Surroundings, water: Water) -> tuple[float, ...]:
    """Return inlet pressure [Pa] and suction margin."""
    density = water.rho(around.supply_c)
    inlet = around.tank_pa - design.strainer_drop * around.plan.strainer * flow * flow
    speed = flow / (pi * design.pipe_diameter**2 / 4)
    available = (inlet - water.p_sat(around.supply_c)) / (density * GRAVITY)
    available += speed * speed / (2 * GRAVITY)
    return inlet, available / required_suction_head(design, flow) - 1.0


def _net_drive(
    design: Design, state: PlantState, around: Surroundings, water: Water, flow: float
) -> float:
    """Return the pressure [Pa] left to accelerate the water column at a flow."""
    density, viscosity = water.rho(around.supply_c), water.mu(around.supply_c)
    inlet, margin = _suction(design, flow, around, water)
    kept = cavitation_factor(margin)
    head = pump_head(design, flow, state.speed_ratio) * kept
    head *= 1.0 + around.turbulence * (1.0 - kept)
    drop = pipe_drop(design, flow, density, viscosity) + design.exchanger_drop * flow * flow
    drop += valve_drop_factor(design, state.opening) * flow * flow * density / 1000.0
    lift = density * GRAVITY * (head - design.static_head_m)
    return lift + inlet - design.tank_pressure_pa - drop


def _flow_after(
    design: Design, state: PlantState, around: Surroundings, water: Water, dt: float
) -> float:
    """Advance the water column by a linearly implicit step: stable at any valve stroke."""
    flow = state.flow
    drive = _net_drive(design, state, around, water, flow)
    nearby = _net_drive(design, state, around, water, flow + _SLOPE_STEP)
    slope = min((nearby - drive) / _SLOPE_STEP, 0.0)
    inertance = water.rho(around.supply_c) * design.pipe_length
    inertance /= pi * design.pipe_diameter**2 / 4
    return max(flow + dt * drive / (inertance - dt * slope), 1e-4)


def streams(design: Design, state: PlantState, around: Surroundings, water: Water) -> Streams:
    """Return pressures, powers and temperatures that follow from the state."""
    flow, density = state.flow, water.rho(around.supply_c)
    inlet, margin = _suction(design, flow, around, water)
    head = pump_head(design, flow, state.speed_ratio) * cavitation_factor(margin)
    ideal = density * GRAVITY * flow * pump_head(design, flow, state.speed_ratio)
    shaft = ideal / pump_efficiency(design, flow, state.speed_ratio)
    mass = density * flow
    return Streams(
        density=density,
        inlet_pa=inlet,
        outlet_pa=inlet + density * GRAVITY * head,
        margin=margin,
        cold_in_c=water.celsius(water.h(around.supply_c) + shaft / mass),
        hot_in_c=around.hot_in_c,
        hot_flow=design.hot_flow_kg_s,
        leak=around.plan.leak * mass,
        shaft_w=shaft,
        electric_w=shaft / design.motor_efficiency,
    )


def transferred(design: Design, now: Streams, cold_flow: float, fouling: float) -> float:
    """Return the heat [W] that the hot stream gives at steady state (ε–NTU, counter-flow).

    Heat capacities are those of water at 50 °C, the middle of both streams' ranges; the
    enthalpies carried by the streams stay exact.
    """
    hot, cold = now.hot_flow * 4180.0, cold_flow * 4180.0
    # Film coefficients follow the flows (Dittus–Boelter, exponent 0.8), referred to 12 and 9 kg/s.
    film = 0.5 * (12.0 / cold_flow) ** 0.8 + 0.5 * (9.0 / now.hot_flow) ** 0.8
    conductance = design.clean_conductance_w_k / (film + fouling)
    small, large = min(hot, cold), max(hot, cold)
    share = effectiveness(conductance, small, large)
    return share * small * (now.hot_in_c - now.cold_in_c)


def _heat_after(
    design: Design, state: PlantState, around: Surroundings, water: Water, dt: float
) -> PlantState:
    """Advance the exchanger: what enters, leaves, is lost and stays adds up to rounding."""
    now = streams(design, state, around, water)
    cold_flow = state.flow * now.density - now.leak
    given = transferred(design, now, cold_flow, around.plan.fouling)
    taken = state.wall_j / design.wall_lag_s
    hot_c = water.celsius(state.hot_h)
    lost = design.loss_w_k * (hot_c - around.plan.ambient_c)
    hot_in, cold_in = water.h(now.hot_in_c), water.h(now.cold_in_c)
    hot_net = now.hot_flow * (hot_in - state.hot_h) - given - lost
    cold_net = cold_flow * (cold_in - state.cold_h) + taken
    books = state.books
    return replace(
        state,
        hot_h=state.hot_h + dt * hot_net / design.hot_holdup_kg,
        cold_h=state.cold_h + dt * cold_net / design.cold_holdup_kg,
        wall_j=state.wall_j + dt * (given - taken),
        books=Books(
            books.carried_in + dt * (now.hot_flow * hot_in + cold_flow * cold_in),
            books.carried_out + dt * (now.hot_flow * state.hot_h + cold_flow * state.cold_h),
            books.lost + dt * lost,
            books.electric + dt * now.electric_w,
            books.shaft + dt * now.shaft_w,
            books.motor_loss + dt * (now.electric_w - now.shaft_w),
        ),
    )


def substep(
    design: Design, state: PlantState, around: Surroundings, water: Water, dt: float
) -> PlantState:
    """Advance the whole plant by a short time."""
    heated = _heat_after(design, state, around, water, dt)
    moved = state.opening + (state.target - state.opening) * (1 - exp(-dt / ACTUATOR_LAG_S))
    flow = _flow_after(design, state, around, water, dt)
    return replace(heated, flow=flow, opening=moved)


def controlled(state: PlantState, density: float, plan: Plan, wanted: float) -> PlantState:
    """Let the sampled flow controller scale its target.

    Each sample multiplies the opening by `1 + gain × relative error`. The reading is as old as
    the last stroke, so with gain the loop goes, like the logistic map, from settling through
    period doublings to chaos.
    """
    error = 1.0 - state.flow * density / wanted
    scaled = state.target * (1.0 + plan.gain * error)
    return replace(state, target=min(max(scaled, 0.02), 1.0))


def stored_j(design: Design, state: PlantState) -> float:
    """Return the heat held in the exchanger [J], above water at the table's zero."""
    hot, cold = design.hot_holdup_kg * state.hot_h, design.cold_holdup_kg * state.cold_h
    return hot + cold + state.wall_j
