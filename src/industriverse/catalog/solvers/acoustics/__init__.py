"""Sound in a rigid box with discs of another fluid."""
