"""Any sensor window: time-frequency energy, with what enters and leaves as the window slides."""
