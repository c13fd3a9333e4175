"""Otto cycle of a real fluid."""
