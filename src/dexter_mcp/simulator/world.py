"""What the simulated Sentry remembers."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import md5

from dexter_mcp.simulator.intake import arrival as intake
from dexter_mcp.simulator.intake import regrouping
from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.simulator.intake.rendering import payload_of
from dexter_mcp.simulator.memory import upheaval
from dexter_mcp.simulator.memory.alerts import Alerts
from dexter_mcp.simulator.memory.dashboards import Dashboards
from dexter_mcp.simulator.memory.integrations import Integrations
from dexter_mcp.simulator.memory.issue_extras import IssueExtras
from dexter_mcp.simulator.memory.monitors import Monitors
from dexter_mcp.simulator.memory.outcomes import Outcomes
from dexter_mcp.simulator.memory.outgoing import Outgoing
from dexter_mcp.simulator.memory.preprod import Preprod
from dexter_mcp.simulator.memory.records import (
    Activity,
    Issue,
    Member,
    Organization,
    Project,
    Release,
    Team,
    Token,
    TokenKind,
)
from dexter_mcp.simulator.memory.releases import Shipping
from dexter_mcp.simulator.memory.replays import Replays
from dexter_mcp.simulator.memory.saved_queries import SavedQueries
from dexter_mcp.simulator.memory.sessions import Sessions
from dexter_mcp.simulator.memory.settings import Settings
from dexter_mcp.simulator.memory.short_ids import short_id, tidy
from dexter_mcp.simulator.memory.spans import Telemetry
from dexter_mcp.simulator.memory.store import Event, Store, Where
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling import teller as telling
from dexter_mcp.simulator.telling.story import Json, Story

_BORN = datetime(2023, 2, 11, 8, tzinfo=UTC)
"""When everything that carries no date of its own was made."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """Organizations, their people, projects and releases, their issues and events.

    `regions` maps names to base URLs; an empty URL stands for the host that was asked.
    `self_hosted` answers as a server on one's own premises does: no rate limits, no regions.
    `numeric_projects` takes project ids only where Sentry has learned to take slugs since.
    `datasets` names those of Discover that a server of some age offers; none named means all.
    `seen` lists the requests, oldest first; `sent` has method, path and body of those that write.
    """

    def __init__(self, *, now: Callable[[], datetime] = _utc_now, seed: int = 7) -> None:
        self.now = now
        self.seed = seed
        self.regions: dict[str, str] = {"us": ""}
        self.self_hosted = False
        self.numeric_projects = False
        self.datasets: frozenset[str] = frozenset()
        self.seen: list[str] = []
        self.sent: list[tuple[str, str, bytes]] = []
        self.store = Store()
        self.organizations: dict[str, Organization] = {}
        self.teams: list[Team] = []
        self.members: list[Member] = []
        self.projects: dict[int, Project] = {}
        self.releases: list[Release] = []
        self.tokens: dict[str, Token] = {}
        self.issues: dict[int, Issue] = {}
        self.telemetry = Telemetry(self.store, self.projects, self.issues)
        self.merged: dict[int, int] = {}
        self.renamed: dict[tuple[str, str], str] = {}
        self.hashes: dict[tuple[int, str], int] = {}
        self.attachments: dict[str, list[tuple[int, Attachment]]] = {}
        self.reports: dict[str, Json] = {}
        self.extras = IssueExtras()
        self.settings = Settings()
        self.alerts = Alerts()
        self.shipping = Shipping()
        self.sessions, self.outcomes = Sessions(), Outcomes()
        self.preprod, self.outgoing = Preprod(), Outgoing()
        self.integrations = Integrations()
        self.replays = Replays(self.now)
        self.monitors, self.dashboards = Monitors(), Dashboards()
        self._ids = itertools.count(1)
        self.saved_queries = SavedQueries(self.next_id)

    def next_id(self, start: int) -> int:
        """Hand out a number that nothing else of its kind has."""
        return start + next(self._ids)

    def add_organization(self, slug: str, name: str, *, region: str = "us") -> Json:
        """Found an organization."""
        made = Organization(str(self.next_id(1200)), slug, name, region, _BORN)
        self.organizations[slug] = made
        return {"id": made.id, "slug": slug, "name": name}

    def add_team(self, org: str, slug: str, name: str) -> Json:
        """Add a team."""
        made = Team(str(self.next_id(70)), org, slug, name, _BORN)
        self.teams.append(made)
        return {"id": made.id, "slug": slug, "name": name}

    def add_member(
        self, org: str, email: str, name: str, *, teams: Iterable[str] = (), role: str = "member"
    ) -> Json:
        """Add a person to an organization; the same e-mail is the same person everywhere."""
        known = next((m.user_id for m in self.members if m.email == email), "")
        user_id = known or str(self.next_id(40))
        made = Member(str(self.next_id(500)), user_id, org, email, name, role, list(teams), _BORN)
        self.members.append(made)
        return {"id": made.id, "email": email, "name": name, "user": {"id": user_id}}

    def add_project(
        self, org: str, slug: str, name: str, platform: str, *, teams: Iterable[str] = ()
    ) -> Json:
        """Add a project, with the public key that SDKs send events to it with."""
        number = self.next_id(3300)
        key = md5(f"{self.seed}:{number}".encode(), usedforsecurity=False).hexdigest()
        made = Project(number, org, slug, name, platform, list(teams), key, _BORN)
        self.projects[number] = made
        return {"id": str(number), "slug": slug, "name": name, "platform": platform}

    def add_environment(self, org: str, project: str, name: str) -> None:
        """Let a project know an environment; stories and events do so by themselves."""
        found = self.project(org, project)
        if found and name and name not in found.environments:
            found.environments.append(name)

    def add_release(
        self,
        org: str,
        version: str,
        *,
        projects: Iterable[str],
        created: timedelta,
        commits: Sequence[Json] = (),
    ) -> Json:
        """Release a version `created` ago.

        A commit is `{"id", "message", "author": <e-mail>, "files": […]}`.
        """
        at, number = self.now() - created, self.next_id(77_000)
        made = Release(number, org, version, list(projects), at, list(commits), released=at)
        self.releases.append(made)
        return {"id": made.id, "version": version, "dateCreated": iso(made.created)}

    def add_token(
        self,
        token: str,
        *,
        user: str,
        scopes: Iterable[str],
        kind: TokenKind = "user",
        org: str = "",
    ) -> None:
        """Let a token in: for the user with this e-mail, or for an organization."""
        self.tokens[token] = Token(token, user, frozenset(scopes), kind, org)

    def tell(self, org: str, story: Story) -> Json:
        """Make the issue that a story is about, and its events."""
        issue = telling.tell(self, org, story)
        return {"id": str(issue.number), "shortId": issue.short_id}

    def ingest(self, project_id: int, payload: Json, attachments: Sequence[Attachment] = ()) -> str:
        """Take an event as an SDK sends it, group it into an issue, and give its id.

        Raises KeyError for a project that does not exist.
        """
        return intake.ingest(self, self.projects[project_id], payload, attachments)

    def report(self, event_id: str, *, name: str = "", email: str = "", comments: str) -> None:
        """Let an end user say what happened to them; a later word replaces an earlier one."""
        self.reports[event_id] = {
            "id": str(self.next_id(5_000)),
            "eventID": event_id,
            "name": name,
            "email": email,
            "comments": comments,
            "dateCreated": iso(self.now()),
        }

    def open_issue(self, project: Project, fields: Json) -> Issue:
        """Start an issue with the next short id of its project; `fields` are those of `Issue`."""
        project.issues += 1
        number = 6_120_000_000 + 29 * self.next_id(0)
        issue = Issue(
            number=number,
            short_id=short_id(project.slug, project.issues),
            org=project.org,
            project=project.id,
            **fields,
        )
        self.issues[number] = issue
        for digest in issue.hashes:
            self.hashes.setdefault((project.id, digest), number)
        return issue

    def note(self, issue: Issue, kind: str, *, user: str = "", data: Json | None = None) -> None:
        """Write into an issue's history that something happens now."""
        entry = Activity(str(self.next_id(9_000)), kind, self.now(), user, data or {})
        issue.activity.append(entry)

    def rename_project(self, org: str, old: str, new: str) -> None:
        """Change a project's slug; the old one leads to the new one from now on."""
        if project := self.project(org, old):
            upheaval.rename_project(self, project, new)

    def merge_issues(self, parent: int, children: Iterable[int], *, user: str = "") -> None:
        """Let one issue take over the events of others."""
        regrouping.merge(self, parent, children, user)

    def organization(self, slug_or_id: str) -> Organization | None:
        """Find an organization."""
        return self.organizations.get(slug_or_id) or next(
            (org for org in self.organizations.values() if org.id == slug_or_id), None
        )

    def member(self, org: str, email: str) -> Member | None:
        """Find a person in an organization."""
        return next((m for m in self.members if (m.org, m.email) == (org, email)), None)

    def team(self, org: str, slug_or_id: str) -> Team | None:
        """Find a team."""
        return next((t for t in self.teams if t.org == org and slug_or_id in (t.slug, t.id)), None)

    def projects_of(self, org: str) -> list[Project]:
        """List an organization's projects by name."""
        return sorted(
            (p for p in self.projects.values() if p.org == org), key=lambda p: (p.slug, p.id)
        )

    def project(self, org: str, slug_or_id: str) -> Project | None:
        """Find a project."""
        return next((p for p in self.projects_of(org) if slug_or_id in (p.slug, str(p.id))), None)

    def project_key(self, project_id: int) -> str | None:
        """Find the public key of a project's DSN."""
        project = self.projects.get(project_id)
        return project.public_key if project else None

    def open_keys(self, project: Project) -> set[str]:
        """Name the public keys with which a project takes events in."""
        return {key.public for key in self.settings.keys_of(project) if key.active}

    def issue(self, org: str, reference: str) -> Issue | None:
        """Find an issue by number or short id; of a merged one, the survivor."""
        if reference.isdecimal():
            number = int(reference)
            issue = self.issues.get(self.merged.get(number, number))
            return issue if issue and issue.org == org else None
        wanted = tidy(reference)
        return next(
            (i for i in self.issues.values() if i.org == org and i.short_id == wanted), None
        )

    def release(self, org: str, version: str) -> Release | None:
        """Find a release."""
        return next((r for r in self.releases if (r.org, r.version) == (org, version)), None)

    def releases_of(self, project: Project) -> list[Release]:
        """List a project's releases, newest first."""
        found = [r for r in self.releases if r.org == project.org and project.slug in r.projects]
        return sorted(found, key=lambda release: release.created, reverse=True)

    def author(self, org: str, commit: str) -> str:
        """Name the author of a commit by e-mail; nothing for an unknown one."""
        commits = (c for r in self.releases if r.org == org for c in r.commits)
        return next((str(c["author"]) for c in commits if commit and c["id"] == commit), "")

    def payload(self, event: Event) -> Json:
        """Complete the payload of a stored event."""
        return payload_of(self.store.bodies[event.body], event, self.store.tags(event))

    def events_of(self, issue: Issue) -> Where:
        """Select an issue's events."""
        return Where("issue = ?", (issue.number,))
