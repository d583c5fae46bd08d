"""Times as SDKs send them: epoch seconds or ISO 8601."""

from datetime import UTC, datetime

from dexter_mcp.simulator.intake.loose import text


def moment(value: object) -> datetime | None:
    """Read a time in epoch seconds or ISO 8601; without a zone it is UTC."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        read = datetime.fromisoformat(text(value))
    except (ValueError, OverflowError, OSError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def epoch(value: object) -> float | None:
    """Read a time as epoch seconds."""
    read = moment(value)
    return read.timestamp() if read else None
