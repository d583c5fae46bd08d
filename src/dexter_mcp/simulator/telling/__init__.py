"""How a story becomes an issue and its events."""
