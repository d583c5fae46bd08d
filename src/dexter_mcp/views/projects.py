"""Projects as lists show them, and what is said of one before its parts."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dexter_mcp.sentry.projects import Project, ProjectDetails
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.moments import ago
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_VALUE = 60
_FEW = 5
_HEADERS = ("project", "name", "platform", "teams", "latest release", "environments", "access")


def listing(page: Page[Project], *, org: str, query: str, fence: Fence) -> Answer:
    """Show a page of an organization's projects, a line each."""
    asked = echo(org=org, query=query)
    if not page.items:
        hint = (
            "Leave out `query`." if query else "The token may see no project there: see `whoami`."
        )
        return Answer("\n".join(["No project found.", asked, *page.notes, hint]), data=page)
    rows = [_row(each) for each in page.items]
    block = fence.block([table(_HEADERS, rows)])
    lines = [f"{found(page, 'project')}, {asked}", *page.notes, block, *onward(page)]
    return Answer("\n".join(lines), data=page)


def heading(project: ProjectDetails, *, org: str, link: str, now: datetime) -> list[str]:
    """Say what a project is, whose, and how it treats what it takes in."""
    teams = ", ".join(f"#{name(team.slug)}" for team in project.teams)
    first = [
        f"project {name(project.slug)} of {name(org)}",
        _title(project),
        name(project.platform) or ", ".join(map(name, project.platforms)),
        f"id {name(project.id)}",
        name(project.status) if project.status not in {"", "active"} else "",
        "" if project.has_access else "no access",
    ]
    second = [
        f"teams: {teams or 'none'}",
        f"created {ago(project.date_created, now)}" if project.date_created else "",
        f"first event {ago(project.first_event, now)}" if project.first_event else "no event yet",
        f"issues resolve after {project.resolve_age} h" if project.resolve_age else "",
        _scrubbing(project),
    ]
    return [" · ".join(filter(None, first)), link, ", ".join(filter(None, second))]


def about(project: ProjectDetails) -> Iterator[str]:
    """Name what came with events: the latest release, and the environments."""
    if project.latest_release:
        yield f"latest release {clean(project.latest_release, limit=_VALUE)}"
    if project.environments:
        yield f"environments {_few(_environments(project.environments))}"
    if project.default_environment:
        yield f"shows {clean(project.default_environment, limit=_VALUE)} by default"


def _scrubbing(project: ProjectDetails) -> str:
    """Say what is removed from events before they are kept, beyond what usually is."""
    fields = ", ".join(map(name, project.sensitive_fields[:_FEW]))
    kept = ", ".join(map(name, project.safe_fields[:_FEW]))
    words = [
        "data scrubbing is off" if project.data_scrubber is False else "",
        "IP addresses are removed" if project.scrub_ip_addresses else "",
        f"also scrubs {fields}" if fields else "",
        f"never scrubs {kept}" if kept else "",
    ]
    return ", ".join(filter(None, words))


def _title(project: Project) -> str:
    """Name a project, where its slug does not do so already."""
    said = name(project.name)
    return "" if said.lower().replace(" ", "-") == project.slug.lower() else said


def _row(each: Project) -> list[str]:
    return [
        name(each.slug),
        _title(each),
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
