"""An organization on one page: its rules, and the parts that were asked for."""

from collections.abc import Sequence
from typing import Final, Literal

from dexter_mcp.insights import facets, missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.facets import Facet
from dexter_mcp.sentry.project_keys import ProjectKey
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import organizations as view
from dexter_mcp.views import project_settings
from dexter_mcp.views.answer import Answer

OrganizationPart = Literal["environments", "keys", "relays"]
_USUAL: Final = ("environments",)
_ROWS: Final = 20


class NamedKeys(Page[ProjectKey]):
    """Client keys, with the slugs of the projects that they belong to, by number."""

    projects: dict[str, str]


async def read_organization(
    desk: Desk, *, org: str, include: Sequence[OrganizationPart] = (), cursor: str = ""
) -> Answer:
    """Answer with an organization and some of its parts; `cursor` goes on with `keys`.

    Raises:
        Invalid: A cursor came without a single part.
        SentryError: The organization itself did not come.
    """
    facets.alone(include, cursor)
    home, now = await desk.org(org), desk.now()
    with missing.organization(home):
        found = await desk.sentry.organizations.get(home)
    return await facets.answer(
        desk,
        view.heading(found, now=now),
        {
            "environments": Facet(
                lambda: desk.sentry.environments.of_org(home),
                project_settings.environments,
                strange=True,
            ),
            "keys": Facet(
                lambda: _keys(desk, home, cursor),
                lambda keys: project_settings.keys(keys, keys.projects),
            ),
            "relays": Facet(
                lambda: desk.sentry.organizations.relays(home),
                lambda relays: view.relays(relays, now),
            ),
        },
        include or _USUAL,
        thing=("organization", found),
    )


async def _keys(desk: Desk, org: str, cursor: str) -> NamedKeys:
    """List client keys; they know their projects by number alone."""
    page = await desk.sentry.project_keys.of_org(org, per_page=_ROWS, cursor=cursor)
    projects = await desk.sentry.projects.list(org)
    return NamedKeys(
        items=page.items,
        next_cursor=page.next_cursor,
        projects={each.id: each.slug for each in projects.items},
    )
