"""Changes to issues: what is meant is settled at the desk, before anything is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from dexter_mcp.changes.assigning import assignee, strangers
from dexter_mcp.changes.choosing import Chosen, counted, found, wish
from dexter_mcp.changes.plan import Proposal
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.release_lookup import find_release
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.issues import Issue

Status = Literal[
    "",
    "unresolved",
    "resolved",
    "resolved_in_next_release",
    "resolved_in_release",
    "resolved_in_commit",
    "archived_until_escalating",
    "archived_for",
    "archived_until_count",
    "archived_until_users",
    "archived_forever",
]
Mark = Literal[
    "reviewed",
    "to_review",
    "seen",
    "unseen",
    "bookmarked",
    "not_bookmarked",
    "subscribed",
    "not_subscribed",
    "shared",
    "not_shared",
]
Priority = Literal["", "low", "medium", "high"]

_MARKS: Final[Mapping[str, tuple[str, bool]]] = {
    "reviewed": ("inbox", False),
    "to_review": ("inbox", True),
    "seen": ("hasSeen", True),
    "unseen": ("hasSeen", False),
    "bookmarked": ("isBookmarked", True),
    "not_bookmarked": ("isBookmarked", False),
    "subscribed": ("isSubscribed", True),
    "not_subscribed": ("isSubscribed", False),
    "shared": ("isPublic", True),
    "not_shared": ("isPublic", False),
}
_UNTIL: Final[Mapping[str, tuple[str, str, str]]] = {
    "archived_for": ("ignoreDuration", "", "minutes"),
    "archived_until_count": ("ignoreCount", "ignoreWindow", "events"),
    "archived_until_users": ("ignoreUserCount", "ignoreUserWindow", "users"),
}
"""The field that an amount goes into, that of its window, and what is counted."""
_CONDITIONAL: Final = "archived_until_condition_met"
_LONGEST: Final = 7 * 24 * 60
"""Minutes of a window, at most."""
_OF_ONE_PROJECT: Final = frozenset(
    {"resolved_in_next_release", "resolved_in_release", "resolved_in_commit"}
)
_FEW: Final = 20


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How issues shall be; what is empty stays as it is."""

    status: Status = ""
    release: str = ""
    commit: str = ""
    repository: str = ""
    amount: int = 0
    window: int = 0
    assign_to: str = ""
    priority: Priority = ""
    mark: Sequence[Mark] = ()


async def update(desk: Desk, chosen: Chosen, wanted: Wanted) -> Proposal:
    """Propose to change issues.

    Raises:
        Invalid: It is not clear what is to be changed into what; the message says what is missing.
        NotFound: An issue, the release, the repository or the assignee is not there.
    """
    _check(wanted)
    home, issues = await found(desk, chosen)
    _check_archived(issues, wanted.status)
    projects = sorted({issue.project.slug for issue in issues})
    body, words = dict[str, Any](), list[str]()
    warnings = list[str]()
    if wanted.status:
        body |= await _standing(desk, home, projects, wanted)
        words.append(_spelt(wanted, body))
    if wanted.assign_to:
        who = await assignee(desk, home, wanted.assign_to)
        body["assignedTo"] = who.actor
        words.append(f"assigned to {who.called}")
        warnings += await strangers(desk, home, who, projects)
    if wanted.priority:
        body["priority"] = wanted.priority
        words.append(f"{wanted.priority} priority")
    body |= dict(_MARKS[each] for each in wanted.mark)
    words += [each.replace("_", " ") for each in wanted.mark]
    parted = wanted.status in _OF_ONE_PROJECT and len(projects) > 1
    wishes = [wish("update_issue", home, each, body, parted=parted) for each in _sorted(issues)]
    return Proposal(home, f"Set {counted(issues)} to {', '.join(words)}", wishes, tuple(warnings))


def _check(wanted: Wanted) -> None:
    """Refuse what can't be meant so."""
    status, needed = wanted.status, _UNTIL.get(wanted.status)
    if not (status or wanted.assign_to.strip() or wanted.priority or wanted.mark):
        raise Invalid("Nothing is to be changed: give `status`, `assign_to`, `priority` or `mark`.")
    fields = [_MARKS[each][0] for each in wanted.mark]
    if len(set(fields)) < len(set(wanted.mark)):
        raise Invalid(f"`mark` contradicts itself: {', '.join(wanted.mark)}.")
    if needed and wanted.amount < 1:
        raise Invalid(f"status={status} needs `amount`: how many {needed[2]}.")
    if wanted.amount and not needed:
        raise Invalid(f"`amount` belongs to {', '.join(_UNTIL)}, not to status={status or 'none'}.")
    if wanted.window and not (needed and needed[1]):
        raise Invalid("`window` belongs to archived_until_count and archived_until_users.")
    if not 0 <= wanted.window <= _LONGEST:
        raise Invalid(f"`window` is at most {_LONGEST} minutes, a week.")
    _check_resolution(wanted)


def _check_archived(issues: Sequence[Issue], status: str) -> None:
    """Refuse what Sentry passes over: it leaves an archived issue archived as it is."""
    if not status.startswith("archived_"):
        return
    how = _CONDITIONAL if status in _UNTIL else status
    odd = [each for each in issues if each.status == "ignored" and each.substatus != how]
    if odd:
        known = ", ".join(f"{each.short_id} ({each.substatus})" for each in odd[:_FEW])
        raise Invalid(
            f"Archived in another way already: {known}. Sentry changes that only by way of "
            "status=unresolved: set that first."
        )


def _check_resolution(wanted: Wanted) -> None:
    status = wanted.status
    if (status == "resolved_in_release") != bool(wanted.release):
        raise Invalid("status=resolved_in_release and `release` belong together.")
    given = {"commit": wanted.commit, "repository": wanted.repository}
    lacking = [name for name, value in given.items() if not value]
    if status == "resolved_in_commit" and lacking:
        raise Invalid(f"status=resolved_in_commit needs `{'` and `'.join(lacking)}`.")
    if status != "resolved_in_commit" and any(given.values()):
        raise Invalid("`commit` and `repository` belong to status=resolved_in_commit.")


async def _standing(
    desk: Desk, org: str, projects: Sequence[str], wanted: Wanted
) -> Mapping[str, Any]:
    """Spell a state as Sentry takes it, with all that belongs to it."""
    match wanted.status:
        case "unresolved":
            return {"status": "unresolved"}
        case "resolved":
            return {"status": "resolved", "statusDetails": {}}
        case "resolved_in_next_release":
            return {"status": "resolved", "statusDetails": {"inNextRelease": True}}
        case "resolved_in_release":
            version = await _version(desk, org, projects, wanted.release)
            return {"status": "resolved", "statusDetails": {"inRelease": version}}
        case "resolved_in_commit":
            kept = await desk.sentry.repositories.resolve(org, wanted.repository)
            brought = {"commit": wanted.commit.strip(), "repository": kept.name}
            return {"status": "resolved", "statusDetails": {"inCommit": brought}}
        case _:
            return _archived(wanted)


def _archived(wanted: Wanted) -> Mapping[str, Any]:
    if (until := _UNTIL.get(wanted.status)) is None:
        return {"status": "ignored", "substatus": wanted.status, "statusDetails": {}}
    field, window, _ = until
    details = {field: wanted.amount, **({window: wanted.window} if wanted.window else {})}
    return {"status": "ignored", "substatus": _CONDITIONAL, "statusDetails": details}


async def _version(desk: Desk, org: str, projects: Sequence[str], named: str) -> str:
    """Find the release that is meant in each project that has an issue among those."""
    versions = set[str]()
    for project in projects:
        match (await find_release(desk, named, org, [project])).releases:
            case [only]:
                versions.add(only.version.raw)
            case several:
                known = ", ".join(each.version.raw for each in several[:_FEW])
                raise Invalid(f"{named[:80]!r} could be {known}. Give the whole version.")
    if len(versions) > 1:
        raise Invalid(
            f"{named[:80]!r} is another release in each of {', '.join(projects)}: change the "
            "issues of one project at a time."
        )
    return versions.pop()


def _spelt(wanted: Wanted, body: Mapping[str, Any]) -> str:
    """Say a state in words."""
    plain = wanted.status.replace("_", " ")
    match wanted.status:
        case "resolved_in_release":
            return f"{plain} {body['statusDetails']['inRelease']}"
        case "resolved_in_commit":
            return f"{plain} {wanted.commit[:12]}"
        case status if until := _UNTIL.get(status):
            within = f" within {wanted.window} min" if wanted.window else ""
            known = {"archived_for": "archived for"}.get(status, "archived until")
            return f"{known} {wanted.amount} {until[2]}{within}"
        case _:
            return plain


def _sorted(issues: Sequence[Issue]) -> Sequence[Issue]:
    """Put the issues of a project together."""
    return sorted(issues, key=lambda issue: issue.project.slug)
