"""What the world remembers: its people and projects as records, its events in SQLite."""
