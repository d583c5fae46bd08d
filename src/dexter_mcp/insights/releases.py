"""A release in full: how it fares, what it broke, what it consists of."""

from collections.abc import Awaitable, Callable, Container, Sequence
from typing import TypeVar

import anyio

from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.release_lookup import find_release
from dexter_mcp.insights.release_shelf import NEW, REGRESSED, Shelf
from dexter_mcp.insights.side_by_side import Part, side_by_side
from dexter_mcp.views import releases as listed
from dexter_mcp.views import whole_release as view
from dexter_mcp.views.answer import Answer

T = TypeVar("T")

_FEW = 3
_MANY = 20
_RESOLVED = "resolved"


async def read_release(
    desk: Desk,
    *,
    release: str,
    org: str,
    project: Sequence[str],
    include: Sequence[view.ReleasePart],
) -> Answer:
    """Answer with a release, however it was named; with those it may mean, if that is not clear.

    Raises:
        SentryError: The release itself did not come.
    """
    since = anyio.current_time()
    found = await find_release(desk, release, org, project)
    if found.only is None:
        return listed.candidates(found.releases, found.named, fence=desk.fence(), now=desk.now())
    wanted = {*(include or view.USUAL), *([_RESOLVED] if "issues" in include else [])}
    return view.details(
        await _gathered(Shelf(desk, found.scope, found.only), wanted, since),
        include=include,
        fence=desk.fence(),
        now=desk.now(),
        budget=desk.settings.answer_budget,
    )


async def _gathered(shelf: Shelf, wanted: Container[str], since: float) -> view.WholeRelease:
    """Fetch the parts that are wanted, side by side; what fails is named, the rest stands."""
    limit = _MANY if _RESOLVED in wanted else _FEW
    async with side_by_side(shelf.desk.settings.soft_deadline, since=since) as these:

        def ask(part: str, what: str, question: Callable[[], Awaitable[T]]) -> Part[T | None]:
            return these.ask(what, question if part in wanted else _nothing)

        new = ask("issues", "new issues", lambda: shelf.issues(NEW, limit))
        back = ask("issues", "regressed issues", lambda: shelf.issues(REGRESSED, limit))
        fixed = ask(_RESOLVED, "resolved issues", shelf.resolved)
        deploys = ask("deploys", "deploys", shelf.deploys)
        health = ask("health", "health", shelf.health)
        commits = ask("commits", "commits", shelf.commits)
        files = ask("files", "files", shelf.files)
        artifacts = ask("artifacts", "artifacts", shelf.artifacts)
        thresholds = ask("thresholds", "thresholds", shelf.thresholds)
    parts = (new, back, fixed, deploys, health, commits, files, artifacts, thresholds)
    return view.WholeRelease(
        release=shelf.release,
        url=shelf.url,
        new=new.otherwise(None),
        regressed=back.otherwise(None),
        resolved=fixed.otherwise(None),
        deploys=deploys.otherwise(None),
        health=health.otherwise(None),
        commits=commits.otherwise(None),
        files=files.otherwise(None),
        artifacts=artifacts.otherwise(None),
        thresholds=thresholds.otherwise(None),
        failed=tuple(failed for part in parts for failed in part.failed),
    )


async def _nothing() -> None:
    """Answer what was not asked for."""
