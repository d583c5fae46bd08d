"""Dashboards: found by whatever somebody calls one, and their widgets' queries run."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, get_args

from dexter_mcp.insights import discover, expressions
from dexter_mcp.insights.datasets import Dialect
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.event_queries import PERIOD, Place, TableWanted, Wanted, settle, spoken
from dexter_mcp.insights.release_lookup import quoted
from dexter_mcp.insights.side_by_side import Part, SideBySide, side_by_side
from dexter_mcp.sentry.dashboards import Dashboard, DashboardBrief, Widget, WidgetQuery
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.issues import Sort as IssueSort
from dexter_mcp.sentry.sessions import GroupBy
from dexter_mcp.sentry.timeseries import MOST_GROUPS
from dexter_mcp.views import dashboards as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.dashboards import Asked, Found, Result, Shown, Timed
from dexter_mcp.views.untrusted import clean, name

MOST_WIDGETS: Final = 12
"""Widgets whose queries run in one answer."""
_MOST_QUERIES: Final = 3
"""Queries of a widget that run; few have more."""
_ROWS: Final = 5
_MANY: Final = 20
_CLOSE: Final = 0.4
_LINK: Final = re.compile(r"/dashboards?/(?P<id>[\w-]+)")
_DATASETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": "discover",
        "discover": "discover",
        "error-events": "errors",
        "transaction-like": "transactions",
        "spans": "spans",
        "logs": "logs",
        "tracemetrics": "metrics",
    }
)
"""What a widget's type is called where events are asked for."""
_SORTS: Final[Mapping[str, IssueSort]] = MappingProxyType(
    {"new": "new", "freq": "freq", "user": "user", "trends": "trends", "inbox": "inbox"}
)
_ISSUES: Final = "issue"
_SESSIONS: Final = "metrics"
_SERIES: Final = frozenset({"line", "area", "bar", "stacked_area"})
_TABLES: Final = frozenset({"table", "top_n", "big_number", "categorical_bar"})
_NUMBER: Final = "big_number"


@dataclass(frozen=True)
class Wishes:
    """What somebody wants to see of a dashboard, in place of what it says itself."""

    widgets: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    period: str = ""


@dataclass(frozen=True)
class _Run:
    """A query of a widget, and where it is asked."""

    desk: Desk
    place: Place
    widget: Widget
    query: WidgetQuery
    rows: int

    @property
    def fields(self) -> tuple[str, ...]:
        """Name the columns of a table; a number has none beside its functions."""
        if self.widget.display_type == _NUMBER:
            return self.query.aggregates or self.query.fields
        return self.query.fields or (*self.query.columns, *self.query.aggregates)

    @property
    def axes(self) -> tuple[str, ...]:
        """Name the functions; an older widget has them among its fields."""
        mixed = filter(expressions.is_aggregate, self.query.fields)
        return self.query.aggregates or tuple(mixed) or ("count()",)

    @property
    def sort(self) -> str:
        """Name the column to sort by, which an older widget does in another way; or leave it."""
        text = self.query.orderby
        falling, alias = "-" * text.startswith("-"), expressions.alias(text.removeprefix("-"))
        fitting = [field for field in self.fields if expressions.alias(field) == alias]
        return f"{falling}{fitting[0]}" if alias and fitting else ""


async def list_dashboards(desk: Desk, *, org: str, query: str, limit: int, cursor: str) -> Answer:
    """Answer with a page of dashboards."""
    home = await desk.org(org)
    page = await desk.sentry.dashboards.list(home, query=query, per_page=limit, cursor=cursor)
    return view.listing(page, org=home, query=query, fence=desk.fence(), now=desk.now())


async def get_dashboard(desk: Desk, *, org: str, named: str, wishes: Wishes) -> Answer:
    """Answer with a dashboard, each widget with what its queries find now.

    At most so many widgets run as fit into one answer; those that come late or fail are named.

    Raises:
        NotFound: There is no such dashboard, or no such widget on it.
        Invalid: Several are called so.
        SentryError: It did not come.
    """
    home = await desk.org(org)
    it = await _settled(desk, home, named)
    widgets = _chosen(it, wishes.widgets)
    about = await _about(desk, it, home, wishes)
    place = await settle(desk, about)
    rows = _MANY if len(widgets) == 1 else _ROWS
    async with side_by_side(desk.settings.soft_deadline) as these:
        asked = [
            _start(these, _Run(desk, place, widget, _narrowed(query, widget, it), rows))
            for widget in widgets[:MOST_WIDGETS]
            for query in _visible(widget)[:_MOST_QUERIES]
        ]
    shown = [_shown(widget, asked) for widget in widgets]
    link = f"{place.web}/dashboard/{it.id}/"
    said = Asked(
        home,
        place.among,
        place.environments,
        about.within,
        link,
        gone=0 if wishes.project else len(_numbers(it)) - len(about.project),
    )
    return view.details(
        it,
        Found(shown, tuple(widget.title for widget in widgets[MOST_WIDGETS:])),
        said,
        fence=desk.fence(),
        now=desk.now(),
        budget=desk.settings.answer_budget,
    )


_Asked = tuple[_Run, Part[Result] | None]


def _start(these: SideBySide, run: _Run) -> _Asked:
    way = _way(run.widget)
    if way is None:
        return run, None
    return run, these.ask(name(run.widget.title), lambda: way(run))


def _shown(widget: Widget, asked: Sequence[_Asked]) -> Shown:
    own = [(run, part) for run, part in asked if run.widget is widget]
    found = [(run.query, came) for run, part in own if part for came in part.came]
    failed = [failed for _, part in own if part for failed in part.failed]
    return Shown(
        widget,
        tuple(found),
        tuple(each.reason for each in failed),
        is_run=any(part for _, part in own),
    )


def _visible(widget: Widget) -> list[WidgetQuery]:
    return [query for query in widget.queries if not query.is_hidden]


def _way(widget: Widget) -> Callable[[_Run], Awaitable[Result]] | None:
    """Choose how a widget's queries are asked; nothing where there is no way."""
    if widget.widget_type == _ISSUES:
        return _issues
    known = widget.display_type in _SERIES | _TABLES
    if widget.widget_type == _SESSIONS and known:
        return _sessions
    if widget.widget_type not in _DATASETS or not known:
        return None
    return _series if widget.display_type in _SERIES else _table


def _wanted(run: _Run) -> Wanted:
    return Wanted(_DATASETS[run.widget.widget_type], run.query.conditions)


async def _table(run: _Run) -> Result:
    rows = min(run.widget.limit or run.rows, run.rows)
    wanted = TableWanted(_wanted(run), run.fields, run.sort)
    sent, page = await discover.first_page(run.desk, run.place, wanted, size=lambda _: rows)
    return view.Rows(page, sent.fields)


async def _series(run: _Run) -> Result:
    place, query = run.place, run.query
    groups = expressions.split(query.columns)
    top = min(run.widget.limit or _ROWS, MOST_GROUPS)

    async def ask(way: Dialect) -> Result:
        axes = tuple(way.field(axis) for axis in run.axes)
        found = await run.desk.sentry.time_series.get(
            place.org,
            dataset=way.dataset,
            y_axis=axes,
            query=way.query(query.conditions),
            group_by=[way.field(field) for field in groups],
            top_events=top if groups else 0,
            sort=f"-{axes[0]}" if groups else "",
            exclude_other=bool(groups),
            project=place.project,
            environment=place.environments,
            stats_period=place.stats_period,
            start=place.start,
            end=place.end,
        )
        return Timed(found.time_series)

    return await spoken(run.desk, place, _wanted(run), [*run.axes, *groups], ask)


async def _issues(run: _Run) -> Result:
    place = run.place
    page = await run.desk.sentry.issues.search(
        place.org,
        query=run.query.conditions,
        project=place.project,
        environment=place.environments,
        stats_period=place.stats_period,
        start=place.start,
        end=place.end,
        sort=_SORTS.get(run.query.orderby, "date"),
        limit=min(run.widget.limit or run.rows, run.rows),
    )
    return view.Issues(tuple(page.items))


async def _sessions(run: _Run) -> Result:
    place = run.place
    known: tuple[GroupBy, ...] = get_args(GroupBy)
    report = await run.desk.sentry.sessions.query(
        place.org,
        field=run.axes,
        group_by=[each for each in known if each in run.query.columns],
        query=run.query.conditions,
        project=place.project,
        environment=place.environments,
        stats_period=place.stats_period,
        start=place.start,
        end=place.end,
        series=run.widget.display_type in _SERIES,
        per_page=min(run.widget.limit or run.rows, run.rows),
    )
    return view.Health(report.groups, run.axes)


async def _about(desk: Desk, it: Dashboard, org: str, wishes: Wishes) -> Wanted:
    """Say where and when: what is wished for, or else what the dashboard says."""
    timed = bool(wishes.period)
    return Wanted(
        org=org,
        project=wishes.project or await _own_projects(desk, it, org),
        environment=wishes.environment,
        bound=tuple(each.raw for each in it.environment),
        period=wishes.period or it.period or ("" if it.start else PERIOD),
        start="" if timed else it.start,
        end="" if timed else it.end,
    )


async def _own_projects(desk: Desk, it: Dashboard, org: str) -> tuple[str, ...]:
    """Name those projects of a dashboard that there still are; none are all of them.

    Raises:
        NotFound: It has projects, and none is left.
    """
    own = _numbers(it)
    known = await desk.sentry.projects.known(org, own)
    if own and not known:
        gone = NotFound(f"None of the projects of dashboard {name(it.id)} is visible in {org!r}.")
        gone.advice = "They may be deleted, or not yours. Say which to look at: `project`."
        raise gone
    return tuple(known[number].slug for number in own if number in known)


def _numbers(it: Dashboard) -> list[str]:
    return [number for number in dict.fromkeys(it.projects) if number != "-1"]


def _narrowed(query: WidgetQuery, widget: Widget, it: Dashboard) -> WidgetQuery:
    """Add the dashboard's own filters to a query, as Sentry's page does."""
    releases = ",".join(quoted(each.raw) for each in it.filters.release)
    added = [f"release:[{releases}]"] if releases else []
    added += [each.value for each in it.filters.global_filter if each.dataset == widget.widget_type]
    own = query.conditions
    inside = f"({own})" if added and " or " in own.lower() else own
    return query.model_copy(update={"conditions": " ".join(filter(None, [inside, *added]))})


def _chosen(it: Dashboard, named: Sequence[str]) -> list[Widget]:
    """Pick widgets by number or by part of their title; none named means all."""
    if not named:
        return list(it.widgets)
    picked: list[Widget] = []
    for each in named:
        wanted = each.casefold()
        fitting = [
            widget
            for widget in it.widgets
            if widget.id == each or wanted in widget.title.casefold()
        ]
        if not fitting:
            titles = ", ".join(name(widget.title) for widget in it.widgets)
            missing = NotFound(f"{name(it.title)} has no widget {each[:80]!r}.")
            missing.advice = f"It has: {titles}."
            raise missing
        picked += [widget for widget in fitting if widget not in picked]
    return picked


async def _settled(desk: Desk, org: str, named: str) -> Dashboard:
    """Read the dashboard that is meant: by id, link or title."""
    text = named.strip().strip("<>`'\"")
    link = _LINK.search(text) if "/" in text else None
    wanted = link["id"] if link else text
    if link or wanted.isdecimal() or wanted == "default-overview":
        try:
            return await desk.sentry.dashboards.get(org, wanted)
        except NotFound as error:
            missing = NotFound(f"No dashboard {wanted[:80]!r} is visible in {org!r}.")
            missing.advice = "`list_dashboards` names them."
            raise missing from error
    return await desk.sentry.dashboards.get(org, await _called(desk, org, wanted))


async def _called(desk: Desk, org: str, wanted: str) -> str:
    """Find the id of the dashboard with a title, or with the only one that holds it."""
    there = (await desk.sentry.dashboards.list(org, query=wanted, per_page=100)).items
    exact = [each for each in there if each.title.casefold() == wanted.casefold()]
    match exact or there:
        case [one]:
            return one.id
        case []:
            raise await _nothing(desk, org, wanted)
        case several:
            told = ", ".join(f"{each.id} ({name(each.title)})" for each in several[:10])
            raise Invalid(f"Several dashboards fit {wanted[:80]!r}: {told}. Say which.")


async def _nothing(desk: Desk, org: str, wanted: str) -> NotFound:
    there: list[DashboardBrief] = (await desk.sentry.dashboards.list(org, per_page=100)).items
    titles = {each.title.casefold(): each for each in there}
    close = get_close_matches(wanted.casefold(), titles, n=3, cutoff=_CLOSE)
    told = ", ".join(f"{titles[each].id} ({name(titles[each].title)})" for each in close)
    hint = f" Did you mean {told}?" if told else ""
    missing = NotFound(f"No dashboard is called {clean(wanted, limit=80)!r}.{hint}")
    missing.advice = "`list_dashboards` names them."
    return missing
