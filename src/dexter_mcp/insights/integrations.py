"""What an organization is connected to, on one page, and one connection on its own."""

from collections.abc import Sequence
from typing import Final, Literal

from dexter_mcp.insights import facets
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.facets import Facet, Facets
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.integrations import Integration
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.workflows import Workflow
from dexter_mcp.views import integrations as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.integrations import Apps
from dexter_mcp.views.listing import echo

Part = Literal["installed", "apps", "providers", "repositories", "code_mappings"]
IntegrationPart = Literal["settings", "repositories", "code_mappings", "alerts"]
_USUAL: Final[tuple[Part, ...]] = ("installed", "apps")
_OF_PROVIDERS: Final = frozenset({"installed", "providers"})
_USED_FOR: Final = frozenset({"alert-rule", "incident-management", "issue-basic"})
"""Features through which alerts act."""
_ROWS: Final = 50
_FEW: Final = 8


async def list_integrations(
    desk: Desk, *, org: str, provider: str, include: Sequence[Part], cursor: str
) -> Answer:
    """Answer with what is connected; `cursor` goes on with a part that is asked for alone.

    Raises:
        Invalid: A cursor came without a single part, or `provider` with a part that has none.
    """
    facets.alone(include, cursor)
    wanted = include or (("installed",) if provider else _USUAL)
    if provider and not _OF_PROVIDERS.issuperset(wanted):
        raise Invalid("`provider` narrows installed and providers only: leave out other parts.")
    home, provider = await desk.org(org), provider.strip().lower()
    asked = {"org": home, "provider": provider}
    link = f"{desk.sentry.url}/settings/{home}/integrations/"
    return await facets.answer(
        desk,
        [f"integrations, {echo(**asked)}", link],
        _connected(desk, home, provider, cursor),
        wanted,
        thing=("asked", asked),
    )


def _connected(desk: Desk, org: str, provider: str, cursor: str) -> Facets:
    sentry, now = desk.sentry, desk.now()
    return {
        "installed": Facet(
            lambda: sentry.integrations.list(
                org, provider=provider, per_page=_ROWS, cursor=cursor
            ),
            lambda page: view.installed(page, now),
        ),
        "apps": Facet(lambda: _apps(desk, org, cursor), view.apps),
        "providers": Facet(
            lambda: sentry.integrations.providers(org, provider=provider), view.providers
        ),
        "repositories": Facet(
            lambda: sentry.repositories.list(org, per_page=_ROWS, cursor=cursor), view.repositories
        ),
        "code_mappings": Facet(
            lambda: sentry.integrations.code_mappings(org, per_page=_ROWS, cursor=cursor),
            view.code_mappings,
        ),
    }


async def _apps(desk: Desk, org: str, cursor: str) -> Apps:
    apps = desk.sentry.sentry_apps
    return Apps(await apps.installations(org, per_page=_ROWS, cursor=cursor), await apps.owned(org))
