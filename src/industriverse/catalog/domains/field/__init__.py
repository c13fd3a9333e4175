"""A field whose variables mean nothing known: a square above its minimum, no claim."""
