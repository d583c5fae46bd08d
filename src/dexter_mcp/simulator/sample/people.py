"""Who works at Acme Shop, on what, and what they released."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from types import MappingProxyType

from dexter_mcp.simulator.sample.sources import sections
from dexter_mcp.simulator.telling.story import Json

ORG = "acme"

TEAMS = MappingProxyType(
    {
        "payments": "Payments",
        "storefront": "Storefront",
        "platform": "Platform",
        "mobile": "Mobile",
        "data": "Data",
    }
)


@dataclass(frozen=True, slots=True)
class Member:
    """Someone with an account."""

    key: str
    """What the history of releases calls them."""
    name: str
    teams: tuple[str, ...]
    """Their own team first."""
    role: str = "member"

    @property
    def email(self) -> str:
        """The address of the account."""
        return f"{self.key}@acme.test"


MEMBERS = (
    Member("mira", "Mira Voss", tuple(TEAMS), "owner"),
    Member("tomas", "Tomás Ferreira", ("payments",), "manager"),
    Member("ines", "Inês Duarte", ("payments", "storefront")),
    Member("yuki", "Yuki Tanabe", ("storefront",)),
    Member("lena", "Lena Brandt", ("storefront",), "admin"),
    Member("jonas", "Jonas Ek", ("platform", "payments"), "manager"),
    Member("karim", "Karim Haddad", ("platform",)),
    Member("sofia", "Sofia Lindqvist", ("platform", "data")),
    Member("noor", "Noor Aziz", ("mobile",)),
    Member("diego", "Diego Paz", ("mobile",), "admin"),
    Member("arjun", "Arjun Rao", ("data", "storefront")),
)


@dataclass(frozen=True, slots=True)
class Project:
    """A project and who owns it."""

    slug: str
    name: str
    platform: str
    teams: tuple[str, ...]

    @property
    def owners(self) -> tuple[str, ...]:
        """Name its teams and their people, as an issue's `assigned_to`."""
        people = [f"user:{one.email}" for one in MEMBERS if one.teams[0] in self.teams]
        return (*people, *(f"team:{team}" for team in self.teams))


PROJECTS = MappingProxyType(
    {
        project.slug: project
        for project in (
            Project("checkout", "Checkout", "python-django", ("payments",)),
            Project("storefront", "Storefront", "javascript-react", ("storefront",)),
            Project("inventory", "Inventory", "java-spring-boot", ("platform",)),
            Project("gateway", "Gateway", "go", ("platform",)),
            Project("mobile-app", "Mobile App", "react-native", ("mobile",)),
            Project("reports", "Reports", "python", ("data",)),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Release:
    """A release of one project."""

    project: str
    version: str
    age: timedelta
    commits: tuple[Json, ...]


def _commit(project: str, line: str) -> Json:
    author, message, paths = line.split(" | ")
    return {
        "id": sha256(f"{project} {message}".encode()).hexdigest()[:40],
        "message": message,
        "author": f"{author}@acme.test",
        "files": paths.split(" "),
    }


def _release(header: str, lines: tuple[str, ...]) -> Release:
    project, version, hours = header.split(" ")
    commits = tuple(_commit(project, line) for line in lines)
    return Release(project, version, timedelta(hours=float(hours)), commits)


RELEASES = tuple(_release(header, lines) for header, lines in sections("history"))


def releases_of(project: str) -> tuple[Release, ...]:
    """List the releases of a project, the oldest first."""
    return tuple(release for release in RELEASES if release.project == project)


def adoption(project: str) -> Mapping[str, float]:
    """Weigh the releases of a project: at any moment the newest one then is used the most."""
    return {release.version: 6.0**age for age, release in enumerate(releases_of(project))}


def commit_of(project: str, file: str, earliest: timedelta = timedelta()) -> str:
    """Find the last commit to `file` that was released `earliest` ago or before, empty if none."""
    found = [
        str(commit["id"])
        for release in releases_of(project)
        if release.age >= earliest
        for commit in release.commits
        if any(path.endswith(file) for path in commit["files"])
    ]
    return found[-1] if found else ""
