"""Find a release by whatever somebody calls it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import NotFound
from dexter_mcp.sentry.release_refs import LATEST, ReleaseRef, release_ref
from dexter_mcp.sentry.releases import Release

_CANDIDATES = 20
EVERYWHERE = ["-1"]
"""All projects that the token can see."""


@dataclass(frozen=True)
class Scope:
    """Where a release is looked for: `projects` are numbers, or `-1` for all."""

    org: str
    projects: Sequence[str]

    @property
    def project(self) -> str:
        """The only project there is to it; empty for several."""
        return self.projects[0] if len(self.projects) == 1 and self.projects != EVERYWHERE else ""


@dataclass(frozen=True)
class Found:
    """The releases that a name may mean: one if it is clear, several if it is not."""

    scope: Scope
    named: str
    releases: Sequence[Release]

    @property
    def only(self) -> Release | None:
        """The release that is meant; `None` where there are several."""
        return self.releases[0] if len(self.releases) == 1 else None


async def find_release(desk: Desk, named: str, org: str, project: Sequence[str]) -> Found:
    """Find a release by its version, whole or short, by a link, or as the latest.

    Raises:
        Invalid: It names none, or a link and `org` disagree.
        NotFound: There is no such release.
    """
    ref = release_ref(named, desk.settings.url)
    home = await desk.home(org, ref.org)
    chosen = await desk.projects(home, project or list(filter(None, [ref.project])))
    return await find_in(desk, Scope(home, chosen), ref)


async def find_in(desk: Desk, scope: Scope, ref: ReleaseRef) -> Found:
    """Find a release where it is known where to look; see `find_release`."""
    found = await (_latest(desk, scope) if ref.version == LATEST else _named(desk, scope, ref))
    if not found:
        error = NotFound(f"No release {ref.version[:80]!r} is visible in {scope.org!r}.")
        error.advice = "`list_releases` names them; it may be in another `project`."
        raise error
    return Found(scope, ref.version, found)


async def _latest(desk: Desk, scope: Scope) -> Sequence[Release]:
    with missing.organization(scope.org):
        page = await desk.sentry.releases.list(
            scope.org, project=scope.projects, health=True, per_page=1
        )
    return page.items


async def _named(desk: Desk, scope: Scope, ref: ReleaseRef) -> Sequence[Release]:
    """Ask for exactly that version; where there is none, search for what is called so."""
    try:
        found = await desk.sentry.releases.get(
            scope.org, ref.version, project=scope.project, health=True
        )
    except NotFound:
        return await _alike(desk, scope, ref.version)
    return [found]


async def _alike(desk: Desk, scope: Scope, named: str) -> Sequence[Release]:
    bare = named[1:] if named[:1] in {"v", "V"} and named[1:2].isdecimal() else named
    with missing.organization(scope.org):
        page = await desk.sentry.releases.list(
            scope.org,
            project=scope.projects,
            query=quoted(bare),
            health=True,
            per_page=_CANDIDATES,
        )
    exact = [release for release in page.items if _is_called(release, bare)]
    is_search = not page.notes
    return exact or [each for each in page.items if is_search or bare in each.version.raw]


def _is_called(release: Release, named: str) -> bool:
    version = release.version.raw
    return named in {version, release.short_version.raw, version.rpartition("@")[2]} or (
        version.rpartition("@")[2].partition("+")[0] == named
    )


def quoted(version: str) -> str:
    """Write a version as a value of a search, so that nothing in it is read as more than text."""
    escaped = version.replace('"', '\\"').replace("*", "\\*")
    return f'"{escaped}"'
