"""Fluid in the pores of rock."""
