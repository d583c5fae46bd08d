"""What the token reaches: its user and scopes, its regions, its organizations."""

from urllib.parse import urlsplit

from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.organizations import Organization
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Failed
from dexter_mcp.views.identity import Access

_SERVICE = "sentry.io"


async def access(desk: Desk) -> Access:
    """Ask for all of it at once.

    Raises:
        SentryError: Not even the token's own identity came.
    """
    sentry = desk.sentry
    async with side_by_side(desk.settings.soft_deadline) as these:
        identity = these.ask("identity", sentry.identity.get)
        regions = these.ask("regions", sentry.identity.regions)
        organizations = these.ask("organizations", sentry.organizations.list)
        these.ask("version", lambda: _find_version(desk))
    reached = organizations.otherwise(Page(items=list[Organization]()))
    return Access(
        identity=identity.required(),
        kind=sentry.identity.kind,
        url=desk.settings.url,
        regions=regions.otherwise({}),
        organizations=reached,
        server=tuple(sentry.capabilities),
        default_org=desk.settings.org,
        default_project=desk.settings.project,
        failed=(
            *regions.failed,
            *organizations.failed,
            *(Failed("organizations", reason) for reason in reached.failed),
        ),
    )


async def _find_version(desk: Desk) -> None:
    """Find out what the server is, where it may be something else than Sentry's own service."""
    host = urlsplit(desk.settings.url).hostname or ""
    if host == _SERVICE or host.endswith(f".{_SERVICE}"):
        return
    version = await desk.sentry.identity.server_version()
    if version:
        desk.sentry.capabilities.note("version", version)
