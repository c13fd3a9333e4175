"""Gas that shines where it mixes."""
