"""The moment at which the tests take place."""

from datetime import UTC, datetime

NOW = datetime(2026, 8, 12, 9, 15, tzinfo=UTC)


def now() -> datetime:
    """Read the stopped clock."""
    return NOW
