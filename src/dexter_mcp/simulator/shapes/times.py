"""Sentry's ways of writing a moment down."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """Write a moment as Sentry's models do, such as `2026-08-12T09:14:03.482117Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_epoch(seconds: float) -> datetime:
    """Read epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)
