"""Projects: where an organization's events go."""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import Field, field_validator

from dexter_mcp.sentry.api import HOUR, Api
from dexter_mcp.sentry.errors import NotFound, SentryError
from dexter_mcp.sentry.identifiers import slug
from dexter_mcp.sentry.json_types import is_array
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

PER_PAGE = 100


class Team(Reply):
    """A group of members, as other things refer to it."""

    id: str = ""
    slug: str = ""
    name: str = ""


class Project(Reply):
    """A project of an organization.

    Release and environment names come with events, so that anyone who holds the DSN makes them.
    """

    id: str
    slug: str
    name: str = ""
    platform: str = ""
    platforms: tuple[str, ...] = ()
    date_created: datetime | None = None
    first_event: datetime | None = None
    is_member: bool = False
    has_access: bool = True
    team: Team | None = None
    teams: tuple[Team, ...] = ()
    environments: tuple[Untrusted, ...] = ()
    latest_release: Untrusted = Untrusted()
    stats: tuple[tuple[float, float], ...] = ()
    """Accepted errors as pairs of epoch seconds and a count, in a list that was asked for them."""
    has_sessions: bool = False
    has_profiles: bool = False
    has_replays: bool = False
    has_monitors: bool = False
    has_logs: bool = False

    @field_validator("latest_release", mode="before")
    @classmethod
    def _version_only(cls, value: Any) -> Any:
        """Sentry gives a string here, or an object with little more than the version."""
        match value:
            case {"version": version}:
                return version
            case _:
                return value


class Options(Reply):
    """What a project drops before it is counted: texts with wildcards, one a line."""

    error_messages: str = Field(default="", alias="filters:error_messages")
    releases: str = Field(default="", alias="filters:releases")
    addresses: str = Field(default="", alias="filters:blacklisted_ips")

    @field_validator("*", mode="before")
    @classmethod
    def _lines(cls, value: Any) -> Any:
        """Sentry keeps some of them as a list."""
        return "\n".join(map(str, value)) if is_array(value) else value


class ProjectDetails(Project):
    """A project with its settings. What an older server does not tell is `None` or empty."""

    status: str = ""
    options: Options = Options()
    subject_prefix: str = ""
    resolve_age: int = 0
    """Hours without an event after which an issue resolves itself; 0 is never."""
    allowed_domains: tuple[str, ...] = ()
    data_scrubber: bool | None = None
    data_scrubber_defaults: bool | None = None
    scrub_ip_addresses: bool | None = Field(default=None, alias="scrubIPAddresses")
    sensitive_fields: tuple[str, ...] = ()
    safe_fields: tuple[str, ...] = ()
    default_environment: Untrusted = Untrusted()
    fingerprinting_rules: str = ""
    grouping_config: str = ""
    builtin_symbol_sources: tuple[str, ...] = ()


StatsPeriod = Literal["", "1h", "24h", "7d", "14d", "30d", "90d"]


class Projects:
    """What one can ask about projects."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        stats_period: StatsPeriod = "",
        per_page: int = PER_PAGE,
        cursor: str = "",
    ) -> Page[Project]:
        """List an organization's projects; with a `stats_period`, how many errors each took in.

        https://docs.sentry.io/api/organizations/list-an-organizations-projects/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        page = await self._api.page(
            Project,
            path("organizations", org, "projects"),
            cursor=cursor,
            fresh_for=HOUR,
            query=query or None,
            statsPeriod=stats_period or None,
            per_page=per_page,
        )
        return self._api.capabilities.overlooking(page, query=query)

    async def of_team(
        self, org: str, team: str, *, per_page: int = PER_PAGE, cursor: str = ""
    ) -> Page[Project]:
        """List the projects of a team.

        https://docs.sentry.io/api/teams/list-a-teams-projects/
        """
        return await self._api.page(
            Project,
            path("teams", org, team, "projects"),
            cursor=cursor,
            fresh_for=HOUR,
            per_page=per_page,
        )

    async def get(self, org: str, project: str) -> ProjectDetails:
        """Read one project with its settings, by slug or id.

        https://docs.sentry.io/api/projects/retrieve-a-project/
        """
        return await self._api.get(ProjectDetails, path("projects", org, project), fresh_for=HOUR)

    async def resolve(self, org: str, named: str) -> ProjectDetails:
        """Settle which project is meant: self-hosted servers filter by number alone.

        Raises:
            NotFound: There is none; the message names those that come close.
        """
        try:
            return await self.get(org, slug(named, "project"))
        except NotFound as error:
            hint = await self._hint(org, named)
            raise NotFound(f"No project {named!r} is visible in {org!r}.{hint}") from error

    async def resolve_all(self, org: str, named: Sequence[str]) -> tuple[Project, ...]:
        """Settle which projects are meant, several of them with one request, in the order named.

        What the lists do not know, such as an old slug, is looked up one by one.

        Raises:
            NotFound: There is no such project; the message names those that come close.
        """
        wanted = list(dict.fromkeys(slug(name, "project") for name in named))
        listed = await self.known(org, wanted) if len(wanted) > 1 else {}
        return tuple([listed.get(name) or await self.resolve(org, name) for name in wanted])

    async def known(self, org: str, named: Sequence[str]) -> dict[str, Project]:
        """Read those projects that there are from a list, keyed by slug and by number.

        It takes a list for slugs and one for numbers: Sentry joins the two kinds by "and".
        """
        numbers = [f"id:{name}" for name in named if name.isdecimal()]
        slugs = [f"slug:{name}" for name in named if name and not name.isdecimal()]
        found: dict[str, Project] = {}
        for terms in filter(None, (slugs, numbers)):
            page = await self.list(org, query=" ".join(dict.fromkeys(terms)))
            found |= {key: each for each in page.items for key in (each.slug, each.id)}
        return found

    async def _hint(self, org: str, named: str) -> str:
        try:
            known = [project.slug for project in (await self.list(org)).items]
        except SentryError:
            return ""
        close = get_close_matches(named.lower(), known, n=3, cutoff=0.5) or known[:10]
        return f" Did you mean {' or '.join(close)}?" if close else ""
