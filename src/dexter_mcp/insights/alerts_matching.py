"""Judge whether an alert would act on an issue. Nothing is asked here.

Each condition holds, does not hold, or can't be decided from here (`None`); what its logic makes of
them is decided as far as that goes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from dexter_mcp.sentry.detectors import CRON, ERRORS, ISSUES, METRIC, UPTIME, Detector
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.sentry.workflows import Condition, ConditionGroup
from dexter_mcp.views.alerts_state import Alert
from dexter_mcp.views.alerts_verdicts import Outcome, Verdict
from dexter_mcp.views.alerts_words import CATEGORIES, Names, condition, fault
from dexter_mcp.views.numbers import count

Truth = bool | None

_NEW = frozenset({"first_seen_event", "new_high_priority_issue"})
_OCCASIONS = frozenset(
    {
        "regression_event",
        "reappeared_event",
        "issue_resolved_trigger",
        "seer_activity_trigger",
        "existing_high_priority_issue",
        "every_event",
    }
)
"""Triggers that say when, and ask for nothing else."""
_RAISES = {CRON: "outage", UPTIME: "outage", METRIC: "metric"}
"""The category of the issues that a kind of monitor raises."""
_LEVELS = {"sample": 0, "debug": 10, "info": 20, "warning": 30, "error": 40, "fatal": 50}
_PRIORITIES = {"low": 25, "medium": 50, "high": 75}
_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


@dataclass(frozen=True)
class Subject:
    """An issue, and what is known about its events. `latest_release` is its project's."""

    issue: Issue
    now: datetime
    tags: Mapping[str, Tag] = field(default_factory=dict[str, Tag])
    event: Event | None = None
    latest_release: str = ""


@dataclass(frozen=True)
class Finding:
    """What is true of a condition, with what speaks for it."""

    truth: Truth
    note: str = ""


def judge(alert: Alert, subject: Subject, names: Names) -> Verdict | None:
    """Decide whether an alert acts on an issue; `None` where it does not watch it at all."""
    watched = watches(alert, subject.issue)
    if watched is False:
        return None
    if stopped := _stopped(alert, subject, names):
        return Verdict(alert, "no", stopped)
    by_monitor = (watched, "" if watched else "its monitor raised it")
    truth, why = _all(
        [by_monitor, _triggered(alert, subject, names), _filtered(alert, subject, names)]
    )
    if truth is False:
        return Verdict(alert, "no", f"needs {why}")
    if _only_new(alert):
        return Verdict(alert, "yes" if subject.issue.count <= 1 else "once", "when new")
    told = f"if {why}" if truth is None and why else why
    return Verdict(alert, _OUTCOMES[truth], told or "on every event")


_OUTCOMES: Mapping[Truth, Outcome] = MappingProxyType({True: "yes", None: "maybe", False: "no"})


def watches(alert: Alert, issue: Issue) -> Truth:
    """Tell whether an alert listens to whatever raised an issue."""
    if alert.old:
        return issue.project.slug in alert.it.projects
    return _either([_raised(monitor, issue) for monitor in alert.monitors])


def _raised(monitor: Detector, issue: Issue) -> Truth:
    """Tell whether a monitor raised an issue, or passes on all that a project has."""
    if monitor.project_id != issue.project.id:
        return False
    if monitor.type == ISSUES:
        return True
    if monitor.type == ERRORS:
        return issue.issue_category in {"", "error"}
    if monitor.latest_group and monitor.latest_group.id == issue.id:
        return True
    return None if _RAISES.get(monitor.type) == issue.issue_category else False


def _stopped(alert: Alert, subject: Subject, names: Names) -> str:
    """Say what keeps an alert from acting whatever happens."""
    if not alert.it.enabled:
        return "disabled"
    if alert.muted:
        return "muted"
    if all(fault(each, names) for each in alert.it.actions):
        return "its actions are broken" if alert.it.actions else "it has no action"
    wanted, seen = alert.it.environment.raw, subject.tags.get("environment")
    known = {value.value.raw for value in seen.top_values} if seen else set[str]()
    return "no event of it there" if wanted and known and wanted not in known else ""


def _only_new(alert: Alert) -> bool:
    triggers = alert.it.triggers.conditions if alert.it.triggers else ()
    return bool(triggers) and all(each.type in _NEW for each in triggers)


def _triggered(alert: Alert, subject: Subject, names: Names) -> tuple[Truth, str]:
    """Say on which occasions it acts. That an issue is new comes but once, and is over."""
    group = alert.it.triggers
    still = [each for each in group.conditions if each.type not in _NEW] if group else []
    if not group or not still:
        return True, ""
    found = [
        (True, f"on {condition(each, names)}")
        if each.type in _OCCASIONS
        else _told(each, subject, names)
        for each in still
    ]
    return _joined(group.logic_type, found)


def _filtered(alert: Alert, subject: Subject, names: Names) -> tuple[Truth, str]:
    """Judge the filters before each set of actions: one set that acts will do."""
    groups = [_group(each, subject, names) for each in alert.it.action_filters]
    if not groups:
        return True, ""
    truth = _either([each for each, _ in groups])
    return truth, " / ".join(why for each, why in groups if each is truth and why)


def _group(group: ConditionGroup, subject: Subject, names: Names) -> tuple[Truth, str]:
    return _joined(group.logic_type, [_told(each, subject, names) for each in group.conditions])


def _told(it: Condition, subject: Subject, names: Names) -> tuple[Truth, str]:
    found = judged(it, subject)
    note = f" ({found.note})" if found.note else ""
    return found.truth, f"{condition(it, names)}{note}"


def _joined(logic: str, found: Sequence[tuple[Truth, str]]) -> tuple[Truth, str]:
    """Join conditions as their logic says, and name those that made the difference."""
    truths = [truth for truth, _ in found]
    if logic == "none":
        return _not(_either(truths)), f"none of: {', '.join(said for _, said in found)}"
    if logic == "all" or not found:
        return _all(found)
    truth = _either(truths)
    return truth, " or ".join(said for each, said in found if each is truth)


def _all(found: Sequence[tuple[Truth, str]]) -> tuple[Truth, str]:
    truth = _every([each for each, _ in found])
    return truth, " and ".join(said for each, said in found if each is truth and said)


def _every(truths: Iterable[Truth]) -> Truth:
    given = list(truths)
    return False if False in given else None if None in given else True


def _either(truths: Iterable[Truth]) -> Truth:
    given = list(truths)
    return True if True in given else None if None in given else False


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def judged(it: Condition, subject: Subject) -> Finding:
    """Decide a single condition, as far as the issue and its events tell."""
    judge_it = _JUDGES.get(it.type)
    return judge_it(it, subject) if judge_it else Finding(None)


def _level(it: Condition, subject: Subject) -> Finding:
    wanted, mine = it.term("level"), _LEVELS.get(subject.issue.level)
    if mine is None or not wanted.isdecimal():
        return Finding(None)
    limit = int(wanted)
    match it.term("match"):
        case "gte":
            return Finding(mine >= limit)
        case "lte":
            return Finding(mine <= limit)
        case _:
            return Finding(mine == limit)


def _priority(it: Condition, subject: Subject) -> Finding:
    mine = _PRIORITIES.get(subject.issue.priority)
    return Finding(None if mine is None or it.amount is None else mine >= it.amount)


def _category(it: Condition, subject: Subject) -> Finding:
    wanted, mine = CATEGORIES.get(it.term("value")), subject.issue.issue_category
    if not (wanted and mine):
        return Finding(None)
    excluded = it.term("include").lower() == "false"
    return Finding((wanted == mine) is not excluded)


def _occurrences(it: Condition, subject: Subject) -> Finding:
    """Count what came so far; what is not enough yet may be some day."""
    if it.amount is None or subject.issue.count < it.amount:
        return Finding(None, f"{count(subject.issue.count)} so far")
    return Finding(truth=True)


def _age(it: Condition, subject: Subject) -> Finding:
    first, unit = subject.issue.first_seen, _UNITS.get(it.term("time"))
    if first is None or unit is None or it.amount is None:
        return Finding(None)
    older = subject.now - first > timedelta(seconds=it.amount * unit)
    if it.term("comparisonType") == "newer":
        return Finding(not older)
    return Finding(truth=True) if older else Finding(None, "not yet")


def _assigned(it: Condition, subject: Subject) -> Finding:
    mine, kind = subject.issue.assigned_to, it.term("targetType")
    if kind == "Unassigned":
        return Finding(mine is None)
    wanted = "team" if kind == "Team" else "user"
    same = mine is not None and (mine.type, mine.id) == (wanted, it.term("targetIdentifier"))
    return Finding(same)


def _frequency(it: Condition, subject: Subject) -> Finding:
    """Compare with the busiest hour, or the whole, of the last day: more is not known."""
    told = [number for _, number in subject.issue.stats.get("24h", ())]
    window = it.term("interval").replace("hr", "h")
    if not told or it.amount is None or window not in {"1h", "1d"}:
        return Finding(None)
    most = max(told) if window == "1h" else sum(told)
    when = "in the busiest hour of the last 24" if window == "1h" else "in the last 24 h"
    return Finding(True if most > it.amount else None, f"{count(most)} {when}")


def _tag(it: Condition, subject: Subject) -> Finding:
    tag = subject.tags.get(it.term("key"))
    if not subject.tags:
        return Finding(None)
    values = [value.value.raw for value in tag.top_values] if tag else []
    if any(_matches(it, value) for value in values or [""]):
        return Finding(truth=True)
    all_known = tag is None or (tag.unique_values or 0) <= len(values)
    return Finding(False if all_known else None)


def _attribute(it: Condition, subject: Subject) -> Finding:
    read = _ATTRIBUTES.get(it.term("attribute"))
    if read is None or subject.event is None:
        return Finding(None)
    values = [value for value in read(subject.event) if value]
    return Finding(any(_matches(it, value) for value in values or [""]))


def _matches(it: Condition, value: str) -> bool:
    """Compare as Sentry does, whatever the case; an empty value is none."""
    mine, wanted = value.casefold(), it.term("value").casefold()
    compare: dict[str, bool] = {
        "eq": mine == wanted,
        "ne": mine != wanted,
        "co": wanted in mine,
        "nc": wanted not in mine,
        "sw": mine.startswith(wanted),
        "ew": mine.endswith(wanted),
        "nsw": not mine.startswith(wanted),
        "new": not mine.endswith(wanted),
        "is": bool(mine),
        "ns": not mine,
    }
    return compare.get(it.term("match"), False)


def _latest(_: Condition, subject: Subject) -> Finding:
    releases = subject.tags.get("release")
    if not (subject.latest_release and releases):
        return Finding(None)
    return Finding(subject.latest_release in {each.value.raw for each in releases.top_values})


_ATTRIBUTES: Mapping[str, Callable[[Event], Sequence[str]]] = MappingProxyType(
    {
        "message": lambda event: [event.message.raw, event.title.raw],
        "platform": lambda event: [event.platform],
        "environment": lambda event: [event.tag("environment").raw],
        "type": lambda event: [event.type],
        "exception.type": lambda event: [each.type.raw for each in event.exceptions],
        "exception.value": lambda event: [each.value.raw for each in event.exceptions],
        "user.id": lambda event: [event.user.id.raw] if event.user else [],
        "user.email": lambda event: [event.user.email.raw] if event.user else [],
        "user.username": lambda event: [event.user.username.raw] if event.user else [],
        "user.ip_address": lambda event: [event.user.ip_address.raw] if event.user else [],
        "http.method": lambda event: [event.request.method.raw] if event.request else [],
        "http.url": lambda event: [event.request.url.raw] if event.request else [],
        "sdk.name": lambda event: [event.sdk.name.raw] if event.sdk else [],
    }
)
"""What can be read of an event; other attributes stay undecided."""

_JUDGES: Mapping[str, Callable[[Condition, Subject], Finding]] = MappingProxyType(
    {
        "level": _level,
        "issue_priority_greater_or_equal": _priority,
        "issue_category": _category,
        "issue_occurrences": _occurrences,
        "age_comparison": _age,
        "assigned_to": _assigned,
        "event_frequency_count": _frequency,
        "tagged_event": _tag,
        "event_attribute": _attribute,
        "latest_release": _latest,
    }
)
