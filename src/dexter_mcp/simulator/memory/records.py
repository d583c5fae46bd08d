"""The things that a world holds, apart from events: who they are and how they relate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dexter_mcp.simulator.telling.story import Json

TokenKind = Literal["user", "org", "integration"]


@dataclass(slots=True)
class Organization:
    """A tenant; everything else belongs to one."""

    id: str
    slug: str
    name: str
    region: str
    created: datetime


@dataclass(slots=True)
class Team:
    """A group of members that projects belong to; provisioned ones are changed over SCIM alone."""

    id: str
    org: str
    slug: str
    name: str
    created: datetime
    provisioned: bool = False


@dataclass(slots=True)
class Member:
    """A person of an organization; `id` is the membership, `user_id` the person."""

    id: str
    user_id: str
    org: str
    email: str
    name: str
    role: str
    teams: list[str]
    created: datetime


@dataclass(slots=True)
class Project:
    """Where events go. Its slug may change, its id never does."""

    id: int
    org: str
    slug: str
    name: str
    platform: str
    teams: list[str]
    public_key: str
    created: datetime
    environments: list[str] = field(default_factory=list[str])
    issues: int = 0
    """How many short ids were given out."""


@dataclass(slots=True)
class Release:
    """A version of one or several projects, with the commits that it brought."""

    id: int
    org: str
    version: str
    projects: list[str]
    created: datetime
    commits: list[Json]
    """`{"id", "message", "author": <e-mail>}`, and if known `files`, by path how they changed
    (`changes`), `repository`, `name` of the author, `dateCreated`."""
    released: datetime | None = None
    status: str = "open"
    ref: str = ""
    url: str = ""
    owner: str = ""
    """E-mail of a member."""
    heads: list[Json] = field(default_factory=list[Json])
    """The commits that its repositories stood at."""

    @property
    def date(self) -> datetime:
        """Tell when it was released, or made if it wasn't."""
        return self.released or self.created


@dataclass(frozen=True, slots=True)
class Token:
    """What a caller may do, and for whom."""

    token: str
    user: str
    scopes: frozenset[str]
    kind: TokenKind
    org: str


@dataclass(slots=True)
class Issue:
    """A group of events and what people made of it."""

    number: int
    short_id: str
    org: str
    project: int
    title: str
    culprit: str
    type: str
    metadata: Json
    level: str
    platform: str
    logger: str
    category: str
    kind: str
    unhandled: bool
    hashes: list[str]
    status: str = "unresolved"
    substatus: str = "new"
    status_details: Json = field(default_factory=dict[str, object])
    priority: str = "medium"
    assigned_to: str = ""
    """`user:<e-mail>`, `team:<slug>` or empty."""
    suspect: str = ""
    """Id of the commit to blame."""
    activity: list["Activity"] = field(default_factory=list["Activity"])
    bookmarked_by: set[str] = field(default_factory=set[str])
    seen_by: dict[str, datetime] = field(default_factory=dict[str, datetime])
    subscribed_by: dict[str, str] = field(default_factory=dict[str, str])
    """E-mails of those who hear of it, and why."""
    share_id: str = ""
    priority_locked: datetime | None = None
    """Since when Sentry leaves the priority alone, because somebody chose it."""
    inbox: bool | None = None
    """Whether somebody put it up for review or reviewed it; None leaves that to its state."""
    fixed_after: str = ""
    """The newest version when it was resolved in the next one."""


@dataclass(slots=True)
class Activity:
    """One entry of an issue's history."""

    id: str
    type: str
    at: datetime
    user: str
    """E-mail of the member who did it; empty when Sentry did."""
    data: Mapping[str, object]
