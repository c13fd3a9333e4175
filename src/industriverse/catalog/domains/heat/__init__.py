"""Heat in a body: energy above a reference temperature, kept where nothing crosses the walls."""
