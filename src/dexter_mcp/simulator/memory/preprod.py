"""Mobile builds and pictures of screens, as they come from continuous integration."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5

from dexter_mcp.simulator.telling.story import Json


@dataclass(frozen=True, slots=True)
class Revision:
    """The commit that something was built from, and what it is compared with."""

    head_sha: str
    base_sha: str
    head_ref: str
    base_ref: str = "main"
    repository: str = "acme/shop-app"
    pull_request: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a build, with its sizes in bytes."""

    name: str
    kind: str
    path: str
    download: int
    install: int


@dataclass(frozen=True, slots=True)
class Change:
    """A file whose size differs from that in the base build."""

    path: str
    before: int
    after: int


@dataclass(slots=True)
class Build:
    """A mobile app that was uploaded to be measured and handed out."""

    id: str
    org: str
    project: int
    app: str
    name: str
    version: str
    number: int
    platform: str
    built: datetime
    revision: Revision
    components: list[Component]
    changes: list[Change] = field(default_factory=list[Change])
    base: str = ""
    """Id of the build that it is compared with."""
    configuration: str = "Release"
    installable: bool = True
    downloads: int = 0
    notes: str = ""
    groups: tuple[str, ...] = ()

    @property
    def download(self) -> int:
        """Add up what is downloaded."""
        return sum(part.download for part in self.components)

    @property
    def install(self) -> int:
        """Add up what is installed."""
        return sum(part.install for part in self.components)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a screen; `diff` is the share of it that changed, in percent."""

    file: str
    title: str
    group: str
    width: int = 1179
    height: int = 2556
    theme: str = "light"
    verdict: str = "unchanged"
    """`added`, `removed`, `changed`, `unchanged`, `errored` or `skipped`."""
    diff: float = 0.0
    content: str = ""

    @property
    def key(self) -> str:
        """Name the stored picture: by its content if that is known."""
        return self.content or md5(self.file.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Snapshot:
    """The pictures of one build, compared with those of another."""

    id: str
    org: str
    project: int
    app: str
    taken: datetime
    revision: Revision
    images: list[Image]
    base: str = ""
    """Id of the snapshot that it is compared with; those without are bases themselves."""
    threshold: float | None = 0.1


@dataclass(frozen=True, slots=True)
class Skipped:
    """A check of `size` or `snapshots` that a commit was spared."""

    check: str
    project: int
    repository: str
    sha: str


@dataclass(slots=True)
class Preprod:
    """Builds, snapshots, and by project number the rules that fail a pull request."""

    builds: list[Build] = field(default_factory=list[Build])
    snapshots: list[Snapshot] = field(default_factory=list[Snapshot])
    size_rules: dict[int, list[Json]] = field(default_factory=dict[int, list[Json]])
    snapshot_rules: dict[int, Json] = field(default_factory=dict[int, Json])
    skipped: list[Skipped] = field(default_factory=list[Skipped])

    def build(self, org: str, number: str) -> Build | None:
        """Find a build."""
        return next((b for b in self.builds if (b.org, b.id) == (org, number)), None)

    def snapshot(self, org: str, number: str) -> Snapshot | None:
        """Find a snapshot."""
        return next((s for s in self.snapshots if (s.org, s.id) == (org, number)), None)

    def base_of(self, head: Snapshot) -> Snapshot | None:
        """Find the pictures of the commit that a branch began at."""
        wanted = (head.project, head.app, head.revision.base_sha)
        fit = [s for s in self.snapshots if (s.project, s.app, s.revision.head_sha) == wanted]
        return max(fit, key=lambda s: s.taken, default=None) if head.revision.base_sha else None

    def remove(self, snapshot: Snapshot) -> None:
        """Forget pictures; those compared with them stand alone."""
        self.snapshots.remove(snapshot)
        for other in self.snapshots:
            if other.base == snapshot.id:
                other.base = ""
