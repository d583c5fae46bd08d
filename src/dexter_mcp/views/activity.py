"""What was done to an issue, in words. Versions and the like in it come with events."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from dexter_mcp.sentry.issues import Activity, Note
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.moments import ago, span
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.untrusted import clean, name

_VALUE = 80
_BRIEF_COMMENT = 300
_WHOLE_COMMENT = 4_000
_TOLD_BY_HEADER = frozenset({"first_seen", "auto_set_ongoing"})
_NOTE = "note"
_MINUTE = 60

_Data = Mapping[str, Untrusted]


def history(activity: Iterable[Activity], notes: Iterable[Note]) -> list[Activity]:
    """Put what was done and what members said into one order, the newest first.

    What an issue's header says is left out: that it began, or that it is no longer new. Sentry
    mixes comments into the activity; `notes`, where there are any, take their place.
    """
    comments = [_as_activity(note) for note in notes]
    done = [each for each in activity if not (each.type == _NOTE and comments)]
    told = [each for each in (*done, *comments) if each.type not in _TOLD_BY_HEADER]
    return sorted(told, key=_age)


def line(each: Activity, now: datetime, *, whole: bool = False) -> str:
    """Tell what was done or said, by whom and when.

    A comment is told as a `whole`, and with its id, only if asked for.
    """
    tell = _TOLD.get(each.type)
    what = tell(each.data) if tell else name(each.type, limit=_VALUE).replace("_", " ")
    by = f" by {name(each.user.called)}" if each.user and each.user.called else ""
    number = f" {name(each.id)}" if whole and each.type == _NOTE and each.id else ""
    told = f"{what}{number}{by}, {ago(each.date_created, now)}"
    if each.type != _NOTE:
        return told
    text = clean(each.data.get("text", ""), limit=_WHOLE_COMMENT if whole else _BRIEF_COMMENT)
    return f'{told}: "{text}"'


def _as_activity(note: Note) -> Activity:
    return Activity(
        id=note.id, type=_NOTE, user=note.user, data=note.data, date_created=note.date_created
    )


def _age(each: Activity) -> float:
    return -each.date_created.timestamp() if each.date_created else 0.0


def _of(data: _Data, *keys: str) -> str:
    """Read the first of some values that is there."""
    return next((clean(data[key], limit=_VALUE) for key in keys if data.get(key)), "")


def _saying(text: str, *keys: str, otherwise: str = "") -> Callable[[_Data], str]:
    """Make a teller that adds a value to a text, or else says something without it."""

    def tell(data: _Data) -> str:
        value = _of(data, *keys)
        return f"{text} {value}" if value else otherwise or text

    return tell


def _archived(data: _Data) -> str:
    """Say until when or until what.

    Sentry gives minutes for `ignoreDuration` and the windows.
    """
    if _of(data, "ignoreUntilEscalating").lower() == "true":
        return "archived until it escalates"
    if until := _of(data, "ignoreUntil"):
        return f"archived until {until}"
    if duration := _minutes(data, "ignoreDuration"):
        return f"archived for {duration}"
    counts = (
        ("ignoreCount", "event", "ignoreWindow"),
        ("ignoreUserCount", "user", "ignoreUserWindow"),
    )
    for key, noun, window in counts:
        if (number := _of(data, key)).isdecimal():
            within = _minutes(data, window)
            return f"archived until {counted(int(number), noun)} more" + (
                within and f" in {within}"
            )
    return "archived for good"


def _minutes(data: _Data, key: str) -> str:
    number = _of(data, key)
    return span(int(number) * _MINUTE) if number.isdecimal() else ""


_TOLD: Mapping[str, Callable[[_Data], str]] = MappingProxyType(
    {
        _NOTE: _saying("comment"),
        "set_resolved": _saying("resolved"),
        "set_resolved_by_age": _saying("resolved because nothing came for long"),
        "set_resolved_in_release": _saying(
            "resolved in", "version", otherwise="resolved in the next release"
        ),
        "set_resolved_in_commit": _saying(
            "resolved by commit", "commit", otherwise="resolved by a commit"
        ),
        "set_resolved_in_pull_request": _saying(
            "resolved by pull request", "pullRequest", otherwise="resolved by a pull request"
        ),
        "set_unresolved": _saying("reopened"),
        "set_regression": _saying("regressed in", "version", otherwise="regressed"),
        "set_escalating": _saying("escalating"),
        "set_ignored": _archived,
        "assigned": _saying(
            "assigned to", "assigneeName", "assigneeEmail", "assignee", otherwise="assigned"
        ),
        "unassigned": _saying("unassigned"),
        "set_priority": _saying("priority set to", "priority", otherwise="priority changed"),
        "merge": _saying("merged with other issues"),
        "create_issue": _saying(
            "linked to ticket", "title", "location", otherwise="linked to a ticket"
        ),
    }
)
