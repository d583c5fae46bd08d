"""Changes to issues: what is meant is settled at the desk, before anything is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals.archiving import archive
from dexter_mcp.changes.proposals.assigning import assignee, strangers
from dexter_mcp.changes.proposals.choosing import Chosen, asked, counted, found, wish
from dexter_mcp.changes.proposals.releases import PLAIN
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.release_lookup import find_release
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.views.untrusted import word

Status = Literal["", "unresolved", "resolved", "resolved_in_next_release", "archived"]
Priority = Literal["", "low", "medium", "high"]

_MARKS: Final[Mapping[str, tuple[str, bool]]] = {
    "reviewed": ("inbox", False),
    "seen": ("hasSeen", True),
    "bookmarked": ("isBookmarked", True),
    "subscribed": ("isSubscribed", True),
    "shared": ("isPublic", True),
}
"""The field that a mark goes into, and how it is set there."""
_FEW: Final = 20


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How issues shall be; what is empty stays as it is."""

    status: Status = ""
    release: str = ""
    commit: str = ""
    until: str = ""
    assign_to: str = ""
    priority: Priority = ""
    mark: Sequence[str] = ()


@dataclass(frozen=True)
class _Setting:
    """Fields to be set, and how people call that; some can be set for one project at a time."""

    body: Mapping[str, Any]
    words: str
    apart: bool = False
    called: Mapping[str, str] = field(default_factory=dict[str, str])


async def update(desk: Desk, chosen: Chosen, wanted: Wanted) -> Proposal:
    """Propose to change issues.

    Raises:
        Invalid: It is not clear what is to be changed into what; the message says what is missing.
        NotFound: An issue, the release, the repository or the assignee is not there.
    """
    _check(wanted)
    marks = [_mark(each) for each in dict.fromkeys(wanted.mark)]
    until = archive(wanted.until) if wanted.status == "archived" else None
    home, issues = await found(desk, chosen)
    settings, warnings = list[_Setting](), list[str]()
    if until is not None:
        issues, warnings = _not_archived(issues, until.substatus, named=bool(chosen.issues))
        settings.append(_Setting(until.body, until.words))
    projects = sorted({issue.project.slug for issue in issues})
    if wanted.status and until is None:
        settings.append(await _standing(desk, home, projects, wanted))
    if wanted.assign_to.strip():
        who = await assignee(desk, home, wanted.assign_to)
        body, said = {"assignedTo": who.actor}, f"assigned to {who.called}"
        settings.append(_Setting(body, said, called=who.words))
        warnings = [*warnings, *await strangers(desk, home, who, projects)]
    if wanted.priority:
        settings.append(_Setting({"priority": wanted.priority}, f"{wanted.priority} priority"))
    return _proposal(home, issues, [*settings, *marks], warnings, asked(chosen, issues))


def _proposal(
    org: str,
    issues: Sequence[Issue],
    settings: Sequence[_Setting],
    warnings: Sequence[str],
    asked: str,
) -> Proposal:
    body = {name: value for each in settings for name, value in each.body.items()}
    called = {actor: words for each in settings for actor, words in each.called.items()}
    together = sorted(issues, key=lambda issue: issue.project.slug)
    several = together[0].project.slug != together[-1].project.slug
    apart = several and any(each.apart for each in settings)
    said = f"Set {counted(issues)} to {', '.join(each.words for each in settings)}{asked}"
    wishes = [
        replace(wish("update_issue", org, each, body, apart=apart), called=called)
        for each in together
    ]
    return Proposal(org, said, wishes, tuple(warnings))


def _check(wanted: Wanted) -> None:
    """Refuse what can't be meant so."""
    if not (wanted.status or wanted.assign_to.strip() or wanted.priority or wanted.mark):
        raise Invalid("Nothing is to be changed: give `status`, `assign_to`, `priority` or `mark`.")
    if wanted.until and wanted.status != "archived":
        raise Invalid("`until` goes with status=archived: give that too.")
    if (wanted.release or wanted.commit) and wanted.status != "resolved":
        raise Invalid("`release` and `commit` go with status=resolved: give that too.")
    if wanted.release and wanted.commit:
        raise Invalid("Either a `release` resolves it, or a `commit`: give one of them.")


def _mark(told: str) -> _Setting:
    """Read a mark, or one with `-`, which takes it back."""
    bare = told.strip().lower()
    if (known := _MARKS.get(bare.removeprefix("-"))) is None:
        raise Invalid(f"`mark` is one of {', '.join(_MARKS)}, or one with -, not {told[:40]!r}.")
    field, value = known
    if bare.startswith("-"):
        return _Setting({field: not value}, f"not {bare[1:]}")
    return _Setting({field: value}, bare)


def _not_archived(
    issues: Sequence[Issue], how: str, *, named: bool
) -> tuple[Sequence[Issue], Sequence[str]]:
    """Leave out what Sentry passes over: it leaves an archived issue archived as it is.

    Raises:
        Invalid: Such an issue was named, or there is no other.
    """
    odd = [each for each in issues if each.status == "ignored" and each.substatus != how]
    if not odd:
        return issues, ()
    known = ", ".join(f"{each.short_id} ({each.substatus})" for each in odd[:_FEW])
    more = f" and {len(odd) - _FEW} more" if len(odd) > _FEW else ""
    if named or len(odd) == len(issues):
        raise Invalid(
            f"Archived in another way already: {known}{more}. Sentry changes that only by way of "
            "status=unresolved: set that first."
        )
    rest = [each for each in issues if each not in odd]
    return rest, [f"left out, archived in another way already: {known}{more}"]


async def _standing(desk: Desk, org: str, projects: Sequence[str], wanted: Wanted) -> _Setting:
    """Spell a state as Sentry takes it, with all that belongs to it."""
    if wanted.status == "unresolved":
        return _Setting({"status": "unresolved"}, "unresolved")
    if wanted.status == "resolved_in_next_release":
        return _resolved({"inNextRelease": True}, "resolved in the next release")
    if wanted.release:
        version = await _version(desk, org, projects, wanted.release)
        called = version if PLAIN.fullmatch(version) else wanted.release
        return _resolved({"inRelease": version}, f"resolved in release {called}")
    if wanted.commit:
        brought = await _commit(desk, org, wanted.commit)
        return _resolved({"inCommit": brought}, f"resolved in {brought['commit'][:12]}")
    return _resolved({}, "resolved")


def _resolved(details: Mapping[str, Any], words: str) -> _Setting:
    return _Setting({"status": "resolved", "statusDetails": details}, words, apart=bool(details))


async def _commit(desk: Desk, org: str, told: str) -> Mapping[str, str]:
    """Read `repository@sha`; Sentry knows a commit by its whole sha alone."""
    repository, _, sha = told.rpartition("@")
    if not (repository and sha):
        raise Invalid(f"`commit` is repository@sha, such as acme/shop@5b7e…, not {told[:80]!r}.")
    kept = await desk.sentry.repositories.resolve(org, repository)
    return {"commit": sha, "repository": kept.name}


async def _version(desk: Desk, org: str, projects: Sequence[str], named: str) -> str:
    """Find the release that is meant in each project that has an issue among those."""
    versions = set[str]()
    for project in projects:
        match (await find_release(desk, named, org, [project])).releases:
            case [only]:
                versions.add(only.version.raw)
            case several:
                known = ", ".join(filter(None, (word(each.version) for each in several[:_FEW])))
                raise Invalid(
                    f"{named[:80]!r} could be {known or 'one of several'}. Give the whole version."
                )
    if len(versions) > 1:
        raise Invalid(
            f"{named[:80]!r} is another release in each of {', '.join(projects)}: change the "
            "issues of one project at a time."
        )
    return versions.pop()
