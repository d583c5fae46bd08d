"""Dashboards: which there are, and what each widget of one shows now.

What members wrote (titles, queries) stands beside what events brought, in one fence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dexter_mcp.sentry.dashboards import Dashboard, DashboardBrief, Widget, WidgetQuery
from dexter_mcp.sentry.discover import Rows as Table
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.sessions import SessionGroup
from dexter_mcp.sentry.timeseries import Series
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.budget import Section, fit
from dexter_mcp.views.discover import cell, text_cell
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.numbers import count
from dexter_mcp.views.quantities import plain, quantity
from dexter_mcp.views.sessions import crash_free, in_percent
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.timeseries import figures, signed
from dexter_mcp.views.untrusted import Fence, clean, name

_TEXT: Final = 60
_WIDE: Final = 80
_NOTE: Final = 200
_REASON: Final = 200
_HEADERS = ("id", "title", "widgets", "by", "created", "starred", "environments")
_NUMBER: Final = "big_number"
_RATE: Final = "crash_free_rate"


@dataclass(frozen=True)
class Rows:
    """A table's rows, and its columns as they were sent."""

    page: Table
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Timed:
    """Series."""

    series: tuple[Series, ...]


@dataclass(frozen=True)
class Issues:
    """Issues."""

    items: tuple[Issue, ...]


@dataclass(frozen=True)
class Health:
    """Sessions by group, and what was asked of them."""

    groups: tuple[SessionGroup, ...]
    fields: tuple[str, ...]


Result = Rows | Timed | Issues | Health
"""What a query of a widget found."""


@dataclass(frozen=True)
class Shown:
    """A widget with what its queries found, and why others did not come."""

    widget: Widget
    results: tuple[tuple[WidgetQuery, Result], ...]
    failed: tuple[str, ...] = ()
    is_run: bool = True


@dataclass(frozen=True)
class Found:
    """Widgets, and the titles of those that were too many."""

    widgets: Sequence[Shown]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Where and when the widgets were asked; `gone` counts projects that are not visible."""

    org: str
    project: tuple[str, ...]
    environment: tuple[str, ...]
    within: str
    link: str
    gone: int = 0


def listing(
    page: Page[DashboardBrief], *, org: str, query: str, fence: Fence, now: datetime
) -> Answer:
    """Show dashboards, a line each."""
    asked = echo(org=org, query=query)
    if not page.items:
        hint = "Leave out `query`." if query else "Nobody has made one."
        return Answer(f"No dashboard found.\n{asked}\n{hint}", data=page)
    rows = [
        [
            name(each.id),
            name(each.title),
            str(len(each.widget_display)) if each.widget_display else "",
            name(each.created_by.called) if each.created_by else "",
            short_ago(each.date_created, now),
            "yes" if each.is_favorited else "",
            ", ".join(clean(place, limit=_TEXT) for place in each.environment),
        ]
        for each in page.items
    ]
    block = table(_HEADERS, rows)
    if any(each.environment for each in page.items):
        block = fence.block([block])
    first = f"{found(page, 'dashboard')}, {asked}"
    return Answer("\n".join([first, block, *onward(page)]), data=page)


def details(
    it: Dashboard, found: Found, asked: Asked, *, fence: Fence, now: datetime, budget: int
) -> Answer:
    """Show a dashboard: each widget as a number, a course or a small table."""
    said = echo(org=asked.org, project=", ".join(asked.project), within=asked.within)
    author = f" · by {name(it.created_by.called)}" if it.created_by else ""
    heading = [f"dashboard {name(it.id)}: {name(it.title)}{author}", said, asked.link]
    if asked.gone:
        heading.append(f"left out: {asked.gone} of its projects, deleted or not visible")
    places = ", ".join(clean(Untrusted(place), limit=_TEXT) for place in asked.environment)
    filters = ", ".join(clean(each, limit=_TEXT) for each in it.filters.release)
    lines = [
        *([f"environment: {places}"] if places else []),
        *([f"release: {filters}"] if filters else []),
        *(line for each in found.widgets for line in _widget(each, now)),
    ]
    more = [f"not run, name them in `widget`: {', '.join(map(name, found.left_out))}"]
    parts = [Section("", lines, more="widget=… shows fewer", fence=fence)]
    text = [*heading, fit(parts, budget), *(more if found.left_out else [])]
    data = {"dashboard": it, "widgets": [_told(each) for each in found.widgets]}
    return Answer("\n".join(filter(None, text)), data=data)


def _told(each: Shown) -> dict[str, object]:
    """Give programs what a widget found."""
    results = [result for _, result in each.results]
    return {"widget": each.widget.id, "results": results, "failed": each.failed}


def _widget(each: Shown, now: datetime) -> Iterator[str]:
    """Show a widget under its title, in one line where that holds all."""
    it, lines = each.widget, [*_lines(each, now)]
    about = ", ".join(filter(None, [name(it.display_type), name(it.widget_type)]))
    head = f"{clean(it.title, limit=_WIDE)} ({about.replace('_', ' ')}):"
    if len(lines) == 1:
        yield f"{head} {lines[0]}"
    else:
        yield from (head, *lines)


def _lines(each: Shown, now: datetime) -> Iterator[str]:
    it = each.widget
    if not each.is_run:
        said = clean(it.description, limit=_NOTE) if it.description else ""
        yield said or "not run: only Sentry's own page can show this kind"
        return
    for query, result in each.results:
        label = f"{clean(query.name, limit=_TEXT)}: " if query.name else ""
        lines = [*_result(it, result, now)] or ["nothing"]
        yield f"{label}{lines[0]}"
        yield from lines[1:]
    for reason in each.failed:
        yield f"failed: {clean(reason, limit=_REASON)}"


def _result(it: Widget, result: Result, now: datetime) -> Iterator[str]:
    match result:
        case Rows():
            yield from _rows(it, result, now)
        case Timed():
            yield from (_course(each) for each in _ordered(result.series))
        case Issues():
            yield from _issues(result, now)
        case Health():
            yield from _health(result)


def _rows(it: Widget, found: Rows, now: datetime) -> Iterator[str]:
    page = found.page
    cells = [
        [cell(row, field, page.meta, limit=_TEXT, now=now) for field in found.fields]
        for row in page.items
    ]
    if it.display_type == _NUMBER and cells:
        named = len(found.fields) > 1
        yield ", ".join(
            f"{clean(field, limit=_WIDE)} {value or 'none'}" if named else value or "none"
            for field, value in zip(found.fields, cells[0], strict=True)
        )
    elif cells:
        headers = [clean(field, limit=_WIDE) for field in found.fields]
        yield from table(headers, cells).split("\n")


def _ordered(series: Sequence[Series]) -> list[Series]:
    return sorted(series, key=lambda each: (each.meta.is_other, each.meta.order))


def _course(series: Series) -> str:
    """Draw a series in a line: what it adds up to or its mean, its peak, its last value."""
    groups = ", ".join(
        text_cell(each.key, each.value, limit=_TEXT) or "(empty)" for each in series.group_by
    )
    label = groups or clean(series.y_axis, limit=_WIDE)
    it = figures(series)
    if it is None:
        return f"{label}: nothing"
    complete = [point for point in series.values if not point.incomplete]
    course = sparkline([max(point.value or 0.0, 0.0) for point in complete])
    whole = "average" if it.total is None else "total"
    told = [
        f"{whole} {_figure(series, it.now)}",
        f"max {_figure(series, max(it.values))}",
        f"last {_figure(series, it.values[-1])}",
        f"{signed(it.now - it.before, it.before)} vs before" if it.before else "",
    ]
    return f"{label} {course} {', '.join(filter(None, told))}"


def _figure(series: Series, value: float) -> str:
    return quantity(value, series.meta.value_type, series.meta.value_unit)


def _issues(found: Issues, now: datetime) -> Iterator[str]:
    if found.items:
        rows = [
            [
                name(each.short_id or each.id),
                clean(each.title, limit=_WIDE),
                count(each.count),
                count(each.user_count),
                short_ago(each.last_seen, now),
            ]
            for each in found.items
        ]
        yield from table(("issue", "title", "events", "users", "last seen"), rows).split("\n")


def _health(found: Health) -> Iterator[str]:
    """Write the figures of each group, and their course where it was asked for."""
    for group in found.groups:
        by = group.by
        texts = [clean(text, limit=_TEXT) for text in (by.release, by.environment)]
        label = ", ".join(filter(None, [*texts, name(by.project), name(by.status)]))
        told = [f"{_course_of(group, field)}{_share(group, field)}" for field in found.fields]
        yield " ".join(filter(None, [f"{label}:" if label else "", ", ".join(told)]))


def _share(group: SessionGroup, field: str) -> str:
    value = group.totals.get(field)
    if value is None:
        return f"{name(field)} unknown"
    return crash_free(in_percent(value)) if field.startswith(_RATE) else plain(value)


def _course_of(group: SessionGroup, field: str) -> str:
    """Draw a course; of a rate what is missing from the whole, which is where the news is."""
    values = group.series.get(field, ())
    if field.startswith(_RATE):
        course = sparkline([1.0 - value for value in values if value is not None])
        return f"crashes {course} " if course else ""
    course = sparkline([value or 0.0 for value in values])
    return f"{course} " if course else ""
