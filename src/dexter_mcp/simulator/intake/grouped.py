"""The fields of an issue that follow from the payload of its events."""

from dexter_mcp.simulator.intake.loose import mapping, mappings, text
from dexter_mcp.simulator.intake.payload import (
    culprit_of,
    grouping_hash,
    metadata_of,
    title_of,
)
from dexter_mcp.simulator.intake.titles import type_of
from dexter_mcp.simulator.telling.story import Json


def issue_fields(payload: Json, *, category: str = "error", kind: str = "error") -> Json:
    """Derive an issue's fields from the first payload that is grouped into it."""
    handled = [
        mapping(exception.get("mechanism")).get("handled")
        for exception in mappings(payload.get("exception"))
    ]
    return {
        "title": title_of(payload),
        "culprit": culprit_of(payload),
        "type": type_of(payload),
        "metadata": metadata_of(payload),
        "level": text(payload.get("level")) or "error",
        "platform": text(payload.get("platform")) or "other",
        "logger": text(payload.get("logger")),
        "category": category,
        "kind": kind,
        "unhandled": False in handled,
        "hashes": [grouping_hash(payload)],
    }
