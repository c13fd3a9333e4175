"""One file a schema version; a published one never changes."""
