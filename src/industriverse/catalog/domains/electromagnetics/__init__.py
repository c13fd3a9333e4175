"""Light and radio waves."""
