"""Flow through rock."""
