"""What the plant's instruments read, in order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlantChannel:
    """One instrument.

    Attributes:
        name: Column name.
        unit: Unit of its readings.
        title: Plain words for people.
        noise: Standard deviation of its noise, in its unit.
    """

    name: str
    unit: str
    title: str
    noise: float


CHANNELS: tuple[PlantChannel, ...] = (
    PlantChannel("cold_flow", "kg/s", "Cold water flow at the pump", 0.02),
    PlantChannel("inlet_pressure", "kPa", "Pressure before the pump", 0.25),
    PlantChannel("outlet_pressure", "kPa", "Pressure after the pump", 0.6),
    PlantChannel("pump_speed", "rpm", "Pump speed", 1.5),
    PlantChannel("motor_power", "kW", "Electric power of the pump motor", 0.015),
    PlantChannel("valve_opening", "1", "Control valve opening", 0.001),
    PlantChannel("hot_flow", "kg/s", "Hot water flow", 0.02),
    PlantChannel("hot_inlet_temperature", "degC", "Hot water in", 0.05),
    PlantChannel("hot_outlet_temperature", "degC", "Hot water out", 0.05),
    PlantChannel("cold_inlet_temperature", "degC", "Cold water in", 0.05),
    PlantChannel("cold_outlet_temperature", "degC", "Cold water out", 0.05),
    PlantChannel("exchanger_duty", "kW", "Heat given up by the hot water", 4.0),
    PlantChannel("feeder_voltage", "V", "Voltage at the feeder's end", 0.25),
    PlantChannel("motor_current", "A", "Motor current", 0.03),
    PlantChannel("vibration", "mm/s", "Pump vibration", 0.03),
)
