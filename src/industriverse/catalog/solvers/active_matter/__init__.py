"""A fluid of swimmers that stirs itself."""
