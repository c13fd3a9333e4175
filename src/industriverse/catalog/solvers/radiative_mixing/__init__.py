"""Hot gas sliding over cold gas, radiating where they mix."""
