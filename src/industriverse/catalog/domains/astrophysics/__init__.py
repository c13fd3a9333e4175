"""Gas in space."""
