"""The page of Sentry on which people see what was asked here. Pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from dexter_mcp.insights import expressions
from dexter_mcp.insights.event_queries import Place

_SAFE: Final = "():,*!/@"
_OF_SPANS: Final = frozenset({"spans", "spansIndexed"})
_OF_LOGS: Final = frozenset({"logs", "ourlogs"})
_DISCOVER: Final = {"errors": "error-events", "transactions": "transaction-like"}

_Pairs = Iterator[tuple[str, str]]


def table_link(
    place: Place, dataset: str, *, fields: Sequence[str], query: str, sort: Sequence[str]
) -> str:
    """Address a table."""
    plain = [field for field in fields if not expressions.is_aggregate(field)]
    drawn = [field for field in fields if expressions.is_aggregate(field)]
    if dataset in _OF_SPANS:
        return _page(place, "traces", _spans(plain, drawn, query, sort))
    if dataset in _OF_LOGS:
        return _page(place, "logs", _logs(plain, drawn, query, sort))
    return _page(place, "discover/results", _discover(dataset, fields, query, sort))


def series_link(
    place: Place, dataset: str, *, axes: Sequence[str], group_by: Sequence[str], query: str
) -> str:
    """Address a chart."""
    if dataset in _OF_SPANS | _OF_LOGS:
        return table_link(place, dataset, fields=[*group_by, *axes], query=query, sort=())
    sort = [f"-{axes[0]}"] if group_by else []
    pairs = [*_discover(dataset, [*group_by, *axes], query, sort)]
    shown = [("display", "top5")] if group_by else []
    return _page(
        place, "discover/results", iter([*pairs, *(("yAxis", axis) for axis in axes), *shown])
    )


def _page(place: Place, page: str, pairs: _Pairs) -> str:
    shared = [
        *(("project", number) for number in place.project if number != "-1"),
        *(("environment", name) for name in place.environment),
        ("statsPeriod", place.stats_period),
        ("start", place.start),
        ("end", place.end),
    ]
    told = [(name, value) for name, value in [*pairs, *shared] if value]
    return f"{place.web}/explore/{page}/?{urlencode(told, safe=_SAFE, quote_via=quote)}"


def _discover(dataset: str, fields: Sequence[str], query: str, sort: Sequence[str]) -> _Pairs:
    yield "queryDataset", _DISCOVER.get(dataset, dataset)
    yield from (("field", field) for field in fields)
    yield "query", query
    yield from (("sort", each) for each in sort)


def _spans(plain: Sequence[str], drawn: Sequence[str], query: str, sort: Sequence[str]) -> _Pairs:
    yield "query", query
    if not drawn:
        yield "mode", "samples"
        yield from (("field", field) for field in plain)
        yield from (("sort", each) for each in sort)
        return
    yield "mode", "aggregate"
    yield from _aggregated(plain, drawn)
    yield from (("aggregateSort", each) for each in sort)


def _logs(plain: Sequence[str], drawn: Sequence[str], query: str, sort: Sequence[str]) -> _Pairs:
    yield "logsQuery", query
    if drawn:
        yield "mode", "aggregate"
        yield from _aggregated(plain, drawn)
        return
    yield from (("logsFields", field) for field in plain)
    yield from (("logsSortBys", each) for each in sort)


def _aggregated(plain: Sequence[str], drawn: Sequence[str]) -> _Pairs:
    yield from (("groupBy", field) for field in plain)
    yield "visualize", json.dumps({"yAxes": list(drawn)}, separators=(",", ":"))
