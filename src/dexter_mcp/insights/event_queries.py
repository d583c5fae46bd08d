"""What every question about events has in common: where, when, of which data set, in what words."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from dexter_mcp.insights import datasets, expressions, missing
from dexter_mcp.insights.datasets import Dialect
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.insights.suggestions import advised
from dexter_mcp.sentry.discover import datasets_in
from dexter_mcp.sentry.errors import Gone, Invalid, NotFound, Rejected, TooLarge
from dexter_mcp.sentry.organizations import Organization

T = TypeVar("T")

PERIOD: Final = "14d"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to know about events, in their own words.

    A time range is either a period or a start and an end; none is the usual period. `bound` are
    the environments of what is saved, where nobody named any: their names came with events.
    """

    dataset: str = ""
    query: str = ""
    org: str = ""
    project: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    period: str = ""
    start: str = ""
    end: str = ""
    bound: tuple[str, ...] = ()

    @property
    def stats_period(self) -> str:
        """Give the period, or the usual one where nothing was said of time."""
        return "" if self.start else self.period or PERIOD

    @property
    def within(self) -> str:
        """Say the time range."""
        return f"{self.start} to {self.end} UTC" if self.start else f"last {self.stats_period}"


@dataclass(frozen=True)
class TableWanted:
    """The columns of a table, and their order; both may be left to the data set.

    What a `saved` query says holds where nothing else is said.
    """

    about: Wanted
    fields: tuple[str, ...] = ()
    sort: str = ""
    saved: str = ""


@dataclass(frozen=True)
class Place:
    """Where and when, settled: projects are numbers, and `web` is where people see the same.

    `among` names the projects in the words of who asked, `environment` and `bound` are as in
    `Wanted`. `seen` says that the organization is there.
    """

    org: str
    project: tuple[str, ...]
    environment: tuple[str, ...]
    stats_period: str
    start: str
    end: str
    web: str
    among: tuple[str, ...] = ()
    seen: bool = True
    bound: tuple[str, ...] = ()

    @property
    def environments(self) -> tuple[str, ...]:
        """Name those that Sentry is asked about; none are all."""
        return self.environment or self.bound


async def settle(desk: Desk, wanted: Wanted) -> Place:
    """Find the organization and the projects that are meant, and their pages.

    Raises:
        Invalid: The query can't be one about events.
        NotFound: There is no such project.
    """
    if expressions.asks_for_state(wanted.query):
        raise Invalid(
            "`is:` finds issues by their state, not events: leave it out; `search_issues` knows it."
        )
    org = await desk.org(wanted.org)
    async with side_by_side(desk.settings.soft_deadline) as these:
        projects = these.ask("projects", lambda: desk.projects(org, wanted.project))
        home = these.ask("organization", lambda: desk.sentry.organizations.get(org))
    links = home.otherwise(Organization(id="", slug=org)).links
    return Place(
        org=org,
        project=tuple(projects.required()),
        environment=wanted.environment,
        stats_period=wanted.stats_period,
        start=wanted.start,
        end=wanted.end,
        web=links.organization_url.rstrip("/") or f"{desk.sentry.url}/organizations/{org}",
        among=desk.among(wanted.project),
        seen=bool(home.came),
        bound=wanted.bound,
    )


async def spoken(
    desk: Desk,
    place: Place,
    wanted: Wanted,
    fields: Sequence[str],
    ask: Callable[[Dialect], Awaitable[T]],
) -> T:
    """Ask in the first way that the server understands.

    Raises:
        Invalid: The server lacks the data set.
        Rejected: Sentry refused, with what may have been meant.
        NotFound: The organization or an environment.
    """
    discover = desk.sentry.discover
    known = datasets.ways(wanted.dataset, fields, wanted.query)
    with _missing(place):
        way = datasets.chosen(known, discover.offered(place.org))
        try:
            return await ask(way)
        except Rejected as refusal:
            if not discover.learn(place.org, refusal):
                raise
        way = datasets.chosen(known, discover.offered(place.org))
        return await ask(way)


async def understood(
    desk: Desk,
    place: Place,
    ask: Callable[[], Awaitable[T]],
    *,
    dataset: str,
    fields: Sequence[str],
    query: str,
) -> T:
    """Ask; where Sentry refuses what was asked, say what may have been meant.

    Raises:
        Rejected: Sentry refused.
    """
    try:
        return await ask()
    except Rejected as refusal:
        if isinstance(refusal, (Gone, TooLarge)) or datasets_in(refusal):
            raise
        raise await advised(
            desk,
            refusal,
            org=place.org,
            project=place.project,
            dataset=dataset,
            fields=fields,
            query=query,
        ) from refusal


@contextmanager
def _missing(place: Place) -> Generator[None]:
    """Say what was not found: an organization that was seen a moment ago it is not."""
    try:
        with missing.organization(place.org, place.environment):
            yield
    except NotFound as error:
        if not place.seen:
            raise
        raise _absent(place) from error


def _absent(place: Place) -> NotFound:
    if not place.environments:
        return NotFound(
            "This server does not answer queries about events: it may be too old, or have the "
            "feature switched off."
        )
    named = " or ".join(map(repr, place.environment))
    what = f"environment {named}" if named else "environment that this is bound to"
    absent = NotFound(f"No {what} is visible in {place.org!r}.")
    absent.advice = "`list_projects` names those that there are."
    return absent
