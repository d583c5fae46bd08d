"""What becomes of an issue: how often it happens, since when, and what people did about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from dexter_mcp.simulator.sample.people import PROJECTS, adoption, commit_of, releases_of
from dexter_mcp.simulator.sample.settings import Setting
from dexter_mcp.simulator.telling.story import Json, Rhythm, Story

Fields = Mapping[str, Any]
"""Some fields of a `Story`."""

Hours = tuple[float, float]
"""At least and at most."""


@dataclass(frozen=True, slots=True)
class Course:
    """One way that the life of an issue can take."""

    weight: float
    first: Hours
    last: Hours
    rhythms: tuple[Rhythm, ...]
    priorities: str
    """Initials of the priorities to choose among."""
    status: str = "unresolved"


COURSES: Mapping[str, Course] = MappingProxyType(
    {
        "new": Course(21, (5, 160), (0.1, 5), ("growing", "burst", "steady"), "hmml"),
        "ongoing": Course(44, (200, 640), (0.2, 70), ("steady", "daily", "fading"), "mmmlh"),
        "escalating": Course(5, (250, 600), (0.1, 2), ("growing",), "hhm"),
        "regressed": Course(4, (300, 620), (0.2, 12), ("returning",), "hm"),
        "": Course(12, (260, 640), (90, 240), ("burst", "fading", "steady"), "mml", "resolved"),
        "archived_until_escalating": Course(6, (300, 640), (1, 60), ("steady",), "l", "ignored"),
        "archived_until_condition_met": Course(4, (300, 640), (3, 90), ("daily",), "l", "ignored"),
        "archived_forever": Course(3, (400, 640), (2, 120), ("steady", "fading"), "l", "ignored"),
    }
)

_PRIORITIES = MappingProxyType({"h": "high", "m": "medium", "l": "low"})

_ASSIGNED = 0.4
_NOTED = 0.16

_NOTES = (
    "Reproduced on staging with the same order. Looks like we never handled this state.",
    "Support has three tickets about it, all from Norway.",
    "Not urgent: the retry succeeds. Let's look at it together with the next dependency update.",
    "Waiting for the provider's answer, they see it in their logs as well.",
    "Same root cause as the one from last month, I think. The fix is in review.",
    "Only happens to accounts from before the migration.",
    "Could someone from the platform team look at the pool sizes?",
)


def live(setting: Setting, payload: Json, chance: Random, chosen: Fields) -> Story:
    """Tell the story of a payload, as chance would have it but for the `chosen` fields."""
    substatus: str = chosen.get("substatus", _substatus(chance))
    drawn: dict[str, Any] = {
        "users": 0,
        "vary": {tag: of for tag, of in setting.vary.items() if tag not in payload["tags"]},
        "releases": adoption(setting.project),
        "environments": dict(setting.environments),
        **_course(COURSES[substatus], chance),
        "substatus": substatus,
        "assigned_to": _assignee(setting.project, chance),
        **chosen,
    }
    told = Story(setting.project, payload, **drawn)
    derived: dict[str, Any] = {
        "users": _users(setting, told, chance),
        "activity": tuple(_activity(told, chance)),
        "suspect": _suspect(told),
    }
    return replace(told, **{**derived, **chosen})


def _substatus(chance: Random) -> str:
    return chance.choices([*COURSES], [course.weight for course in COURSES.values()])[0]


def _course(course: Course, chance: Random) -> dict[str, Any]:
    first = timedelta(hours=round(chance.uniform(*course.first), 2))
    return {
        "count": _count(chance),
        "first_seen": first,
        "last_seen": min(first / 2, _lately(course.last, chance)),
        "rhythm": chance.choice(course.rhythms),
        "status": course.status,
        "priority": _PRIORITIES[chance.choice(course.priorities)],
    }


def _assignee(project: str, chance: Random) -> str:
    return chance.choice(PROJECTS[project].owners) if chance.random() < _ASSIGNED else ""


def _lately(bounds: Hours, chance: Random) -> timedelta:
    """Choose when it was seen last: rather lately, as what is rare is forgotten soon."""
    least, most = bounds
    return timedelta(hours=round(least + (most - least) * chance.random() ** 2.5, 2))


def _count(chance: Random) -> int:
    """Choose how many events: most issues are small, some are not."""
    least, most = chance.choices(((3, 49), (60, 150), (160, 300)), (90, 8.5, 1.5))[0]
    return least + int((most - least) * chance.random() ** 2)


def _users(setting: Setting, told: Story, chance: Random) -> int:
    """Choose how many users: none where a server does something that nobody asked for."""
    if not setting.audience or (setting.host and "request" not in told.payload):
        return 0
    share = setting.audience * chance.uniform(0.5, 1.4)
    return min(told.count, max(1, round(told.count * share)))


def _suspect(told: Story) -> str:
    """Find the last commit to the file that failed, where someone would be suspected at all.

    A new issue is not blamed on what was released after it.
    """
    if told.substatus not in {"new", "escalating", "regressed"} or "exception" not in told.payload:
        return ""
    frames = told.payload["exception"]["values"][-1]["stacktrace"]["frames"]
    ours = [frame["filename"] for frame in frames if frame["in_app"]]
    earliest = timedelta() if told.substatus == "regressed" else told.first_seen
    return commit_of(told.project, ours[-1].removeprefix("./"), earliest) if ours else ""


def _activity(told: Story, chance: Random) -> Iterator[Json]:
    owners = PROJECTS[told.project].owners
    people = [owner.removeprefix("user:") for owner in owners if owner.startswith("user:")]
    someone = chance.choice(people)
    if told.assigned_to:
        yield assigned(told.assigned_to, told.first_seen * 0.9, by=someone)
    if chance.random() < _NOTED:
        text = chance.choice(_NOTES)
        yield activity("note", told.first_seen * 0.8, by=someone, text=text)
    yield from _turn(told, someone)


def activity(kind: str, ago: timedelta, by: str = "", **data: object) -> Json:
    """Write one entry of an issue's history; nobody in particular did what Sentry did."""
    return {"type": kind, "ago": ago, "user": by, "data": data}


def assigned(owner: str, ago: timedelta, by: str) -> Json:
    """Tell that an issue was given to `owner`."""
    kind, _, name = owner.partition(":")
    shown = {"assigneeEmail": name} if kind == "user" else {"assigneeName": name}
    return activity("assigned", ago, by, assigneeType=kind, assignee=name, **shown)


def _turn(told: Story, who: str) -> Iterator[Json]:
    """Tell how the issue came into the state that it is in."""
    *_, before, newest = releases_of(told.project)
    half = told.first_seen / 2
    match told.substatus:
        case "":
            version = before.version
            yield activity("set_resolved_in_release", timedelta(hours=80), who, version=version)
        case "regressed":
            version = before.version
            yield activity("set_resolved_in_release", before.age * 0.95, who, version=version)
            yield activity("set_regression", newest.age * 0.9, version=newest.version)
        case "escalating":
            yield activity("set_escalating", timedelta(hours=9), forecast=12)
        case "ongoing":
            yield activity("auto_set_ongoing", told.first_seen - timedelta(days=7), afterDays=7)
        case "archived_until_escalating":
            yield activity("set_ignored", half, who, ignoreUntilEscalating=True)
        case "archived_until_condition_met":
            yield activity("set_ignored", half, who, ignoreCount=500, ignoreWindow=1440)
        case "archived_forever":
            yield activity("set_ignored", half, who)
        case _:
            return
