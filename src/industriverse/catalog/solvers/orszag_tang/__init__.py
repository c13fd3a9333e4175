"""The vortices of Orszag and Tang in a magnetised gas."""
