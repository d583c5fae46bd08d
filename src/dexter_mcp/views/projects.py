"""Projects as lists show them."""

from collections.abc import Sequence

from dexter_mcp.sentry.projects import Project
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_VALUE = 60
_FEW = 5
_HEADERS = ("project", "name", "platform", "teams", "latest release", "environments", "access")


def listing(page: Page[Project], *, org: str, query: str, fence: Fence) -> Answer:
    """Show a page of an organization's projects, a line each."""
    asked = echo(org=org, query=query)
    if not page.items:
        hint = "Leave out `query`." if query else "The token may see no project there: see whoami."
        return Answer(f"No project found.\n{asked}\n{hint}", data=page)
    rows = [_row(each) for each in page.items]
    block = fence.block([table(_HEADERS, rows)])
    return Answer(
        "\n".join([f"{found(page, 'project')}, {asked}", block, *onward(page)]), data=page
    )


def _row(each: Project) -> list[str]:
    title = name(each.name)
    return [
        name(each.slug),
        "" if title.lower().replace(" ", "-") == each.slug.lower() else title,
        name(each.platform),
        _few([name(team.slug) for team in each.teams]),
        clean(each.latest_release, limit=_VALUE),
        _few(_environments(each.environments)),
        "" if each.has_access else "none",
    ]


def _environments(environments: Sequence[Untrusted]) -> list[str]:
    return [clean(environment, limit=_VALUE) for environment in environments]


def _few(words: Sequence[str]) -> str:
    left = [f"… {len(words) - _FEW} more"] if len(words) > _FEW else []
    return ", ".join([*filter(None, words[:_FEW]), *left])
