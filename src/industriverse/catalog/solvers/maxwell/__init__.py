"""Maxwell's equations in a box with dielectric discs."""
