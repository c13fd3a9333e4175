"""Air: moist static and kinetic energy per area of one layer."""
