"""What an organization is connected to: services, apps, repositories.

Members of the organization write all of it, but for the messages of commits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from dexter_mcp.sentry.integrations import (
    CodeMapping,
    Forwarder,
    Integration,
    Provider,
    Setting,
)
from dexter_mcp.sentry.releases import ReleaseCommit
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.repositories import Repository
from dexter_mcp.sentry.sentry_apps import SentryApp
from dexter_mcp.sentry.workflows import Workflow
from dexter_mcp.views.alerts_words import Names, action
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.moments import ago
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, name
from dexter_mcp.views.whole_release import commit_line

_ABOUT = 120
_LINK = 200

_ABILITIES: Mapping[str, str] = MappingProxyType(
    {
        "alert-rule": "alerts",
        "chat-unfurl": "link previews",
        "codeowners": "code owners",
        "commits": "commits",
        "data-forwarding": "forwarding",
        "deployment": "deploys",
        "incident-management": "incidents",
        "issue-basic": "tickets",
        "issue-sync": "ticket sync",
        "stacktrace-link": "source links",
        "ticket-rules": "ticket alerts",
    }
)
"""What the names of features mean, in as few words as it takes."""


@dataclass(frozen=True)
class App:
    """An app in an organization: how far its installation is, and what is known of it."""

    slug: str
    status: str = "not installed"
    known: SentryApp | None = None


def installed(page: Page[Integration], now: datetime) -> Iterator[str]:
    """Show what is installed, a line each."""
    rows = [
        [
            name(each.id),
            name(each.provider.key),
            name(each.name),
            name(each.domain_name),
            state(each, now),
            abilities(each.provider),
        ]
        for each in page.items
    ]
    headers = ("id", "provider", "name", "domain", "state", "does")
    yield from _lines(headers, rows) or ["none; include=providers names what could be installed"]


def apps(page: Page[App]) -> Iterator[str]:
    """Show apps, a line each; of those that others made no more is known here than their name."""
    headers = ("app", "name", "state", "may", "told of", "alerts")
    yield from _lines(headers, [_app_row(each) for each in page.items])


def _app_row(it: App) -> list[str]:
    app = it.known
    if app is None:
        return [name(it.slug), "", name(it.status)]
    return [
        name(it.slug),
        name(app.name),
        name(it.status) + (", disabled" if app.is_disabled else ""),
        _few(app.scopes),
        _few(app.events),
        "yes" if app.is_alertable else "",
    ]


def providers(known: Sequence[Provider]) -> Iterator[str]:
    """Show what could be installed, a line each."""
    rows = [
        [
            name(each.key),
            name(each.name) if each.name.lower() != each.key else "",
            abilities(each),
            "" if each.can_add else "not to be added any more",
        ]
        for each in known
    ]
    headers = ("provider", "name", "does", "remarks")
    yield from _lines(headers, rows) or ["none of that name; leave provider out to see all"]


def repositories(page: Page[Repository]) -> Iterator[str]:
    """Show repositories, a line each."""
    rows = [
        [
            name(each.id),
            name(each.name),
            name(each.provider.name or each.provider.id),
            name(each.status) if each.status != "active" else "",
            name(each.integration_id) or "none",
        ]
        for each in page.items
    ]
    yield from _lines(("id", "repository", "provider", "state", "integration"), rows)


def code_mappings(page: Page[CodeMapping]) -> Iterator[str]:
    """Show where projects' code is, a line each."""
    rows = [
        [
            name(each.project_slug),
            name(each.repo_name),
            name(each.default_branch),
            name(each.stack_root) or "(any)",
            name(each.source_root) or "(top)",
        ]
        for each in page.items
    ]
    yield from _lines(("project", "repository", "branch", "frames begin with", "there"), rows)


def forwarding(them: Sequence[Forwarder]) -> Iterator[str]:
    """Show where events are passed on to, a line each."""
    rows = [
        [
            name(each.provider),
            "on" if each.is_enabled else "off",
            _few([project.slug for project in each.enrolled_projects]),
            "yes" if each.enroll_new_projects else "",
        ]
        for each in them
    ]
    yield from _lines(("to", "state", "projects", "new projects too"), rows)


def heading(it: Integration, *, link: str, now: datetime) -> list[str]:
    """Say what an integration is, and whether it works."""
    first = [
        f"{name(it.provider.name or it.provider.key)} integration {name(it.name)}",
        state(it, now),
        f"id {name(it.id)}",
    ]
    second = [
        name(it.domain_name),
        name(it.account_type).lower(),
        f"does: {abilities(it.provider)}" if it.provider.features else "",
        f"granted: {_few(it.scopes)}" if it.scopes else "",
    ]
    return [" · ".join(filter(None, first)), link, " · ".join(filter(None, second))]


def settings(them: Sequence[Setting]) -> Iterator[str]:
    """Show what is set; text that was typed in may be secret and only counts as set."""
    yield from (f"{name(each.label)}: {name(each.value)}" for each in them)


def alerts(them: Sequence[Workflow], integration: str) -> Iterator[str]:
    """Show which alerts act through an integration, and what they do there."""
    rows = [
        [
            f"alert {name(alert.id)}",
            name(alert.name),
            action(each, Names()),
            ", ".join(
                filter(None, ["" if each.works else "broken", "" if alert.enabled else "disabled"])
            ),
        ]
        for alert in them
        for each in alert.actions
        if each.integration_id == integration
    ]
    yield from _lines(("alert", "name", "then", "state"), rows)


def one_app(app: SentryApp, *, link: str) -> Answer:
    """Show one app."""
    first = [
        f"app {name(app.slug)}",
        name(app.name),
        name(app.status),
        "disabled" if app.is_disabled else "",
    ]
    lines = [
        " · ".join(filter(None, first)),
        link,
        f"by {name(app.author)}" if app.author else "",
        name(app.overview, limit=_ABOUT),
        f"may: {', '.join(map(name, app.scopes)) or 'nothing'}",
        f"told of: {', '.join(map(name, app.events)) or 'nothing'}",
        "alerts can act through it" if app.is_alertable else "",
    ]
    return Answer("\n".join(filter(None, lines)), data=app)


def repository_list(page: Page[Repository], *, asked: Mapping[str, str]) -> Answer:
    """Show repositories on their own."""
    said = echo(**asked)
    if not page.items:
        wider = "Leave out query." if "query" in asked else "See `list_integrations`."
        return Answer(f"No repository found.\n{said}\n{wider}", data=page)
    lines = [
        f"{found(page, 'repository', 'repositories')}, {said}",
        *repositories(page),
        *onward(page),
        "more: repository=… lists the commits of one",
    ]
    return Answer("\n".join(lines), data=page)


def commits(
    repository: Repository, page: Page[ReleaseCommit], *, fence: Fence, now: datetime
) -> Answer:
    """Show what was committed to a repository, newest first."""
    data = {"repository": repository, "commits": page}
    where = f"repository {name(repository.name)} (id {name(repository.id)})"
    link = name(repository.url, limit=_LINK)
    if not page.items:
        text = f"No commit of {where} is known: they come with releases, or a code host's webhook."
        return Answer("\n".join(filter(None, [text, link])), data)
    block = fence.block([commit_line(each, now) for each in page.items])
    first = f"{found(page, 'commit')}, {where}"
    return Answer("\n".join(filter(None, [first, link, block, *onward(page)])), data)


def state(it: Integration, now: datetime) -> str:
    """Say whether an integration works, and what threatens it."""
    words = [
        name(it.standing).replace("_", " "),
        "out of date" if it.out_of_date else "",
        f"ends {ago(it.grace_period_end, now)}" if it.grace_period_end else "",
    ]
    return ", ".join(filter(None, words))


def abilities(provider: Provider) -> str:
    """Say what a service can do."""
    return ", ".join(_ABILITIES.get(each, name(each)) for each in provider.features)


def _few(words: Sequence[str], most: int = 6) -> str:
    left = [f"… {len(words) - most} more"] if len(words) > most else []
    return ", ".join([*map(name, words[:most]), *left])


def _lines(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return list(filter(None, table(headers, rows).split("\n")))
