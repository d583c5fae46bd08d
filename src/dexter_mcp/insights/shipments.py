"""What was shipped in a time: the releases made in it, and all deploys, also of older releases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.releases import Deploy, Release
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import releases as view
from dexter_mcp.views.answer import Answer, Failed

_EARLIER = 10
"""Releases from before a time that may have been deployed within it."""
_LONG = timedelta(days=90)


@dataclass(frozen=True)
class Within:
    """A time; one without a start is whatever came before its end."""

    start: datetime | None
    end: datetime


async def list_shipped(
    desk: Desk, asked: view.Asked, within: Within | None, *, limit: int, cursor: str
) -> Answer:
    """Answer with releases; where a time is given, also with the deploys within it.

    Raises:
        Invalid: The cursor belongs to another query.
        SentryError: The releases did not come.
    """
    chosen = await desk.projects(asked.org, asked.project)
    question = _Question(desk, asked, chosen)
    with missing.organization(asked.org, asked.environment):
        page = await question.releases(
            within and within.start, within and within.end, limit=limit, cursor=cursor
        )
    shipped = view.Shipped(page)
    if within and not cursor:
        shipped = await question.with_deploys(page, within, limit)
    return view.listing(shipped, asked, fence=desk.fence(), now=desk.now())


class _Question:
    """What was asked, and of which projects."""

    def __init__(self, desk: Desk, asked: view.Asked, projects: Sequence[str]) -> None:
        self._desk, self._asked, self._projects = desk, asked, projects

    async def releases(
        self, start: datetime | None, end: datetime | None, *, limit: int, cursor: str = ""
    ) -> Page[Release]:
        """List releases, of a time if it is given."""
        asked = self._asked
        return await self._desk.sentry.releases.list(
            asked.org,
            project=self._projects,
            environment=asked.environment,
            query=asked.query,
            start=_stamp(start or end - _LONG) if end else "",
            end=_stamp(end) if end else "",
            sort=asked.sort,
            health=True,
            per_page=limit,
            cursor=cursor,
        )

    async def with_deploys(self, page: Page[Release], within: Within, limit: int) -> view.Shipped:
        """Add the deploys of a time, newest first; a rollback brings a release from before it.

        A release whose last deploy came before that time has none within it.
        """
        found: list[view.Deployed] = []

        async def read(release: Release) -> None:
            deploys = await self._deploys(release)
            lying = [deploy for deploy in deploys if self._counts(deploy, within)]
            found.extend(view.Deployed(version=release.version, deploy=deploy) for deploy in lying)

        async def earlier() -> Page[Release]:
            if within.start is None:
                return Page(items=list[Release]())
            return await self.releases(None, within.start, limit=_EARLIER)

        async with side_by_side(self._desk.settings.soft_deadline) as these:
            before = these.ask("deploys of earlier releases", earlier)
            parts = [these.ask("deploys", lambda each=each: read(each)) for each in page.items]
            older = (await before.settled()).otherwise(Page(items=list[Release]()))
            parts += [
                these.ask("deploys", lambda each=each: read(each))
                for each in older.items
                if _deployed_since(each, within.start)
            ]
        failed = dict[Failed, None].fromkeys(
            [*before.failed, *(failure for part in parts for failure in part.failed)]
        )
        newest = sorted(found, key=lambda each: each.deploy.date_finished or within.end)[::-1]
        return view.Shipped(page, newest[:limit], tuple(failed))

    async def _deploys(self, release: Release) -> Sequence[Deploy]:
        if release.deploy_count <= 1:
            return [release.last_deploy] if release.last_deploy else []
        listed = await self._desk.sentry.releases.deploys(self._asked.org, release.version.raw)
        return listed.items

    def _counts(self, deploy: Deploy, within: Within) -> bool:
        finished, wanted = deploy.date_finished, self._asked.environment
        return (
            finished is not None
            and (within.start is None or within.start <= finished)
            and finished <= within.end
            and (not wanted or deploy.environment.raw in wanted)
        )


def _deployed_since(release: Release, start: datetime | None) -> bool:
    last = release.last_deploy and release.last_deploy.date_finished
    return last is not None and (start is None or last >= start)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
