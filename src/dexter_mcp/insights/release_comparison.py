"""Two releases side by side: what the newer one made better or worse."""

from collections.abc import Sequence

import anyio

from dexter_mcp.insights import discover
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.event_queries import Place, TableWanted, Wanted
from dexter_mcp.insights.local_pages import PAGES
from dexter_mcp.insights.release_lookup import (
    EVERYWHERE,
    Found,
    Scope,
    find_in,
    find_release,
    quoted,
)
from dexter_mcp.insights.release_shelf import NEW, REGRESSED, Shelf
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.discover import Rows
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.release_refs import release_ref
from dexter_mcp.sentry.releases import Release
from dexter_mcp.sentry.sessions import SessionReport
from dexter_mcp.views import release_comparison as view
from dexter_mcp.views import releases as listed
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.transaction_speed import FIELDS

_PERIOD = "14d"
_ISSUES = 5
_TRANSACTIONS = 40
_NEIGHBOURS = 100
ERRORS = ("release", "count()", "count_unique(user)")


async def compare(
    desk: Desk,
    *,
    release: str,
    baseline: str,
    org: str,
    project: Sequence[str],
    environment: Sequence[str],
) -> Answer:
    """Answer with two releases side by side; raises as `compared`."""
    told = await compared(
        desk,
        release=release,
        baseline=baseline,
        org=org,
        project=project,
        environment=environment,
    )
    if isinstance(told, Answer):
        return told
    budget = desk.settings.answer_budget
    return view.comparison(told, fence=desk.fence(), now=desk.now(), budget=budget)


async def compared(
    desk: Desk,
    *,
    release: str,
    baseline: str,
    org: str,
    project: Sequence[str],
    environment: Sequence[str],
) -> view.Comparison | Answer:
    """Set two releases side by side; without a baseline, with the one before.

    Where a name may mean several releases, answer with these.

    Raises:
        NotFound: One of them does not exist, or there is none before.
        SentryError: The releases themselves did not come.
    """
    since = anyio.current_time()
    found = await find_release(desk, release, org, project)
    if found.only is None:
        return _unclear(desk, found)
    scope = _narrowed(found.scope, found.only)
    other = await _baseline(desk, scope, found.only, baseline)
    if other.only is None:
        return _unclear(desk, other)
    asked = view.Asked(scope.org, tuple(environment), _PERIOD)
    return await _gathered(Pair(desk, scope, (found.only, other.only), asked), since)


def _unclear(desk: Desk, found: Found) -> Answer:
    return listed.candidates(found.releases, found.named, fence=desk.fence(), now=desk.now())


def _narrowed(scope: Scope, release: Release) -> Scope:
    """Stay within the projects of the release, so that the one before is one of theirs."""
    own = [project.id for project in release.projects if project.id]
    return Scope(scope.org, own) if own and list(scope.projects) == EVERYWHERE else scope


async def _baseline(desk: Desk, scope: Scope, release: Release, named: str) -> Found:
    if not named:
        return Found(scope, "", [await _previous(desk, scope, release)])
    other = await find_in(desk, scope, release_ref(named, desk.settings.url))
    if other.only and other.only.version == release.version:
        raise Invalid("`baseline` is the same release. Leave it out to compare with the previous.")
    return other


async def _previous(desk: Desk, scope: Scope, release: Release) -> Release:
    """Find the release before, by when they were released."""
    cursor = ""
    for _ in range(PAGES):
        page = await desk.sentry.releases.list(
            scope.org, project=scope.projects, health=True, per_page=_NEIGHBOURS, cursor=cursor
        )
        for each in page.items:
            if _is_before(each, release):
                return each
        cursor = page.next_cursor
        if not cursor:
            break
    newest = f" among the newest {PAGES * _NEIGHBOURS}" if cursor else ""
    error = NotFound(f"There is no release before it{newest} in its projects.")
    error.advice = "Say which to compare with: `baseline`."
    raise error


def _is_before(each: Release, release: Release) -> bool:
    if each.version == release.version or not each.released or not release.released:
        return False
    return each.released <= release.released


async def _gathered(pair: "Pair", since: float) -> view.Comparison:
    """Fetch all that tells the two apart, side by side; what fails is named."""
    newer, older = pair.newer, pair.older
    async with side_by_side(pair.desk.settings.soft_deadline, since=since) as these:
        sessions = these.ask("sessions", pair.sessions)
        errors = these.ask("errors", lambda: pair.rows("errors", ERRORS, ""))
        speed = these.ask("speed", pair.transactions)
        new = these.ask("new issues", lambda: newer.issues(NEW, _ISSUES))
        back = these.ask("regressed issues", lambda: newer.issues(REGRESSED, _ISSUES))
        fixed = these.ask("resolved issues", newer.resolved)
        commits = these.ask("commits", newer.commits)
        deploys = these.ask("deploys", newer.deploys)
        before = these.ask("deploys of the baseline", older.deploys)
    parts = (sessions, errors, speed, new, back, fixed, commits, deploys, before)
    return view.Comparison(
        newer=newer.release,
        older=older.release,
        asked=pair.asked,
        url=newer.url,
        sessions=sessions.otherwise(None),
        errors=errors.otherwise(None),
        transactions=speed.otherwise(None),
        new=new.otherwise(None),
        regressed=back.otherwise(None),
        resolved=fixed.otherwise(None),
        commits=commits.otherwise(None),
        deploys=(deploys.otherwise([]), before.otherwise([])),
        failed=tuple(failed for part in parts for failed in part.failed),
    )


_SERVED = "is_transaction:true"
"""Spans that stand for a whole request, job or page."""


class Pair:
    """Two releases, and the questions about both at once."""

    def __init__(
        self, desk: Desk, scope: Scope, releases: tuple[Release, Release], asked: view.Asked
    ) -> None:
        newer, older = releases
        self.desk, self.asked = desk, asked
        self.newer = Shelf(desk, scope, newer, asked.environment)
        self.older = Shelf(desk, scope, older, asked.environment)
        self._place = Place(
            asked.org, tuple(self.newer.projects), asked.environment, asked.period, "", "", ""
        )
        self._both = f"release:[{quoted(newer.version.raw)}, {quoted(older.version.raw)}]"

    async def sessions(self) -> SessionReport:
        """Count the sessions of both in the time asked for."""
        return await self.desk.sentry.sessions.query(
            self.asked.org,
            group_by=["release"],
            project=self.newer.projects,
            environment=self.asked.environment,
            query=self._both,
            stats_period=self.asked.period,
            series=False,
        )

    async def rows(
        self, dataset: str, field: Sequence[str], query: str, *, per_page: int = 2
    ) -> Rows:
        """Read a table of events, a row for each release."""
        wanted = TableWanted(
            Wanted(dataset, f"{query} {self._both}".strip()), tuple(field), "-count()"
        )
        _, rows = await discover.first_page(self.desk, self._place, wanted, size=lambda _: per_page)
        return rows

    async def transactions(self) -> Rows:
        """Read how fast each transaction was in each of the two, the commonest first."""
        return await self.rows("spans", FIELDS, _SERVED, per_page=_TRANSACTIONS)
