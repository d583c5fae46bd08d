"""What Acme Shop is connected to, and what came of it.

Worth finding: the old Slack workspace is gone, and `Storefront regressions` still posts there;
Azure DevOps is out of date, and ends in nine days because the plan changed; inventory has no code
mapping, so its frames lead nowhere, and that of reports names a branch that is no more; the key
error at payment is in Jira as PAY-431, the deadlock on GitHub as acme/checkout#212; the app that
is to draw the status page was never accepted, and the deploy bot is switched off.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha1
from typing import TYPE_CHECKING
from uuid import UUID

from dexter_mcp.simulator.memory.integrations import (
    App,
    Channel,
    CodeMapping,
    Integration,
    Repository,
    Ticket,
)
from dexter_mcp.simulator.sample.people import MEMBERS, ORG, PROJECTS
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_GITHUB = "88001"
SLACK = "88002"
OLD_SLACK = "88003"
JIRA = "88004"
PAGERDUTY = "88005"
_AZURE = "88006"
_DAY = timedelta(days=1)
_REPOSITORIES = 61
"""The number of the first one; commits of releases name it too."""

_ROOTS: Mapping[str, tuple[str, str, str]] = {
    "checkout": ("shop/", "shop/", "main"),
    "storefront": ("./src/", "src/", "main"),
    "gateway": ("internal/", "internal/", "main"),
    "mobile-app": ("test/acme/shop/", "android/app/src/main/java/test/acme/shop/", "main"),
    "reports": ("reports/", "reports/", "master"),
}
"""Where code is: the beginning of a frame's path, what it is in the repository, the branch."""

_CHANNELS: Mapping[str, str] = {
    "general": "public",
    "ops": "public",
    "ops-spikes": "public",
    "alerts": "public",
    "deploys": "public",
    "payments": "public",
    "payments-alerts": "public",
    "storefront": "public",
    "mobile-crashes": "public",
    "data-jobs": "public",
    "support": "public",
    "incident-room": "private",
}
"""What Acme's people talk in, and who may read it."""

_TICKETS = (
    (
        "KeyError: 'authorization'",
        JIRA,
        "PAY-431",
        "https://acme.jira.test/browse/PAY-431",
        "NordPay: 3-D Secure payments fail",
    ),
    (
        "OperationalError: deadlock",
        _GITHUB,
        "acme/checkout#212",
        "https://github.test/acme/checkout/issues/212",
        "Deadlock when confirming and reserving stock",
    ),
    (
        "User Feedback: Coupon",
        JIRA,
        "SUPPORT-88",
        "https://acme.jira.test/browse/SUPPORT-88",
        "Coupon SPRING10 is refused",
    ),
    (
        "RateLimited: NordPay",
        "ledger-desk",
        "LEDGER#77",
        "https://ledgerworks.example/tickets/77",
        "",
    ),
)
"""How an issue's title begins, where its ticket is, and what is known of that."""


def populate(world: "World") -> None:
    """Connect Acme Shop, and link some of its issues."""
    kept = world.integrations
    kept.installed += _installed(world)
    kept.repositories += _repositories(world)
    kept.code_mappings += _code_mappings(world)
    kept.apps += _apps()
    kept.tickets += _tickets(world)


def _installed(world: "World") -> Iterator[Integration]:
    people = [(one.key, one.name) for one in MEMBERS]
    yield Integration(
        _GITHUB,
        ORG,
        "github",
        "acme",
        "github.test/acme",
        account="Organization",
        scopes=("contents", "issues", "metadata", "pull_requests"),
        out_of_date=False,
        choices={
            "repo": [(f"acme/{slug}", slug) for slug in PROJECTS],
            "assignee": people,
            "labels": [(each, each) for each in ("bug", "payments", "regression")],
        },
    )
    yield Integration(
        SLACK, ORG, "slack", "Acme Shop", "acme-shop.slack.test", channels=_channels()
    )
    yield Integration(
        OLD_SLACK, ORG, "slack", "Acme Shop (2021)", "acme-old.slack.test", standing="disabled"
    )
    yield _jira()
    yield Integration(
        PAGERDUTY,
        ORG,
        "pagerduty",
        "acme-oncall",
        "acme-oncall.pagerduty.test",
        settings=[_field("service_table", "PagerDuty services", "table")],
        config={
            "service_table": [
                {"id": 1, "service": "Payments on-call", "integration_key": "c0ffee" * 5}
            ]
        },
    )
    yield Integration(
        _AZURE,
        ORG,
        "vsts",
        "acme-warehouse",
        "acme-warehouse.azure.test",
        out_of_date=True,
        grace_ends=world.now() + 9.5 * _DAY,
    )


def channel_id(name: str) -> str:
    """Name a channel as Slack does for itself, also one that is gone."""
    return f"C07ACME{name.replace('-', '').upper()}"


def _channels() -> list[Channel]:
    return [Channel(channel_id(name), name, kind) for name, kind in _CHANNELS.items()]


def _jira() -> Integration:
    return Integration(
        JIRA,
        ORG,
        "jira",
        "Acme Jira",
        "acme.jira.test",
        settings=[
            _field("sync_status_forward", "Sync Sentry status to Jira", "choice_mapper"),
            _field("sync_reverse_assignment", "Sync Jira assignment to Sentry", "boolean"),
            _field("sync_comments", "Sync Sentry comments to Jira", "boolean"),
            _field(
                "resolution_strategy",
                "Resolve",
                "select",
                choices=[["resolve", "Resolve"], ["resolve_current_release", "In this release"]],
            ),
            _field("issues_ignored_fields", "Ignored fields", "textarea"),
        ],
        config={
            "sync_status_forward": {
                "10001": {"on_resolve": "31", "on_unresolve": "11"},
                "10002": {"on_resolve": "41", "on_unresolve": "21"},
            },
            "sync_reverse_assignment": True,
            "sync_comments": False,
            "resolution_strategy": "resolve",
            "issues_ignored_fields": "customfield_10020",
        },
        choices={
            "project": [("10001", "PAY - Payments"), ("10002", "SUPPORT - Support")],
            "issuetype": [("1", "Bug"), ("3", "Task"), ("7", "Incident")],
            "priority": [(str(at), each) for at, each in enumerate(("High", "Medium", "Low"), 2)],
            "assignee": [(f"acct-{one.key}", one.name) for one in MEMBERS],
        },
    )


def _field(name: str, label: str, kind: str, **more: object) -> Json:
    return {"name": name, "label": label, "type": kind, "help": f"{label}.", **more}


def _repositories(world: "World") -> Iterator[Repository]:
    added = world.now() - 900 * _DAY
    for number, slug in enumerate(PROJECTS, _REPOSITORIES):
        name = f"acme/{slug}"
        yield Repository(
            str(number), ORG, name, f"https://github.test/{name}", added, integration=_GITHUB
        )
    old = "acme/shop-monolith"
    yield Repository(
        "58",
        ORG,
        old,
        f"https://github.test/{old}",
        added - 700 * _DAY,
        integration=_GITHUB,
        status="hidden",
    )


def _code_mappings(world: "World") -> Iterator[CodeMapping]:
    numbers = {project.slug: project.id for project in world.projects_of(ORG)}
    repositories = {slug: str(number) for number, slug in enumerate(PROJECTS, _REPOSITORIES)}
    for number, (slug, roots) in enumerate(_ROOTS.items(), 501):
        yield CodeMapping(str(number), numbers[slug], repositories[slug], *roots)


def _apps() -> Iterator[App]:
    yield App(
        3101,
        ORG,
        "deploy-bot",
        "Deploy bot",
        _uuid("deploy-bot"),
        {ORG: "installed"},
        scopes=("project:releases", "org:ci"),
        disabled=True,
    )
    yield App(
        3102,
        "ledgerworks",
        "ledger-desk",
        "Ledger Desk",
        _uuid("ledger-desk"),
        {ORG: "installed"},
        status="published",
        scopes=("event:read", "event:write"),
        events=("issue",),
        alerts=True,
        author="Ledgerworks",
        overview="Open a ticket for the accountants from an issue.",
    )
    yield App(
        3103,
        ORG,
        "status-page",
        "Status page",
        _uuid("status-page"),
        {ORG: "pending"},
        status="unpublished",
        scopes=("org:read", "project:read"),
        events=("issue", "metric_alert"),
    )


def _tickets(world: "World") -> Iterator[Ticket]:
    for number, (begins, source, key, url, title) in enumerate(_TICKETS, 7001):
        issue = next(i.number for i in world.issues.values() if i.title.startswith(begins))
        yield Ticket(str(number), issue, source, key, url, title)


def _uuid(name: str) -> str:
    return str(UUID(sha1(f"app {name}".encode(), usedforsecurity=False).hexdigest()[:32]))
