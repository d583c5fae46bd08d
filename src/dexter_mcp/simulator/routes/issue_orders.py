"""What a change of issues may say, read and refused as Sentry's serializer does.

https://docs.sentry.io/api/events/update-an-issue/
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dexter_mcp.simulator.intake.loose import is_mapping, text
from dexter_mcp.simulator.memory.records import Member, Project, Team
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.writing import REQUIRED
from dexter_mcp.simulator.telling.story import Json

STATES: Mapping[str, Sequence[str]] = {
    "unresolved": ("new", "ongoing", "escalating", "regressed"),
    "ignored": (
        *("archived_until_escalating", "archived_until_condition_met"),
        "archived_forever",
    ),
    "resolved": (),
}
"""Which sub-states go with a state."""

_STATUSES = ("resolved", "unresolved", "ignored", "resolvedInNextRelease", "muted")
_SUBSTATUSES = tuple(each for some in STATES.values() for each in some)
_PRIORITIES = ("low", "medium", "high")
_LONGEST_WINDOW = 7 * 24 * 60
"""Minutes."""
_BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
_NO_RELEASES = "No release data present in the system to form a basis for 'Next Release'"


class Wrong(Exception):
    """One value is refused: a list of complaints, or one for each field inside it."""

    def __init__(self, complaint: object) -> None:
        super().__init__(complaint)
        self.complaint = complaint


_Reader = Callable[[Call, Project, Any], Any]


def read(call: Call, told: Json, projects: Sequence[Project]) -> Json:
    """Read the changes that a body asks for; they must be right for all the projects.

    Assignees come out as `user:<e-mail>`, `team:<slug>` or empty, releases as their versions.
    """
    wanted: Json = {}
    for project in projects:
        try:
            wanted = _fields(_FIELDS, call, project, told)
        except Wrong as error:
            complaint = error.complaint
            raise Refusal(400, dict(complaint) if is_mapping(complaint) else {}) from None
    _check_whole(wanted)
    return wanted


def _check_whole(wanted: Json) -> None:
    if "discard" in wanted and len(wanted) > 1:
        said = "Other attributes cannot be updated when discarding"
        raise Refusal(400, {"nonFieldErrors": [said]})
    status, substatus = text(wanted.get("status")), wanted.get("substatus")
    if substatus and status in STATES and substatus not in STATES[status]:
        said = f'"{substatus}" is not a valid substatus for the status "{status}".'
        raise Refusal(400, {"substatus": [said]})


def _fields(readers: Mapping[str, _Reader], call: Call, project: Project, told: Json) -> Json:
    found: Json = {}
    wrong: Json = {}
    for name in readers.keys() & told.keys():
        try:
            found[name] = readers[name](call, project, told[name])
        except Wrong as error:
            wrong[name] = error.complaint
    if wrong:
        raise Wrong(wrong)
    return found


def _boolean(_call: Call, _project: Project, value: object) -> bool:
    known = _BOOLEANS.get(text(value).lower())
    if known is None:
        raise Wrong(["Must be a valid boolean."])
    return known


def _integer(_call: Call, _project: Project, value: object, most: int = 0) -> int:
    given = text(value)
    if not given.lstrip("-").isdecimal():
        raise Wrong(["A valid integer is required."])
    if most and int(given) > most:
        raise Wrong([f"Ensure this value is less than or equal to {most}."])
    return int(given)


def _choice(
    _call: Call, _project: Project, value: object, of: Sequence[str], *, null: bool = False
) -> str | None:
    if value is None and null:
        return None
    if text(value) not in of:
        raise Wrong([f'"{value}" is not a valid choice.'])
    return text(value)


def _details(call: Call, project: Project, value: object) -> Json:
    if not is_mapping(value):
        kind = type(value).__name__
        raise Wrong({"nonFieldErrors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
    return _fields(_DETAILS, call, project, dict(value))


def _next_release(call: Call, project: Project, value: object) -> bool:
    """Take the wish for the next release, which needs one that it can follow."""
    wanted = _boolean(call, project, value)
    if wanted and not call.world.releases_of(project):
        raise Wrong([_NO_RELEASES])
    return wanted


def _release(call: Call, project: Project, value: object) -> str:
    versions = [release.version for release in call.world.releases_of(project)]
    if value == "latest" and not versions:
        raise Wrong([_NO_RELEASES])
    if value == "latest":
        return versions[0]
    if value not in versions:
        raise Wrong(["Unable to find a release with the given version."])
    return text(value)


def _commit(call: Call, project: Project, value: object) -> Json:
    """Find a commit by its whole id, in a repository that the organization knows."""
    told = dict(value) if is_mapping(value) else {}
    if missing := {"commit", "repository"} - told.keys():
        raise Wrong({name: [REQUIRED] for name in sorted(missing)})
    known = (r.name for r in call.world.integrations.repositories if r.org == project.org)
    if told["repository"] not in known:
        raise Wrong({"repository": ["Unable to find the given repository."]})
    releases = (release for release in call.world.releases if release.org == project.org)
    commits = (commit for release in releases for commit in release.commits)
    found = next((commit for commit in commits if commit["id"] == told["commit"]), None)
    if found is None:
        raise Wrong({"commit": ["Unable to find the given commit."]})
    return found


def _assignee(call: Call, project: Project, value: object) -> str:
    """Find whom a value names: `42`, `user:42`, `team:7`, a username or an e-mail address."""
    name = text(value)
    if value is None:
        raise Wrong(["This field may not be null."])
    if not name:
        return ""
    found = _team(call, name) if name.startswith("team:") else _member(call, name)
    if found is None:
        raise Wrong(
            ["Could not parse actor. Format should be `type:id` where type is `team` or `user`."]
        )
    if isinstance(found, Team):
        if found.slug not in project.teams:
            raise Wrong(["Cannot assign to a team without access to the project"])
        return f"team:{found.slug}"
    if set(found.teams).isdisjoint(project.teams):
        raise Wrong(["Cannot assign to non-team member"])
    return f"user:{found.email}"


def _team(call: Call, name: str) -> Team | None:
    number = name.removeprefix("team:")
    return call.world.team(call.org.slug, number) if number.isdecimal() else None


def _member(call: Call, name: str) -> Member | None:
    wanted = name.removeprefix("user:")
    own = (member for member in call.world.members if member.org == call.org.slug)
    return next((m for m in own if wanted in (m.user_id, m.email)), None)


_CONDITIONS: Mapping[str, _Reader] = {
    "ignoreDuration": _integer,
    "ignoreCount": _integer,
    "ignoreWindow": partial(_integer, most=_LONGEST_WINDOW),
    "ignoreUserCount": _integer,
    "ignoreUserWindow": partial(_integer, most=_LONGEST_WINDOW),
}
_DETAILS: Mapping[str, _Reader] = {
    "inNextRelease": _next_release,
    "inRelease": _release,
    "inCommit": _commit,
    **_CONDITIONS,
}
_FIELDS: Mapping[str, _Reader] = {
    "inbox": _boolean,
    "status": partial(_choice, of=_STATUSES),
    "statusDetails": _details,
    "substatus": partial(_choice, of=_SUBSTATUSES, null=True),
    "hasSeen": _boolean,
    "isBookmarked": _boolean,
    "isPublic": _boolean,
    "isSubscribed": _boolean,
    "merge": _boolean,
    "discard": _boolean,
    "assignedTo": _assignee,
    "priority": partial(_choice, of=_PRIORITIES),
    **_CONDITIONS,
}
