"""Gas under its own gravity."""
