"""What is connected to an organization: services, apps, repositories, tickets elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dexter_mcp.simulator.telling.story import Json

Choices = Sequence[tuple[str, str]]
"""What a field of a form can be set to, and how people call it."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a chat; `kind` is the chat's own word, such as `private`."""

    id: str
    name: str
    kind: str = "public"


@dataclass(slots=True)
class Integration:
    """A service that an organization installed.

    `status` is how Sentry's side of it fares, `standing` whether this organization may use it.
    `settings` are the fields of its form, and `config` what was filled in. `choices` are those of
    the form of a ticket, by its field; `channels` are those of a chat.
    """

    id: str
    org: str
    provider: str
    name: str
    domain: str = ""
    account: str = ""
    scopes: Sequence[str] = ()
    status: str = "active"
    standing: str = "active"
    out_of_date: bool | None = None
    grace_ends: datetime | None = None
    settings: Sequence[Json] = ()
    config: Mapping[str, object] = field(default_factory=dict[str, object])
    choices: Mapping[str, Choices] = field(default_factory=dict[str, Choices])
    channels: Sequence[Channel] = ()


@dataclass(slots=True)
class Repository:
    """Where code is kept; `integration` is empty for one that somebody typed in."""

    id: str
    org: str
    name: str
    url: str
    added: datetime
    provider: str = "github"
    integration: str = ""
    status: str = "active"


@dataclass(frozen=True, slots=True)
class CodeMapping:
    """Where the code of a project's frames is in a repository."""

    id: str
    project: int
    repository: str
    stack_root: str
    source_root: str
    branch: str = "main"


@dataclass(slots=True)
class App:
    """An app of the integration platform: `internal`, `published` or `unpublished`.

    `org` made it; `installed` says for each organization that did how far that is: `installed` or
    `pending`.
    """

    id: int
    org: str
    slug: str
    name: str
    uuid: str
    installed: Mapping[str, str]
    status: str = "internal"
    scopes: Sequence[str] = ()
    events: Sequence[str] = ()
    alerts: bool = False
    settings: Json = field(default_factory=dict[str, Any])
    """What else was written, in the shape of Sentry's API."""
    disabled: bool = False
    author: str = ""
    overview: str = ""

    @property
    def takes_form(self) -> bool:
        """Tell whether its schema describes a form for alerts."""
        return '"alert-rule-action"' in str(self.settings.get("schema"))


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an issue is linked to elsewhere; `source` is an integration's id, or an app's slug.

    Several issues may be linked to one ticket: it has one id. To one whose `issue` is 0 nothing is
    linked, but the service has it.
    """

    id: str
    issue: int
    source: str
    key: str
    url: str
    title: str = ""
    description: str = ""


@dataclass(slots=True)
class Integrations:
    """Remembers all that is connected.

    Sentry tells provisioning (SCIM) only to organizations that switched it on: those not in
    `without_scim`.
    """

    installed: list[Integration] = field(default_factory=list[Integration])
    repositories: list[Repository] = field(default_factory=list[Repository])
    code_mappings: list[CodeMapping] = field(default_factory=list[CodeMapping])
    apps: list[App] = field(default_factory=list[App])
    tickets: list[Ticket] = field(default_factory=list[Ticket])
    without_scim: set[str] = field(default_factory=set[str])
    links: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])
    """By project and repository, the id of what ties them."""

    def of(self, org: str) -> list[Integration]:
        """List what an organization installed, by name."""
        own = (each for each in self.installed if each.org == org)
        return sorted(own, key=lambda each: (each.name, each.id))

    def get(self, org: str, number: str) -> Integration | None:
        """Find an integration."""
        return next((each for each in self.of(org) if each.id == number), None)

    def repository(self, org: str, number: str) -> Repository | None:
        """Find a repository."""
        own = (each for each in self.repositories if each.org == org)
        return next((each for each in own if each.id == number), None)

    def uninstall(self, it: Integration) -> None:
        """Forget an integration and its tickets; its repositories stay, as if typed in."""
        self.installed.remove(it)
        self.tickets = [each for each in self.tickets if each.source != it.id]
        orphans = [each for each in self.repositories if each.integration == it.id]
        lost = {each.id for each in orphans}
        self.code_mappings = [each for each in self.code_mappings if each.repository not in lost]
        for repository in orphans:
            repository.integration = ""

    def remove(self, app: App) -> None:
        """Forget an app and its tickets."""
        self.apps.remove(app)
        self.tickets = [each for each in self.tickets if each.source != app.slug]

    def tickets_of(self, issue: int, source: str) -> list[Ticket]:
        """List what an issue is linked to in one place."""
        return [each for each in self.tickets if (each.issue, each.source) == (issue, source)]

    def ticket(self, source: str, key: str) -> Ticket | None:
        """Find a ticket that a service has, linked or not."""
        return next(
            (each for each in self.tickets if (each.source, each.key) == (source, key)), None
        )

    def link(self, ticket: Ticket, issue: int) -> Ticket:
        """Link an issue to a ticket."""
        made = replace(ticket, issue=issue)
        self.tickets = [each for each in self.tickets if each != replace(ticket, issue=0)]
        self.tickets.append(made)
        return made

    def unlink(self, ticket: Ticket) -> None:
        """Forget that an issue is linked to a ticket; the service still has it."""
        self.tickets.remove(ticket)
        if self.ticket(ticket.source, ticket.key) is None:
            self.tickets.append(replace(ticket, issue=0))
