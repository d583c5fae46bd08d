"""Releases as lists show them, and what became of deploys in a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from dexter_mcp.sentry.releases import Deploy, Health, Release, Sort
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.moments import exact
from dexter_mcp.views.numbers import count, counted
from dexter_mcp.views.sessions import crash_free
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

VERSION = 80
"""Characters of a version that are shown."""
ENVIRONMENT = 40
_FEW = 2
_HEADERS = (
    "release",
    "project",
    "released",
    "adoption",
    "crash-free sessions",
    "new issues",
    "commits",
    "last deploy",
)
_DEPLOYED = ("deployed", "to", "release")


@dataclass(frozen=True)
class Asked:
    """What was asked of the list, as it was sent."""

    org: str
    project: tuple[str, ...]
    environment: tuple[str, ...]
    query: str
    within: str
    sort: Sort


class Deployed(Reply):
    """A deploy, and which release it brought."""

    version: Untrusted
    deploy: Deploy


@dataclass(frozen=True)
class Shipped:
    """Releases, and the deploys of the time asked for, newest first; none were asked for if `None`.

    A deploy may bring a release that is older than the time asked for.
    """

    page: Page[Release]
    deploys: Sequence[Deployed] | None = None
    failed: Sequence[Failed] = ()


def listing(shipped: Shipped, asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show a page of releases, a line each, and the deploys of a time under their exact moments."""
    page, timely = shipped.page, bool(asked.within)
    data = {"releases": page, "deploys": shipped.deploys}
    question = _echo(asked)
    if not page.items and not shipped.deploys:
        lines = ["No release found.", question, *page.notes, _wider(asked)]
        lines += failures(shipped.failed)
        return Answer("\n".join(lines), data)
    # The deploys of a time are listed below, so that the last one of each would only be repeated.
    headers = _HEADERS if shipped.deploys is None else _HEADERS[:-1]
    rows = [_row(each, now, timely=timely)[: len(headers)] for each in page.items]
    headers = [f"{word} (UTC)" if timely and word == "released" else word for word in headers]
    body = [*filter(None, [table(headers, rows)]), *_deployed(shipped)]
    made = found(page, "release") if page.items else "no release made then"
    lines = [f"{made}, {question}", *page.notes, fence.block(body), *onward(page)]
    return Answer("\n".join([*lines, *failures(shipped.failed)]), data)


def candidates(releases: Sequence[Release], named: str, *, fence: Fence, now: datetime) -> Answer:
    """Show the releases that a name may mean, so that one can be chosen."""
    rows = [_row(each, now, timely=False) for each in releases]
    lines = [
        f"{counted(len(releases), 'release')} may be meant. Say `release` in full, or `project`.",
        fence.block([f"asked for: {clean(named, limit=VERSION)}", table(_HEADERS, rows)]),
    ]
    return Answer("\n".join(lines), data={"candidates": list(releases)})


def health_in(release: Release) -> list[tuple[str, Health]]:
    """Pick the health that is known of a release, by project."""
    told = [(each.slug, each.health_data) for each in release.projects]
    return [(slug, health) for slug, health in told if health and health.has_health_data]


def share(adoption: float | None) -> str:
    """Write adoption, in per cent, as roughly as it is known."""
    return "" if adoption is None else f"{adoption:.0f}%"


def _echo(asked: Asked) -> str:
    return echo(
        query=asked.query,
        org=asked.org,
        project=", ".join(asked.project),
        environment=", ".join(asked.environment),
        within=asked.within,
        sort="" if asked.sort == "date" else asked.sort,
    )


def _row(each: Release, now: datetime, *, timely: bool) -> list[str]:
    projects = [name(project.slug) for project in each.projects]
    more = [f"+{len(projects) - _FEW}"] if len(projects) > _FEW else []
    version = clean(each.version, limit=VERSION)
    packaged = projects == [version.partition("@")[0]]
    return [
        version,
        "" if packaged else ", ".join([*projects[:_FEW], *more]),
        _clock(each.released) if timely else short_ago(each.released, now),
        *_health(each),
        count(each.new_groups) if each.new_groups else "",
        count(each.commit_count) if each.commit_count else "",
        _last_deploy(each, now, timely=timely),
    ]


def _health(each: Release) -> list[str]:
    """Tell the health of the project that fares worst."""
    known = [health for _, health in health_in(each)]
    if not known:
        return ["", ""]
    worst = min(known, key=_sessions_free)
    return [
        share(max(health.adoption or 0.0 for health in known)),
        crash_free(worst.crash_free_sessions),
    ]


def _sessions_free(health: Health) -> float:
    return 100.0 if health.crash_free_sessions is None else health.crash_free_sessions


def _last_deploy(each: Release, now: datetime, *, timely: bool) -> str:
    """Tell where it was deployed last, and when unless the age beside it says that."""
    deploy = each.last_deploy
    if deploy is None:
        return ""
    say = _clock if timely else partial(short_ago, now=now)
    at = say(deploy.date_finished)
    told = "" if at == say(each.released) else f" {at}"
    return f"{clean(deploy.environment, limit=ENVIRONMENT)}{told}"


def _deployed(shipped: Shipped) -> list[str]:
    deploys = shipped.deploys
    if deploys is None:
        return []
    if not deploys:
        return ["no deploy in that time"]
    rows = [
        [
            _clock(each.deploy.date_finished),
            clean(each.deploy.environment, limit=ENVIRONMENT),
            clean(each.version, limit=VERSION),
        ]
        for each in deploys
    ]
    return [f"{counted(len(rows), 'deploy')} in that time, newest first:", table(_DEPLOYED, rows)]


def _clock(moment: datetime | None) -> str:
    return exact(moment).removesuffix(" UTC") if moment else ""


def _wider(asked: Asked) -> str:
    """Suggest what to widen, the narrowest filter first."""
    filters = chain(
        ["query"] * bool(asked.query),
        ["project"] * bool(asked.project),
        ["environment"] * bool(asked.environment),
        ["start and end"] * bool(asked.within),
    )
    said = ", ".join(filters)
    return f"Widen or leave out: {said}." if said else "Releases appear with events or by the CLI."
