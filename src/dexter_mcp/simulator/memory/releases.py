"""What belongs to releases besides their commits: deploys, artifacts, thresholds."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1


@dataclass(frozen=True, slots=True)
class Deploy:
    """When a release came into an environment."""

    id: int
    environment: str
    name: str
    started: datetime | None
    finished: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file uploaded with a release; `size` is in bytes."""

    id: int
    name: str
    size: int
    created: datetime
    dist: str = ""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/octet-stream"),)
    digest: str = ""

    @property
    def sha1(self) -> str:
        """The checksum; of a file without content, the name stands in for it."""
        return self.digest or sha1(self.name.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit that a project sets for each of its releases, soon after it was released."""

    id: int
    project: str
    environment: str
    kind: str
    """Such as `total_error_count`."""
    trigger: str
    """`over` or `under`."""
    value: int
    seconds: int
    """How long after a release it is watched."""


@dataclass(slots=True)
class Shipping:
    """Deploys and artifacts by release, thresholds by organization."""

    deploys: dict[tuple[str, str], list[Deploy]] = field(
        default_factory=dict[tuple[str, str], list[Deploy]]
    )
    artifacts: dict[tuple[str, str], list[Artifact]] = field(
        default_factory=dict[tuple[str, str], list[Artifact]]
    )
    thresholds: dict[str, list[Threshold]] = field(default_factory=dict[str, list[Threshold]])
    _ids: Iterable[int] = field(default_factory=lambda: itertools.count(9_001))

    def deploy(
        self,
        org: str,
        version: str,
        environment: str,
        *,
        started: datetime | None,
        finished: datetime,
        name: str | None = None,
        url: str = "",
    ) -> Deploy:
        """Note that a release came into an environment; without a name it is numbered."""
        number = self._next()
        called = f"deploy {number - 9_000}" if name is None else name
        made = Deploy(number, environment, called, started, finished, url)
        self.deploys.setdefault((org, version), []).append(made)
        return made

    def upload(
        self, org: str, version: str, name: str, *, size: int, created: datetime, dist: str = ""
    ) -> Artifact:
        """Keep a file of a release."""
        return self.keep(org, version, Artifact(self._next(), name, size, created, dist))

    def keep(self, org: str, version: str, file: Artifact) -> Artifact:
        """Keep a file of a release in place of the one with its number."""
        self.discard(org, version, file)
        self.artifacts[org, version].append(file)
        return file

    def discard(self, org: str, version: str, file: Artifact) -> None:
        """Forget a file of a release."""
        kept = self.artifacts.get((org, version), [])
        self.artifacts[org, version] = [each for each in kept if each.id != file.id]

    def forget(self, org: str, version: str) -> None:
        """Forget what belongs to a release that is no more."""
        self.deploys.pop((org, version), None)
        self.artifacts.pop((org, version), None)

    def watch(
        self,
        org: str,
        project: str,
        *,
        kind: str,
        trigger: str,
        value: int,
        seconds: int,
        environment: str = "",
    ) -> Threshold:
        """Let a project set a limit for its releases."""
        made = Threshold(self._next(), project, environment, kind, trigger, value, seconds)
        self.thresholds.setdefault(org, []).append(made)
        return made

    def deploys_of(self, org: str, version: str) -> list[Deploy]:
        """List the deploys of a release, the latest first."""
        found = self.deploys.get((org, version), [])
        return sorted(found, key=lambda deploy: (deploy.finished, deploy.id), reverse=True)

    def artifacts_of(self, org: str, version: str) -> list[Artifact]:
        """List the artifacts of a release by name."""
        return sorted(self.artifacts.get((org, version), []), key=lambda file: file.name)

    def _next(self) -> int:
        return next(iter(self._ids))
