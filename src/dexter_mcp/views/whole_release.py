"""A release in full: how it fares, what it broke, what it consists of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote

from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.release_files import ReleaseFile
from dexter_mcp.sentry.releases import (
    AdoptionStage,
    CommitFile,
    Deploy,
    Release,
    ReleaseCommit,
    ThresholdStatus,
)
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.sessions import SessionReport
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.budget import Section, fit
from dexter_mcp.views.issues import state
from dexter_mcp.views.listing import short_ago
from dexter_mcp.views.moments import ago, exact, span
from dexter_mcp.views.numbers import count, counted, size
from dexter_mcp.views.releases import ENVIRONMENT, VERSION, health_in, share
from dexter_mcp.views.sessions import by_environment, crash_free
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

ReleasePart = Literal["health", "issues", "deploys", "commits", "files", "artifacts", "thresholds"]
USUAL: Final[tuple[ReleasePart, ...]] = ("issues", "deploys")
"""What is shown when nobody chooses; the heading tells health in brief."""

_LINK = 300
_TITLE = 70
_MESSAGE = 100
_PATH = 120
_AUTHORS = 6
_AROUND = 400
"""Characters that the heading and the fence take at most, beside what the sections hold."""


@dataclass(frozen=True)
class WholeRelease:
    """A release and what surrounds it; `None` for what was not asked for or did not come."""

    release: Release
    url: str
    new: Page[Issue] | None = None
    regressed: Page[Issue] | None = None
    resolved: Sequence[Issue] | None = None
    deploys: Sequence[Deploy] | None = None
    health: SessionReport | None = None
    commits: Page[ReleaseCommit] | None = None
    files: Sequence[CommitFile] | None = None
    artifacts: Page[ReleaseFile] | None = None
    thresholds: Sequence[ThresholdStatus] | None = None
    failed: tuple[Failed, ...] = ()


def release_url(home: str, org: str, release: Release, projects: Sequence[str]) -> str:
    """Write the address of a release's page."""
    version = quote(release.version.raw, safe="")
    chosen = "".join(f"?project={project}" for project in projects[:1])
    return f"{home}/organizations/{org}/releases/{version}/{chosen}"


def details(
    whole: WholeRelease,
    *,
    include: Sequence[ReleasePart],
    fence: Fence,
    now: datetime,
    budget: int,
) -> Answer:
    """Show a release: our own heading, the rest in one fence, then where to go on."""
    around = [_heading(whole.release, now), _onward(include), *failures(whole.failed)]
    room = budget - sum(map(len, around)) - _AROUND
    sections = [Section("", list(_about(whole, now)), keep=9), *_sections(whole, now)]
    block = fence.block(fit(sections, room).replace("\n\n", "\n").split("\n"))
    return Answer("\n".join([around[0], block, *around[1:]]), data=_data(whole))


def _data(whole: WholeRelease) -> dict[str, object]:
    """Leave the address out, which spells the version."""
    return {key: value for key, value in vars(whole).items() if key != "url"}


def issue_rows(issues: Sequence[Issue], now: datetime) -> list[str]:
    """Show issues, a line each."""
    rows = [
        [
            name(issue.short_id or issue.id),
            clean(issue.title, limit=_TITLE),
            state(issue),
            count(issue.count),
            count(issue.user_count),
            short_ago(issue.last_seen, now),
        ]
        for issue in issues
    ]
    return table(("issue", "title", "state", "events", "users", "last seen"), rows).splitlines()


def commit_line(commit: ReleaseCommit, now: datetime) -> str:
    """Show a commit: what, by whom, when. Whoever can push writes its message."""
    message = clean(commit.message.first_line, limit=_MESSAGE)
    words = [
        f"{name(commit.id, limit=10).rstrip('…')} {message}",
        name(commit.author.name or commit.author.email),
        short_ago(commit.date_created, now),
    ]
    return ", ".join(filter(None, words))


def deploy_line(deploys: Sequence[Deploy], now: datetime) -> str:
    """Tell where a release was deployed, and when, newest first."""
    return ", ".join(
        f"{clean(each.environment, limit=ENVIRONMENT)} {ago(each.date_finished, now)}"
        f" ({exact(each.date_finished)})"
        for each in deploys
    )


def health_line(release: Release) -> Iterator[str]:
    """Tell the health of a release over the last 14 days, a line for each project."""
    if not health_in(release):
        yield "health: no sessions known in the last 14 d"
    several = len(release.projects) > 1
    for slug, health in health_in(release):
        where = f" in {name(slug)}" if several else ""
        sessions, users = health.total_sessions or 0, health.total_users or 0
        yield (
            f"health{where}, 14 d: crash-free sessions "
            f"{crash_free(health.crash_free_sessions) or 'unknown'}, users "
            f"{crash_free(health.crash_free_users) or 'unknown'}; {counted(sessions, 'session')}, "
            f"{counted(users, 'user')}; adoption {share(health.adoption) or 'unknown'} of users in "
            "24 h"
        )


def _heading(release: Release, now: datetime) -> str:
    projects = ", ".join(name(project.slug) for project in release.projects) or "no project"
    stages = {_stage(stage) for stage in release.adoption_stages.values()} - {""}
    words = [
        f"release of {projects}",
        "archived" if release.status == "archived" else "",
        *sorted(stages),
        f"released {ago(release.released, now)} ({exact(release.released)})",
    ]
    return " · ".join(filter(None, words))


def _stage(stage: AdoptionStage) -> str:
    return name(stage.stage).replace("_", " ")


def _about(whole: WholeRelease, now: datetime) -> Iterator[str]:
    release = whole.release
    yield clean(release.version, limit=VERSION)
    yield clean(whole.url, limit=_LINK)
    yield from health_line(release)
    if release.last_event:
        yield (
            f"events: first {ago(release.first_event, now)}, last {ago(release.last_event, now)}"
        )
    people = [name(author.called) for author in release.authors]
    more = [f"{len(people) - _AUTHORS} more"] if len(people) > _AUTHORS else []
    if release.commit_count:
        by = f" by {', '.join([*people[:_AUTHORS], *more])}" if people else ""
        yield f"{counted(release.commit_count, 'commit')}{by}"


def _sections(whole: WholeRelease, now: datetime) -> Iterator[Section]:
    """Set out the parts; those nearest to what is wrong lose lines last."""
    new = whole.release.new_groups
    yield from _issues("new issues", whole.new, now, total=new or 0, keep=8)
    yield from _issues("regressed issues", whole.regressed, now, keep=7)
    if whole.resolved is not None:
        yield Section(
            f"resolved issues: {len(whole.resolved)}", issue_rows(whole.resolved, now), keep=4
        )
    if whole.thresholds is not None:
        yield Section("", list(_thresholds(whole.thresholds)), keep=6)
    if whole.deploys is not None:
        yield Section("", [f"deploys: {deploy_line(whole.deploys, now) or 'none'}"], keep=6)
    if whole.health is not None:
        yield Section("health by environment, 14 d:", list(by_environment(whole.health)), keep=6)
    yield from _contents(whole, now)


def _issues(
    title: str, page: Page[Issue] | None, now: datetime, *, total: int = 0, keep: int
) -> Iterator[Section]:
    if page is None:
        return
    number = max(page.total or 0, len(page.items), total)
    left = number - len(page.items)
    more = [f"… {left} more (include=issues)"] if left > 0 and page.items else []
    rows = issue_rows(page.items, now) if page.items else []
    yield Section("", [f"{title}: {count(number)}", *rows, *more], keep=keep, minimum=3)


def _contents(whole: WholeRelease, now: datetime) -> Iterator[Section]:
    if whole.commits is not None:
        lines = [commit_line(commit, now) for commit in whole.commits.items]
        yield Section("commits:", lines or ["none known"], keep=3)
    if whole.files is not None:
        yield Section("files changed:", list(_files(whole.files)) or ["none known"], keep=2)
    if whole.artifacts is not None:
        lines = [
            f"{clean(file.name, limit=_PATH)} ({size(file.size)})" for file in whole.artifacts.items
        ]
        yield Section("artifacts:", lines or ["none"], keep=1)


def _files(files: Sequence[CommitFile]) -> Iterator[str]:
    for file in files:
        author = name(file.author.called) if file.author else ""
        words = [f"{name(file.type)} {clean(file.filename, limit=_PATH)}".strip(), author]
        yield ", ".join(filter(None, words))


def _thresholds(statuses: Sequence[ThresholdStatus]) -> Iterator[str]:
    if not statuses:
        yield "thresholds: none set for its projects"
    for status in statuses:
        where = clean(status.environment.name, limit=ENVIRONMENT) if status.environment else ""
        held = "held" if status.is_healthy else "broken"
        measured = "nothing measured" if status.metric_value is None else f"{status.metric_value:g}"
        yield (
            f"threshold {held}: {name(status.threshold_type).replace('_', ' ')} {measured}, limit "
            f"{name(status.trigger_type)} {status.value:g} within "
            f"{span(status.window_in_seconds)}{' in ' if where else ''}{where}"
        )


def _onward(include: Sequence[ReleasePart]) -> str:
    others: tuple[ReleasePart, ...] = (
        "health",
        "issues",
        "commits",
        "files",
        "artifacts",
        "thresholds",
    )
    left = [part for part in others if part not in include]
    return f"more: include={'|'.join(left)} · `compare_releases`"
