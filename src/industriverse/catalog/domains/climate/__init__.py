"""Air and water on a turning planet."""
