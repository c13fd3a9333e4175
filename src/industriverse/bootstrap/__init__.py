"""The only reader of the environment and the only builder of adapters."""
