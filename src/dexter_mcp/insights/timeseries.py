"""Events over time, from what somebody asked to what Sentry is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dexter_mcp.insights import expressions
from dexter_mcp.insights.datasets import Dialect
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.event_queries import Place, Wanted, settle, spoken, understood
from dexter_mcp.insights.explore_link import series_link
from dexter_mcp.insights.suggestions import guesses
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.timeseries import (
    INTERVALS_OF_ITEMS,
    MOST_POINTS,
    MOST_POINTS_OF_ITEMS,
    TimeSeries,
)
from dexter_mcp.views import timeseries as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.moments import span

_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LENGTH: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_OF_ITEMS: Final = frozenset({"spans", "logs", "tracemetrics"})
_OF_TIME: Final = frozenset({"timestamp", "timestamp.to_hour", "timestamp.to_day"})


@dataclass(frozen=True)
class SeriesWanted:
    """What to draw over time, for which groups, how finely, and against what.

    Groups are the `top` ones by the first axis.
    """

    about: Wanted
    axes: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    top: int = 5
    interval: str = ""
    compare: bool = True


@dataclass(frozen=True)
class _Sent:
    """What Sentry is asked."""

    way: Dialect
    axes: tuple[str, ...]
    group_by: tuple[str, ...]
    query: str
    interval: int


async def query_timeseries(desk: Desk, wanted: SeriesWanted) -> Answer:
    """Answer with series, under the query as it was sent; raises as `read_series`."""
    found, asked = await read_series(desk, wanted)
    return view.listing(found, asked, fence=desk.fence(), now=desk.now())


async def read_series(desk: Desk, wanted: SeriesWanted) -> tuple[TimeSeries, view.Asked]:
    """Read series, and say what was asked, as it was sent.

    Raises:
        Invalid: It could not be asked.
        Rejected: Sentry refused it, with what may have been meant.
        SentryError: As `errors` draws them.
    """
    place = await settle(desk, wanted.about)

    async def ask(way: Dialect) -> tuple[_Sent, TimeSeries]:
        sent = _shaped(wanted, way)
        return sent, await _read(desk, place, wanted, sent)

    columns = [*expressions.split(wanted.axes), *wanted.group_by]
    sent, found = await spoken(desk, place, wanted.about, columns, ask)
    return found, _described(place, wanted, sent, _doubts(found, sent))


def _doubts(found: TimeSeries, sent: _Sent) -> list[str]:
    """Doubt fields that part nothing, and those of a query that finds nothing."""
    told = {group.key for each in found.time_series for group in each.group_by if group.value}
    empty = not any(point.value for each in found.time_series for point in each.values)
    unheard = expressions.columns((), sent.query) if empty else []
    return guesses(
        [*(each for each in sent.group_by if each not in told), *unheard], sent.way.dataset
    )


async def _read(desk: Desk, place: Place, wanted: SeriesWanted, sent: _Sent) -> TimeSeries:
    return await understood(
        desk,
        place,
        lambda: desk.sentry.time_series.get(
            place.org,
            dataset=sent.way.dataset,
            y_axis=sent.axes,
            query=sent.query,
            group_by=sent.group_by,
            top_events=wanted.top if sent.group_by else 0,
            sort=f"-{sent.axes[0]}" if sent.group_by else "",
            interval=sent.interval,
            comparison_delta=_length(wanted.about) if wanted.compare else 0,
            project=place.project,
            environment=place.environment,
            stats_period=place.stats_period,
            start=place.start,
            end=place.end,
        ),
        dataset=sent.way.dataset,
        fields=[*sent.group_by, *sent.axes],
        query=sent.query,
    )


def _shaped(wanted: SeriesWanted, way: Dialect) -> _Sent:
    axes = tuple(way.field(axis) for axis in expressions.split(wanted.axes)) or ("count()",)
    groups = tuple(way.field(field) for field in expressions.split(wanted.group_by))
    if plain := [axis for axis in axes if not expressions.is_aggregate(axis)]:
        raise Invalid(
            f"`axes` are functions, and {plain[0]!r} is a field: give count_unique({plain[0]}) or "
            "the like, or name it in `group_by`."
        )
    if _OF_TIME & {*groups}:
        raise Invalid("A series is over time already: leave timestamp out of `group_by`.")
    interval = _interval(wanted, way.dataset, len(groups) and wanted.top)
    return _Sent(way, axes, groups, way.query(wanted.about.query), interval)


def _interval(wanted: SeriesWanted, dataset: str, groups: int) -> int:
    """Read the interval in seconds; 0 leaves it to Sentry.

    Raises:
        Invalid: It is none, there is no such interval, or it makes more points than Sentry gives.
    """
    if not wanted.interval:
        return 0
    found = _LENGTH.fullmatch(wanted.interval.strip())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not seconds:
        raise Invalid(
            f"`interval` is a number and a unit ({', '.join(_SECONDS)}), such as 5m or 1h, not "
            f"{wanted.interval[:40]!r}."
        )
    items = dataset in _OF_ITEMS
    if items and seconds not in INTERVALS_OF_ITEMS:
        named = ", ".join(_short(each) for each in INTERVALS_OF_ITEMS)
        raise Invalid(f"For {dataset} `interval` is one of {named}.")
    most = MOST_POINTS_OF_ITEMS if items else MOST_POINTS // max(groups, 1)
    if (points := _length(wanted.about) // seconds) > most:
        raise Invalid(
            f"An interval of {span(seconds)} makes {points} points a series, and Sentry gives "
            f"{most} at most. Take a longer `interval` or a shorter `period`."
        )
    return seconds


def _short(seconds: int) -> str:
    unit = next(unit for unit in reversed(_SECONDS) if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def _length(about: Wanted) -> int:
    """Measure the time range in seconds."""
    if about.start:
        first, last = (datetime.fromisoformat(text) for text in (about.start, about.end))
        return round((last - first).total_seconds())
    found = _LENGTH.fullmatch(about.stats_period)
    return int(found[1]) * _SECONDS[found[2]] if found else 0


def _described(
    place: Place, wanted: SeriesWanted, sent: _Sent, doubts: Sequence[str]
) -> view.Asked:
    return view.Asked(
        org=place.org,
        dataset=sent.way.dataset,
        axes=sent.axes,
        group_by=sent.group_by,
        query=sent.query,
        project=place.among,
        environment=wanted.about.environment,
        within=wanted.about.within,
        before=f"the {span(_length(wanted.about))} before" if wanted.compare else "",
        link=series_link(
            place, sent.way.dataset, axes=sent.axes, group_by=sent.group_by, query=sent.query
        ),
        notes=tuple(filter(None, [sent.way.note, *doubts])),
    )
