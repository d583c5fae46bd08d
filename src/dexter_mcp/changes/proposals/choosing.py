"""Which issues a change is about: named in any form, or found by a search."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dexter_mcp.changes.plan import Wish
from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.issues import AT_ONCE, Issue
from dexter_mcp.views import listing

_FEW: Final = 8


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which issues are meant: those that are named, or those that a search finds."""

    org: str = ""
    issues: Sequence[str] = ()
    query: str = ""
    project: Sequence[str] = ()
    environment: Sequence[str] = ()
    period: str = ""


async def found(desk: Desk, chosen: Chosen) -> tuple[str, Sequence[Issue]]:
    """Find the issues that are meant, each once, with their organization.

    Raises:
        Invalid: None is named, they are of several organizations, or a search finds none or more
            than one change may have.
        NotFound: One is not there.
    """
    if chosen.issues and chosen.query.strip():
        raise Invalid("Give `issues` or `query`, not both: `query` alone means all that match.")
    if not (chosen.issues or chosen.query.strip()):
        raise Invalid("Say which issues: name them in `issues`, or give a search as `query`.")
    if chosen.query.strip():
        return await _searched(desk, chosen)
    return await _named(desk, chosen)


async def one(desk: Desk, org: str, issue: str) -> tuple[str, Issue]:
    """Find the one issue that is meant, with its organization; see `found`."""
    home, (only,) = await found(desk, Chosen(org=org, issues=[issue]))
    return home, only


async def _named(desk: Desk, chosen: Chosen) -> tuple[str, Sequence[Issue]]:
    homes, plain, others = set[str](), list[str](), dict[str, Issue]()
    for each in dict.fromkeys(chosen.issues):
        named = await desk.issue(chosen.org, each)
        homes.add(named.org)
        if named.id.isdecimal():
            plain.append(named.id)
            continue
        with missing.issue(named.org, named.id):
            issue = await desk.sentry.issues.get(named.org, named.id)
        others[issue.id] = issue
    if len(homes) > 1:
        raise Invalid(f"These are of {' and '.join(sorted(homes))}: change one's issues at a time.")
    (home,) = homes
    return home, list({**await _numbered(desk, home, plain), **others}.values())


async def _numbered(desk: Desk, home: str, ids: Sequence[str]) -> Mapping[str, Issue]:
    """Read issues by number; one that a list does not have may have gone into another."""
    told = await desk.sentry.issues.many(home, ids)
    if told.failed:
        raise next(iter(told.failed.values()))
    there = dict(told)
    for number in ids:
        if number not in there:
            with missing.issue(home, number):
                issue = await desk.sentry.issues.get(home, number)
            there[issue.id] = issue
    return there


async def _searched(desk: Desk, chosen: Chosen) -> tuple[str, Sequence[Issue]]:
    home, most = await desk.org(chosen.org), desk.settings.most_targets
    projects = await desk.projects(home, chosen.project)
    there, cursor = dict[str, Issue](), ""
    while len(there) <= most:
        with missing.organization(home, chosen.environment):
            page = await desk.sentry.issues.search(
                home,
                query=chosen.query,
                project=projects,
                environment=chosen.environment,
                stats_period=chosen.period,
                limit=min(AT_ONCE, most + 1),
                cursor=cursor,
            )
        there |= {issue.id: issue for issue in page.items}
        if not (cursor := page.next_cursor):
            break
    if not there:
        raise Invalid(f"No issue matches {chosen.query[:80]!r}. `search_issues` tries searches.")
    if len(there) > most:
        raise Invalid(f"More than {most} issues match, and one change may have {most}. Narrow it.")
    return home, list(there.values())


def wish(
    operation: str,
    org: str,
    issue: Issue,
    body: Mapping[str, Any] | None = None,
    *,
    apart: bool = False,
) -> Wish:
    """Wish something for one issue.

    Sentry sets nothing that depends on releases for issues of several projects at once: with the
    project in its query, each goes with those of its own.
    """
    query = {"project": (issue.project.id,)} if apart else {}
    order = Order(operation, {"org": org, "issue": issue.id}, query, body)
    return Wish(order, issue.short_id or issue.id, issue.title.raw, issue.short_id)


def asked(chosen: Chosen, issues: Sequence[Issue]) -> str:
    """Repeat what was searched for, with how many were found in each project."""
    if not chosen.query.strip():
        return ""
    counts = Counter(issue.project.slug for issue in issues).most_common()
    each = ", ".join(f"{slug} {count}" for slug, count in counts[:_FEW])
    more = f" and {len(counts) - _FEW} more" if len(counts) > _FEW else ""
    said = listing.echo(
        query=chosen.query.strip(),
        within=f"last {chosen.period}" if chosen.period else "",
        environment=", ".join(chosen.environment),
        projects=f"{each}{more}" if len(counts) > 1 else "",
    )
    return f"; {said}"


def counted(issues: Sequence[Issue]) -> str:
    """Say how many issues those are, and where."""
    if len(issues) == 1:
        return issues[0].short_id
    projects = {issue.project.slug for issue in issues}
    where = f" in {projects.pop()}" if len(projects) == 1 else f" in {len(projects)} projects"
    return f"{len(issues)} issues{where}"
