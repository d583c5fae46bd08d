"""Two releases side by side: a table of figures, then what is worth reading about the newer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.sentry.discover import Row, Rows
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.releases import Deploy, Release, ReleaseCommit
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.sessions import (
    CRASH_FREE_SESSIONS,
    CRASH_FREE_USERS,
    SESSIONS,
    SessionGroup,
    SessionReport,
)
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.budget import Section, fit
from dexter_mcp.views.listing import echo
from dexter_mcp.views.moments import ago, exact
from dexter_mcp.views.numbers import count
from dexter_mcp.views.releases import VERSION, health_in, share
from dexter_mcp.views.sessions import crash_free, in_percent
from dexter_mcp.views.table import table
from dexter_mcp.views.transaction_speed import P50, P95, Paces, changes, figure, paces, text
from dexter_mcp.views.untrusted import Fence, clean, name
from dexter_mcp.views.whole_release import commit_line, deploy_line, issue_rows

_LINK = 300
_AROUND = 400


@dataclass(frozen=True)
class Asked:
    """Where and over what time the two are compared."""

    org: str
    environment: tuple[str, ...]
    period: str


@dataclass(frozen=True)
class Comparison:
    """Two releases, and what was measured of them; `deploys` are the newer's, then the older's."""

    newer: Release
    older: Release
    asked: Asked
    url: str
    sessions: SessionReport | None
    errors: Rows | None
    transactions: Rows | None
    new: Page[Issue] | None
    regressed: Page[Issue] | None
    resolved: Sequence[Issue] | None
    commits: Page[ReleaseCommit] | None
    deploys: tuple[Sequence[Deploy], Sequence[Deploy]]
    failed: tuple[Failed, ...]

    def pick(self, rows: Rows | None) -> tuple[Row, Row]:
        """Pick the row of the newer and that of the older one."""
        known = {text(row.get("release")): row for row in (rows.items if rows else ())}
        return known.get(self.newer.version.raw, {}), known.get(self.older.version.raw, {})

    @property
    def paces(self) -> Paces:
        """Set the speed of each transaction against itself."""
        rows = self.transactions.items if self.transactions else ()
        return paces(rows, self.newer.version.raw, self.older.version.raw)


def comparison(told: Comparison, *, fence: Fence, now: datetime, budget: int) -> Answer:
    """Show what the newer release made better or worse."""
    projects = ", ".join(name(project.slug) for project in told.newer.projects)
    asked = echo(
        org=told.asked.org,
        environment=", ".join(told.asked.environment),
        within=f"last {told.asked.period}",
    )
    first = f"two releases of {projects} compared, {asked}"
    onward = (
        "more: `get_release` include=issues|commits|files · `search_issues` query=firstRelease:…"
    )
    around = [first, onward, *failures(told.failed)]
    inside = fit(list(_sections(told, now)), budget - sum(map(len, around)) - _AROUND)
    block = fence.block(inside.replace("\n\n", "\n").split("\n"))
    return Answer("\n".join([first, block, *around[1:]]), data=_data(told))


def _data(told: Comparison) -> dict[str, object]:
    """Leave the address out, which spells the version."""
    return {key: value for key, value in vars(told).items() if key != "url"}


def _sections(told: Comparison, now: datetime) -> Iterator[Section]:
    newer, older = (clean(each.version, limit=VERSION) for each in (told.newer, told.older))
    known = (row for row in _figures(told, now) if any(row[1:]))
    figures = table(("", newer, older, "change"), known).split("\n")
    yield Section("", [clean(told.url, limit=_LINK), *figures], keep=9)
    yield Section("", list(changes(told.paces)), keep=7)
    for title, page, keep in (
        ("regressed with it", told.regressed, 8),
        ("new with it", told.new, 8),
    ):
        if page is not None and page.items:
            number = max(page.total or 0, len(page.items))
            rows = issue_rows(page.items, now)
            yield Section("", [f"{title}: {number}", *rows], keep=keep, minimum=3)
    if told.resolved:
        named = [name(issue.short_id or issue.id) for issue in told.resolved]
        yield Section("", [f"resolved by it: {', '.join(named)}"], keep=5)
    if told.commits is not None and told.commits.items:
        lines = [commit_line(commit, now) for commit in told.commits.items]
        yield Section("its commits:", lines, keep=3)


def _figures(told: Comparison, now: datetime) -> Iterator[Sequence[str]]:
    releases = (told.newer, told.older)
    yield ("released", *(f"{ago(r.released, now)} ({exact(r.released)})" for r in releases))
    yield ("deployed", *(deploy_line(deploys[:1], now) for deploys in told.deploys))
    yield ("adoption, 24 h", *(_adoption(release) for release in releases))
    yield from _health(told)
    yield from _errors(told)
    yield from _speed(told)
    yield _counts("new issues", *(release.new_groups for release in releases))
    if told.regressed is not None:
        yield ("regressed issues", count(max(told.regressed.total or 0, len(told.regressed.items))))
    if told.resolved is not None:
        yield ("resolved issues", count(len(told.resolved)))
    yield _counts("commits", *(release.commit_count for release in releases))


def _adoption(release: Release) -> str:
    known = [health.adoption or 0.0 for _, health in health_in(release)]
    return share(max(known)) if known else ""


def _health(told: Comparison) -> Iterator[Sequence[str]]:
    sides = health_of(told)
    yield _counts("sessions", *(side.get(SESSIONS) for side in sides))
    for label, field in (
        ("crash-free sessions", CRASH_FREE_SESSIONS),
        ("crash-free users", CRASH_FREE_USERS),
    ):
        rates = [in_percent(side.get(field)) for side in sides]
        yield (label, *map(crash_free, rates), _points(*rates))


def health_of(told: Comparison) -> list[Mapping[str, float | None]]:
    """Give what was measured of the sessions of the newer, then of the older."""
    groups = told.sessions.groups if told.sessions else ()
    known = {group.by.release: _totals(group) for group in groups}
    return [known.get(release.version, {}) for release in (told.newer, told.older)]


def _totals(group: SessionGroup) -> Mapping[str, float | None]:
    return group.totals


def _errors(told: Comparison) -> Iterator[Sequence[str]]:
    events = [figure(row.get("count()")) for row in told.pick(told.errors)]
    users = [figure(row.get("count_unique(user)")) for row in told.pick(told.errors)]
    yield _counts("errors", *events)
    yield _counts("users with errors", *users)
    sessions = [side.get(SESSIONS) for side in health_of(told)]
    rates = [
        1000 * happened / total if happened is not None and total else None
        for happened, total in zip(events, sessions, strict=True)
    ]
    yield (*_counts("errors per 1k sessions", *rates), _ratio(*rates))


def _speed(told: Comparison) -> Iterator[Sequence[str]]:
    for label, field in (("p50", P50), ("p95", P95)):
        ratio = told.paces.of_same_calls(field)
        yield (f"{label} of the same calls", "", "", _times(ratio) if ratio else "")


def _counts(label: str, *values: float | None) -> Sequence[str]:
    """Write counts beside each other; releases were out for different times, so no more is said."""
    return (label, *("" if value is None else count(value) for value in values))


def _ratio(newer: float | None, older: float | None) -> str:
    """Say how many times as much it is, where that can be said and tells something."""
    if not newer or not older:
        return ""
    return _times(newer / older)


def _times(ratio: float) -> str:
    told = f"{ratio:.2g}"
    return "same" if told == "1" else f"{told} times"


def _points(newer: float | None, older: float | None) -> str:
    if newer is None or older is None:
        return ""
    return f"{newer - older:+.2f} points"
