"""What people set up beside the records: keys, rules, filters, hooks, invitations, accounts."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.telling.story import Json

FILTERS = (
    "browser-extensions",
    "localhost",
    "filtered-transaction",
    "legacy-browsers",
    "web-crawlers",
)
"""The inbound filters that every project has."""

LOADER: Mapping[str, bool] = {
    "hasReplay": False,
    "hasPerformance": True,
    "hasDebug": False,
    "hasFeedback": False,
    "hasLogsAndMetrics": False,
}
"""What the loader brings unless somebody says otherwise."""


@dataclass(slots=True)
class ProjectKey:
    """A client key."""

    public: str
    name: str
    created: datetime
    active: bool = True
    use_case: str = "user"
    browser: str = "10.x"
    """The version of the SDK that the loader brings."""
    loader: Json = field(default_factory=lambda: dict(LOADER))


@dataclass(slots=True)
class Ownership:
    """The ownership rules of a project, as somebody wrote them."""

    raw: str
    created: datetime
    updated: datetime
    fallthrough: bool = False
    active: bool = True
    auto_assignment: str = "Auto Assign to Issue Owner"
    sync: bool = True
    """Whether rules follow the CODEOWNERS file of a release."""


@dataclass(slots=True)
class Invitation:
    """Somebody who has not joined yet; `inviter` is a name. Provisioned ones came over SCIM."""

    id: str
    org: str
    email: str
    role: str
    teams: list[str]
    inviter: str
    created: datetime
    expired: bool = False
    provisioned: bool = False


@dataclass(slots=True)
class Account:
    """What Sentry notices of a person."""

    last_active: datetime | None = None
    has_2fa: bool = True


@dataclass(slots=True)
class External:
    """What a team (`team:<slug>`) or a person (`user:<e-mail>`) is called elsewhere."""

    id: str
    org: str
    owner: str
    provider: str
    name: str
    integration: str
    number: str = ""
    """How the integration itself numbers it."""


@dataclass(slots=True)
class Settings:
    """What people set up; by project number, unless something else is said."""

    keys: dict[int, list[ProjectKey]] = field(default_factory=lambda: defaultdict(list))
    """Besides the one that each project is born with."""
    born: dict[int, ProjectKey] = field(default_factory=dict[int, ProjectKey])
    limits: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """Events and seconds, by public key."""
    ownership: dict[int, Ownership] = field(default_factory=dict[int, Ownership])
    filters: dict[int, dict[str, bool | list[str]]] = field(
        default_factory=lambda: defaultdict(dict[str, bool | list[str]])
    )
    options: dict[int, Json] = field(default_factory=lambda: defaultdict(dict[str, object]))
    details: dict[int, Json] = field(default_factory=lambda: defaultdict(dict[str, object]))
    """What differs from the settings that a project is born with."""
    hooks: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    symbol_sources: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    debug_files: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """In the shape of Sentry's API, newest first."""
    hidden: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """Environments that a project keeps out of its menus."""
    invitations: list[Invitation] = field(default_factory=list[Invitation])
    bookmarks: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """E-mails of members, and the projects that they starred."""
    of_organization: dict[str, Json] = field(default_factory=lambda: defaultdict(dict[str, object]))
    """By the organization's number: what differs from the settings that it is founded with."""
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    """By e-mail."""
    external: list[External] = field(default_factory=list[External])
    team_admins: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Teams by slug, and e-mails."""
    relays: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """By organization, in the shape of Sentry's API."""
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def next_id(self, start: int) -> str:
        """Hand out a number without disturbing those of the records."""
        return str(start + next(self._ids))

    def keys_of(self, project: Project) -> list[ProjectKey]:
        """List a project's client keys, the one that it was born with first."""
        later = self.keys[project.id]
        if not project.public_key:
            return later
        first = ProjectKey(project.public_key, "Default", project.created)
        return [self.born.setdefault(project.id, first), *later]

    def drop_key(self, project: Project, key: ProjectKey) -> None:
        """Let a key be none any more."""
        if key.public == project.public_key:
            project.public_key = ""
        else:
            self.keys[project.id].remove(key)
        self.limits.pop(key.public, None)
