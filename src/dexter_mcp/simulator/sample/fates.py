"""What becomes of an issue: how often it happens, since when, and what people did about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from dexter_mcp.simulator.sample.people import PROJECTS, adoption, commit_of, releases_of
from dexter_mcp.simulator.sample.settings import Setting
from dexter_mcp.simulator.story import Json, Rhythm, Story

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
    vary = {tag: shares for tag, shares in setting.vary.items() if tag not in payload["tags"]}
    fields: dict[str, Any] = {"vary": vary, **_fate(setting, payload, chance), **chosen}
    return Story(setting.project, payload, **fields)


def _fate(setting: Setting, payload: Json, chance: Random) -> dict[str, Any]:
    substatus = chance.choices([*COURSES], [course.weight for course in COURSES.values()])[0]
    course = COURSES[substatus]
    first = timedelta(hours=round(chance.uniform(*course.first), 2))
    count = _count(chance)
    assignee = chance.choice(PROJECTS[setting.project].owners) if chance.random() < 0.4 else ""  # noqa: PLR2004
    return {
        "count": count,
        "users": _users(setting, count, chance),
        "first_seen": first,
        "last_seen": min(first / 2, _lately(course.last, chance)),
        "rhythm": chance.choice(course.rhythms),
        "releases": adoption(setting.project),
        "environments": dict(setting.environments),
        "status": course.status,
        "substatus": substatus,
        "priority": _PRIORITIES[chance.choice(course.priorities)],
        "assigned_to": assignee,
        "activity": tuple(_activity(setting, substatus, assignee, first, chance)),
        "suspect": _suspect(setting, payload, substatus),
    }


def _lately(bounds: Hours, chance: Random) -> timedelta:
    """Choose when it was seen last: rather lately, as what is rare is forgotten soon."""
    least, most = bounds
    return timedelta(hours=round(least + (most - least) * chance.random() ** 2.5, 2))


def _count(chance: Random) -> int:
    """Choose how many events: most issues are small, some are not."""
    size = chance.random()
    if size < 0.9:  # noqa: PLR2004
        return 3 + int(46 * chance.random() ** 2)
    return chance.randint(60, 150) if size < 0.985 else chance.randint(160, 300)  # noqa: PLR2004


def _users(setting: Setting, count: int, chance: Random) -> int:
    share = setting.audience * chance.uniform(0.5, 1.4)
    return min(count, max(1, round(count * share))) if setting.audience else 0


def _suspect(setting: Setting, payload: Json, substatus: str) -> str:
    """Find the last commit to the file that failed, where someone would be suspected at all."""
    if substatus not in {"new", "escalating", "regressed"} or "exception" not in payload:
        return ""
    frames = payload["exception"]["values"][-1].get("stacktrace", {"frames": ()})["frames"]
    ours = [frame for frame in frames if frame["in_app"]]
    return commit_of(setting.project, ours[-1]["filename"].removeprefix("./")) if ours else ""


def _activity(
    setting: Setting, substatus: str, assignee: str, first: timedelta, chance: Random
) -> Iterator[Json]:
    people = [owner for owner in PROJECTS[setting.project].owners if owner.startswith("user:")]
    someone = chance.choice(people).removeprefix("user:")
    if assignee:
        yield assigned(assignee, first * 0.9, by=someone)
    if chance.random() < 0.16:  # noqa: PLR2004
        note = {"text": chance.choice(_NOTES)}
        yield {"type": "note", "ago": first * 0.8, "user": someone, "data": note}
    yield from _turn(setting, substatus, first, someone)


def assigned(owner: str, ago: timedelta, by: str) -> Json:
    """Tell that an issue was given to `owner`."""
    kind, _, name = owner.partition(":")
    data = {"assigneeType": kind, "assignee": name}
    data |= {"assigneeEmail": name} if kind == "user" else {"assigneeName": name}
    return {"type": "assigned", "ago": ago, "user": by, "data": data}


def _turn(setting: Setting, substatus: str, first: timedelta, who: str) -> Iterator[Json]:
    *_, before, newest = releases_of(setting.project)
    match substatus:
        case "":
            data = {"version": before.version}
            yield {
                "type": "set_resolved_in_release",
                "ago": timedelta(hours=80),
                "user": who,
                "data": data,
            }
        case "regressed":
            data = {"version": before.version}
            yield {
                "type": "set_resolved_in_release",
                "ago": first / 2,
                "user": who,
                "data": data,
            }
            yield {
                "type": "set_regression",
                "ago": newest.age * 0.9,
                "user": "",
                "data": {"version": newest.version},
            }
        case "escalating":
            yield {
                "type": "set_escalating",
                "ago": timedelta(hours=9),
                "user": "",
                "data": {"forecast": 12},
            }
        case "ongoing":
            ago = first - timedelta(days=7)
            yield {"type": "auto_set_ongoing", "ago": ago, "user": "", "data": {"afterDays": 7}}
        case "archived_until_escalating":
            data = {"ignoreUntilEscalating": True}
            yield {"type": "set_ignored", "ago": first / 2, "user": who, "data": data}
        case "archived_until_condition_met":
            data = {"ignoreCount": 500, "ignoreWindow": 1440}
            yield {"type": "set_ignored", "ago": first / 2, "user": who, "data": data}
        case "archived_forever":
            yield {"type": "set_ignored", "ago": first / 2, "user": who, "data": {}}
        case _:
            return
