"""A project on one page: what it is, and the parts of its settings that were asked for."""

from collections.abc import Sequence
from typing import Final, Literal

from dexter_mcp.insights import facets
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.facets import Facet, Facets
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.projects import ProjectDetails, StatsPeriod
from dexter_mcp.views import members as people
from dexter_mcp.views import project_settings as view
from dexter_mcp.views import projects, teams
from dexter_mcp.views.answer import Answer

ProjectPart = Literal[
    "versions",
    "stats",
    "keys",
    "ownership",
    "filters",
    "environments",
    "teams",
    "members",
    "users",
    "hooks",
    "sources",
    "debug_files",
]
_USUAL: Final = ("versions", "stats", "keys", "ownership", "filters")
"""The parts that most questions about a project are after."""
_SEARCHED: Final = frozenset({"users", "debug_files"})
_PERIOD: Final[StatsPeriod] = "14d"
_ROWS: Final = 15


async def read_project(
    desk: Desk,
    *,
    org: str,
    project: str,
    include: Sequence[ProjectPart] = (),
    query: str = "",
    cursor: str = "",
) -> Answer:
    """Answer with a project, by slug or number, and some of its parts.

    `query` and `cursor` narrow and go on with a part that is asked for alone.

    Raises:
        Invalid: They came without such a part.
        SentryError: The project itself did not come.
    """
    facets.alone(include, cursor)
    if query and _SEARCHED.isdisjoint(include):
        raise Invalid("`query` searches users or debug_files: name one of them in `include`.")
    wanted = project or desk.settings.project
    if not wanted:
        raise Invalid("Say which `project` is meant; `list_projects` names them.")
    home = await desk.org(org)
    found = await desk.sentry.projects.resolve(home, wanted)
    link = f"{desk.sentry.url}/organizations/{home}/projects/{found.slug}/"
    return await facets.answer(
        desk,
        projects.heading(found, org=home, link=link, now=desk.now()),
        {
            **_settings(desk, home, found, query, cursor),
            **_people(desk, home, found, query, cursor),
        },
        include or _USUAL,
        thing=("project", found),
    )


def _settings(desk: Desk, org: str, it: ProjectDetails, query: str, cursor: str) -> Facets:
    sentry, slug, now = desk.sentry, it.slug, desk.now()
    return {
        "versions": Facet(lambda: _itself(it), projects.about, strange=True),
        "stats": Facet(lambda: _stats(desk, org, it), lambda s: view.stats(s, _PERIOD)),
        "keys": Facet(
            lambda: sentry.project_keys.of_project(org, slug, per_page=_ROWS, cursor=cursor),
            view.keys,
        ),
        "ownership": Facet(lambda: sentry.ownership.get(org, slug), view.ownership),
        "filters": Facet(
            lambda: sentry.project_settings.filters(org, slug), lambda f: view.filters(f, it)
        ),
        "hooks": Facet(
            lambda: sentry.project_settings.hooks(org, slug, per_page=_ROWS, cursor=cursor),
            lambda page: view.hooks(page, now),
        ),
        "sources": Facet(
            lambda: sentry.project_settings.symbol_sources(org, slug),
            lambda found: view.sources(found, it),
        ),
        "debug_files": Facet(
            lambda: sentry.debug_files.list(org, slug, query=query, per_page=_ROWS, cursor=cursor),
            lambda page: view.debug_files(page, now),
        ),
    }


def _people(desk: Desk, org: str, it: ProjectDetails, query: str, cursor: str) -> Facets:
    sentry, slug, now = desk.sentry, it.slug, desk.now()
    return {
        "environments": Facet(
            lambda: sentry.environments.of_project(org, slug, visibility="all"),
            view.environments,
            strange=True,
        ),
        "teams": Facet(
            lambda: sentry.teams.of_project(org, slug, per_page=_ROWS, cursor=cursor),
            lambda page: teams.rows(page.items),
        ),
        "members": Facet(
            lambda: sentry.members.of_project(org, slug), lambda found: people.rows(found, now)
        ),
        "users": Facet(
            lambda: sentry.end_users.list(org, slug, query=query, per_page=_ROWS, cursor=cursor),
            lambda page: view.users(page, now),
            strange=True,
        ),
    }


async def _itself(it: ProjectDetails) -> ProjectDetails:
    return it


async def _stats(desk: Desk, org: str, it: ProjectDetails) -> tuple[tuple[float, float], ...]:
    page = await desk.sentry.projects.list(org, query=f"id:{it.id}", stats_period=_PERIOD)
    return next((each.stats for each in page.items if each.id == it.id), ())
