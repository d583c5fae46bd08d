"""Answers of Discover and Explore in the shapes of Sentry's API."""

from typing import Any

from dexter_mcp.simulator.discover.columns import Dataset
from dexter_mcp.simulator.discover.table import Table
from dexter_mcp.simulator.discover.validation import Verdict
from dexter_mcp.simulator.telling.story import Json

NO_PROJECTS: Json = {
    "data": [],
    "meta": {"tips": {"query": "Need at least one valid project to query."}},
}
_BYTES_A_ROW = 640


def table_meta(dataset: Dataset, found: Table, shown: int) -> Json:
    """Shape the meta of a table; sampled datasets say how sure they are of each figure."""
    meta: Json = {
        "fields": {one.name: one.column.type for one in found.selected},
        "units": {one.name: one.column.unit for one in found.selected},
        "isMetricsData": False,
        "isMetricsExtractedData": False,
        "tips": {},
        "datasetReason": "unchanged",
        "dataset": dataset.name,
        "dataScanned": "full",
    }
    if not dataset.items:
        return meta
    sure = {one.name: "high" for one in found.selected if one.aggregate}
    return meta | {
        "bytesScanned": _BYTES_A_ROW * shown,
        "accuracy": {"confidence": [sure] * shown},
    }


def verdict_json(verdict: Verdict) -> Json:
    """Shape what `/events/validate/` says about a field or a sort."""
    return {
        "name": verdict.name,
        "valid": verdict.valid,
        "attrType": verdict.type,
        "error": verdict.error,
    }


def judgement_json(**parts: Any) -> Json:
    """Put verdicts together: the whole is valid when each of them is."""
    empty: Json = {
        "projects": [],
        "dataset": [],
        "environment": [],
        "field": [],
        "query": {"valid": True, "error": None, "fields": []},
        "orderby": [],
    }
    shown = empty | parts
    verdicts = [one for name in empty if name != "query" for one in shown[name]]
    return {"valid": all(one["valid"] for one in (*verdicts, shown["query"]))} | shown
