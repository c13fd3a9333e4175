"""Alembic's environment and the schema's versions; they travel inside the wheel."""
