"""What every answer is made with: Sentry, settings, a clock, fences, the tools on offer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from dexter_mcp.insights import missing, short_ids
from dexter_mcp.insights.shown import Shown
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.identifiers import IssueRef, issue_ref
from dexter_mcp.settings import Settings
from dexter_mcp.views.authored import EVERYTHING, Offer
from dexter_mcp.views.untrusted import Fence


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class NamedIssue:
    """An issue settled far enough to ask Sentry for it; `event` is set when a link named one."""

    org: str
    id: str
    event: str = ""


_EVERY: Final = frozenset({"all", "-1"})


@dataclass(frozen=True)
class Desk:
    """Where a tool, a resource or a prompt works."""

    sentry: Sentry
    settings: Settings
    now: Callable[[], datetime] = utc_now
    fence: Callable[[], Fence] = Fence.drawn
    offer: Offer = EVERYTHING
    shown: Shown = field(default_factory=Shown)

    async def org(self, named: str) -> str:
        """Settle which organization is meant; see `Organizations.resolve`."""
        return await self.sentry.organizations.resolve(named)

    async def home(self, named: str, linked: str) -> str:
        """Settle which organization is meant where a link may have named one too.

        Raises:
            Invalid: They disagree.
        """
        if named and linked and named != linked:
            raise Invalid(
                f"The link belongs to {linked!r}, but `org` says {named!r}. Leave one of them out."
            )
        return await self.org(named or linked)

    def among(self, named: Sequence[str]) -> tuple[str, ...]:
        """Say in words which projects are meant: the default one where nobody named any.

        `all` and Sentry's own `-1` look past the default, at every project.
        """
        if not _EVERY.isdisjoint(named):
            return ()
        return tuple(named or filter(None, [self.settings.project]))

    async def projects(self, org: str, named: Sequence[str]) -> list[str]:
        """Settle which projects are meant, as the numbers that every server understands.

        None named means the default project, or else every project that the token can see.
        """
        found = await self.sentry.projects.resolve_all(org, self.among(named))
        everywhere = [] if self.sentry.capabilities.know("make") else ["-1"]
        return [project.id for project in found] or everywhere

    async def issue(self, org: str, named: str) -> NamedIssue:
        """Settle which issue is meant, in whatever form somebody named it.

        Raises:
            Invalid: It names none, or a link and `org` disagree.
            NotFound: No issue holds the event that was named.
        """
        ref = issue_ref(named, self.settings.url)
        return await self.referenced(org, ref)

    async def referenced(self, org: str, ref: IssueRef) -> NamedIssue:
        """Settle a reference that has been read already; see `issue`."""
        home = await self.home(org, ref.org)
        if ref.id:
            number = await short_ids.understood(self.sentry, home, ref.id)
            return NamedIssue(home, number, ref.event)
        with missing.event(home, ref.event):
            return NamedIssue(home, await self._holder(home, ref.event), ref.event)

    async def _holder(self, org: str, event: str) -> str:
        """Find the issue of an event; a server that can't look it up may find it by a search."""
        try:
            return (await self.sentry.events.find(org, event)).group_id
        except NotFound as error:
            if not error.wordless:
                raise
            page = await self.sentry.issues.search(org, query=event, project=["-1"], limit=1)
            if not page.items:
                raise NotFound(*error.args) from error
        return page.items[0].id
