"""Time series of events, in today's shape and in the one before it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from dexter_mcp.sentry import endpoints
from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.errors import NotFound
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

MOST_GROUPS: Final = 10
MOST_POINTS: Final = 10_000
"""Points of a query about errors, over all its groups."""
MOST_POINTS_OF_ITEMS: Final = 2_016
"""Points of a query about spans, logs or metrics."""
INTERVALS_OF_ITEMS: Final = (
    *(15, 30, 60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 14_400, 43_200, 86_400),
)
"""Seconds: the only intervals that there are for spans, logs and metrics."""

_MILLISECONDS = 1000


class Point(Reply):
    """A bucket: when it begins (epoch milliseconds), its value, and that of the earlier range.

    `value` is absent where there is nothing to tell. A bucket is incomplete while events for it may
    still come in. `sample_count` is how many items stand behind the value, where they are sampled.
    """

    timestamp: float
    value: float | None = None
    comparison_value: float | None = None
    sample_count: float | None = None
    incomplete: bool = False


class Group(Reply):
    """What all events of a series have in common. The value came with them."""

    key: str = ""
    value: Untrusted = Untrusted()


class SeriesMeta(Reply):
    """What the values of a series mean; the interval is in milliseconds."""

    interval: float = 0
    value_type: str = ""
    value_unit: str = ""
    order: int = 0
    is_other: bool = False
    data_scanned: str = ""


class Series(Reply):
    """One aggregate of one group over time."""

    y_axis: str = ""
    group_by: tuple[Group, ...] = ()
    values: tuple[Point, ...] = ()
    meta: SeriesMeta = SeriesMeta()


class TimeSeries(Reply):
    """All series of an answer, in Sentry's order."""

    time_series: tuple[Series, ...]


class TimeSeriesQueries:
    """What one can ask about events over time."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def get(
        self,
        org: str,
        *,
        dataset: str,
        y_axis: Sequence[str] = ("count()",),
        query: str = "",
        group_by: Sequence[str] = (),
        top_events: int = 0,
        sort: str = "",
        interval: int = 0,
        comparison_delta: int = 0,
        exclude_other: bool = False,
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
    ) -> TimeSeries:
        """Read series, one for each axis and group; `interval` and `comparison_delta` in seconds.

        A server without this endpoint is asked in the older way, once it has turned out to lack it.
        https://docs.sentry.io/api/explore/query-explore-events-in-timeseries-format/

        Raises:
            SentryError: As `errors` draws them.
        """
        asked: dict[str, Any] = {
            "dataset": dataset,
            "yAxis": y_axis,
            "query": query or None,
            "topEvents": top_events or None,
            "sort": sort or None,
            "interval": interval or None,
            "comparisonDelta": comparison_delta or None,
            "excludeOther": True if exclude_other else None,
            "project": project,
            "environment": environment,
            "statsPeriod": stats_period or None,
            "start": start or None,
            "end": end or None,
        }
        if not self._api.capabilities.know("series", org):
            try:
                return await self._today(org, {**asked, "groupBy": group_by})
            except NotFound:
                before = await self._before(org, asked, y_axis, group_by)
                self._api.capabilities.note("series", org=org)
                return before
        return await self._before(org, asked, y_axis, group_by)

    async def _today(self, org: str, asked: Mapping[str, Any]) -> TimeSeries:
        return await self._api.get(
            TimeSeries,
            path("organizations", org, "events-timeseries"),
            fresh_for=MINUTE,
            bucket=endpoints.TIME_SERIES,
            **asked,
        )

    async def _before(
        self,
        org: str,
        asked: Mapping[str, Any],
        y_axis: Sequence[str],
        group_by: Sequence[str],
    ) -> TimeSeries:
        """Ask in the older way. Unpublished; Sentry's own pages used it."""
        columns = [*group_by, *y_axis] if group_by else ()
        raw: Any = await self._api.get(
            dict[str, Any],
            path("organizations", org, "events-stats"),
            fresh_for=MINUTE,
            bucket=endpoints.TIME_SERIES,
            **asked,
            field=columns,
        )
        return TimeSeries(time_series=tuple(_read_old(raw, y_axis, group_by)))


def _read_old(
    raw: Mapping[str, Any], y_axis: Sequence[str], group_by: Sequence[str]
) -> Iterator[Series]:
    """Read the older shape: one series, or one for each axis, group, or group and axis."""
    if _is_series(raw):
        yield _old_series(raw, y_axis[0], ())
        return
    for name, inner in raw.items():
        if not is_object(inner):
            continue
        if _is_series(inner):
            axis, groups = (y_axis[0], _old_groups(name, group_by)) if group_by else (name, ())
            yield _old_series(inner, axis, groups)
            continue
        for axis, deepest in inner.items():
            if is_object(deepest) and _is_series(deepest):
                yield _old_series(deepest, axis, _old_groups(name, group_by))


def _is_series(raw: Mapping[str, Any]) -> bool:
    """Tell points from groups, one of which may be called `data` too."""
    return is_array(raw.get("data"))


def _old_groups(name: str, group_by: Sequence[str]) -> tuple[Group, ...]:
    """Name a group as the older shape does: all its values in a single text."""
    return (Group(key=", ".join(group_by), value=Untrusted(name)),)


def _old_series(raw: Mapping[str, Any], axis: str, groups: tuple[Group, ...]) -> Series:
    points = [_old_point(pair) for pair in raw["data"] if is_array(pair) and len(pair) > 1]
    meta = {
        "interval": points[1]["timestamp"] - points[0]["timestamp"] if len(points) > 1 else 0,
        "valueType": _old_meta(raw, "fields", axis),
        "valueUnit": _old_meta(raw, "units", axis),
        "order": raw.get("order"),
        "isOther": any(group.value.raw == "Other" for group in groups),
    }
    return Series.model_validate({"yAxis": axis, "groupBy": groups, "values": points, "meta": meta})


def _old_point(pair: Sequence[Any]) -> dict[str, Any]:
    """Read `[epoch seconds, [{"count": value}]]`; the value goes by that name whatever it is."""
    seconds, counts = pair[0], pair[1]
    first: Any = counts[0] if is_array(counts) and counts else {}
    told: Mapping[str, Any] = first if is_object(first) else {}
    return {
        "timestamp": seconds * _MILLISECONDS if isinstance(seconds, (int, float)) else 0,
        "value": told.get("count"),
        "comparisonValue": told.get("comparisonCount"),
    }


def _old_meta(raw: Mapping[str, Any], part: str, axis: str) -> Any:
    """Find what an older server says of the values, under the axis or what it made of its name."""
    meta = raw.get("meta")
    named = meta.get(part) if is_object(meta) else None
    if not is_object(named):
        return None
    others = [value for name, value in named.items() if name not in {"time", "timestamp"}]
    return named.get(axis, others[0] if len(others) == 1 else None)
