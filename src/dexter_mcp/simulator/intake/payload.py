"""What Sentry makes of an event at ingestion, from the payload as an SDK sends it."""

from dexter_mcp.simulator.intake.grouping import grouping_hash
from dexter_mcp.simulator.intake.tagging import tags_of
from dexter_mcp.simulator.intake.titles import culprit_of, message_of, metadata_of, title_of

__all__ = [
    "culprit_of",
    "grouping_hash",
    "message_of",
    "metadata_of",
    "tags_of",
    "title_of",
]
