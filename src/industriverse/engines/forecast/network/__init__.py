"""The flux-form network: forecasts that cannot lose what is conserved."""
