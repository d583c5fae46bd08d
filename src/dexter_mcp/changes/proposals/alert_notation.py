"""How conditions, thresholds and measures of alerts are written in a line, and what they mean.

They are read as today's alerts hold them: a kind, and what it compares. Nothing is asked here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from dexter_mcp.sentry.errors import Invalid

Condition = tuple[str, Any]
"""A kind and what it compares with."""

WHEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "new_issue": "first_seen_event",
        "regression": "regression_event",
        "unarchived": "reappeared_event",
        "resolved": "issue_resolved_trigger",
    }
)
"""The occasions, and Sentry's words for them."""
LOGIC: Final = frozenset({"all", "any", "none"})
_SHOWN: Final = 80
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "fatal": 50}
_PRIORITIES: Final = {"high": 75, "medium": 50, "low": 25}
_CATEGORIES: Final = {
    "error": 1,
    "feedback": 6,
    "outage": 10,
    "metric": 11,
    "db_query": 12,
    "http_client": 13,
    "frontend": 14,
    "mobile": 15,
}
_INTERVALS: Final = ("1min", "5min", "15min", "1h", "1d", "1w", "30d")
_SESSION_INTERVALS: Final = ("5min", "10min", "30min", "1h")
_COUNTED: Final = {
    "events": "event_frequency",
    "users": "event_unique_user_frequency",
    "sessions": "percent_sessions",
}
_UNITS: Final = {"min": "minute", "h": "hour", "d": "day", "w": "week"}
_MATCHES: Final = {"=": "eq", "!=": "ne", "~": "co", "!~": "nc", "^=": "sw", "$=": "ew"}
_ATTRIBUTES: Final = (
    *("message", "platform", "type", "environment", "error.handled", "error.unhandled"),
    *("exception.type", "exception.value", "user.id", "user.email", "user.username"),
    *("user.ip_address", "http.method", "http.url", "http.status_code", "sdk.name"),
    *("stacktrace.code", "stacktrace.module", "stacktrace.filename", "stacktrace.abs_path"),
    *("stacktrace.package", "app.in_foreground", "os.distribution_name"),
)
_NUMBER: Final = r"(?P<value>\d+(?:\.\d+)?)"
_FREQUENCY: Final = re.compile(
    rf"(?:event_frequency|(?P<what>events|users|sessions))\s*>\s*{_NUMBER}\s*(?P<share>%)?"
    r"\s+in\s+(?P<interval>\w+)(?:\s+on\s+(?P<earlier>\w+))?"
)
_LEVEL: Final = re.compile(r"level\s*(?P<match>>=|<=|=)\s*(?P<level>\w+)")
_PRIORITY: Final = re.compile(r"priority\s*>?=\s*(?P<priority>\w+)")
_CATEGORY: Final = re.compile(r"category\s*(?P<match>!?=)\s*(?P<category>\w+)")
_TIMES: Final = re.compile(rf"(?:times|occurrences)\s*>=?\s*{_NUMBER}")
_AGE: Final = re.compile(rf"age\s*(?P<match>[<>])\s*{_NUMBER}\s*(?P<unit>min|h|d|w)")
_ASSIGNED: Final = re.compile(r"assigned\s*=\s*(?P<whom>\S.*)")
_TAG: Final = re.compile(
    r"(?P<not>!)?tag:(?P<key>[\w.:-]+)\s*(?:(?P<match>!=|!~|\^=|\$=|=|~)\s*(?P<value>.+))?"
)
_ATTRIBUTE: Final = re.compile(r"(?P<key>[a-z_.]+)\s*(?P<match>!=|!~|\^=|\$=|=|~)\s*(?P<value>.+)")
_FORMS: Final = (
    "level>=error, priority>=high, category=error, events>100 in 1h, users>50% in 1h on 1d, "
    "sessions>5% in 1h, times>=10, age>2h, assigned=#team, tag:key=value, !tag:key, "
    "exception.type=KeyError, message~text, latest_release; `any` or `none` instead of all"
)
_THRESHOLD: Final = re.compile(
    r"(?P<severity>critical|warning|resolved)\s*(?P<side>>=|<=|>|<)\s*(?P<value>-?\d+(?:\.\d+)?)"
    r"\s*(?P<share>%\s+on\s+(?P<earlier>\w+))?"
)
_RESULTS: Final = {"critical": 75, "warning": 50, "resolved": 0}
_MEASURE: Final = re.compile(r"(?P<aggregate>\w+\(.*\)(?: AS \w+)?)(?:\s+in\s+(?P<window>\w+))?")
_LENGTH: Final = re.compile(r"(?P<count>\d{1,4})\s*(?P<unit>min|m|h|hr|d|w)")
_SECONDS: Final = {"min": 60, "m": 60, "h": 3600, "hr": 3600, "d": 86400, "w": 604800}
_WINDOWS: Final = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 86400)
_BEFORE: Final = (300, 900, 3600, 86_400, 604_800, 2_592_000)
_WHOLE: Final = 100
"""What a value is now in percent of what it was, if it has not changed."""


def occasions(when: Sequence[str]) -> tuple[str, list[str]]:
    """Read on what an alert acts: the logic, and Sentry's words.

    Raises:
        Invalid: It is none of those that there are.
    """
    logic, words = _parted(when, "any")
    if unknown := [word for word in words if word not in WHEN]:
        valid = ", ".join(WHEN)
        raise Invalid(
            f"`when` {unknown[0][:_SHOWN]!r} is no occasion. Valid are: {valid}; for a metric "
            "thresholds such as critical>100."
        )
    return logic, [WHEN[word] for word in words]


def conditions(filters: Sequence[str]) -> tuple[str, list[Condition]]:
    """Read filters: how they are joined, and each as Sentry holds it.

    Whom an issue is assigned to stays a text, to be looked up.

    Raises:
        Invalid: One is written otherwise than any of the forms, or compares with something that
            there is not.
    """
    logic, told = _parted(filters, "all")
    return logic, [_condition(each) for each in told]


def _parted(told: Sequence[str], usual: str) -> tuple[str, list[str]]:
    words = [each.strip() for each in told]
    logic = next((word for word in words if word in LOGIC), usual)
    return logic, [word for word in words if word not in LOGIC]


def _condition(text: str) -> Condition:
    if text == "latest_release":
        return "latest_release", True
    for form, read in _READERS:
        if found := form.fullmatch(text):
            return read(found)
    raise Invalid(f"`filters` {text[:_SHOWN]!r} is none of the forms: {_FORMS}.")


def _frequency(found: re.Match[str]) -> Condition:
    what = found["what"] or "events"
    valid = _SESSION_INTERVALS if what == "sessions" else _INTERVALS
    terms: dict[str, Any] = {
        "value": _plain(found["value"]),
        "interval": _interval(found["interval"], valid),
    }
    if found["earlier"]:
        terms["comparisonInterval"] = _interval(found["earlier"], _INTERVALS)
    elif found["share"] and what != "sessions":
        raise Invalid(f"`filters` {found[0]!r} compares with what? Write `{found[0]} on 1d`.")
    return f"{_COUNTED[what]}_{'percent' if found['earlier'] else 'count'}", terms


def _interval(text: str, valid: Sequence[str]) -> str:
    wanted = {"1m": "1min", "5m": "5min", "15m": "15min", "1hr": "1h", "24h": "1d", "7d": "1w"}
    interval = wanted.get(text, text)
    if interval not in valid:
        raise Invalid(f"{text[:_SHOWN]!r} is no interval here. Valid are: {', '.join(valid)}.")
    return interval


def _level(found: re.Match[str]) -> Condition:
    match = {">=": "gte", "<=": "lte", "=": "eq"}[found["match"]]
    return "level", {"level": _one_of(_LEVELS, found["level"], "level"), "match": match}


def _priority(found: re.Match[str]) -> Condition:
    number = _one_of(_PRIORITIES, found["priority"], "priority")
    return "issue_priority_greater_or_equal", number


def _category(found: re.Match[str]) -> Condition:
    terms: dict[str, Any] = {"value": _one_of(_CATEGORIES, found["category"], "category")}
    return "issue_category", terms | ({"include": False} if found["match"] == "!=" else {})


def _times(found: re.Match[str]) -> Condition:
    return "issue_occurrences", {"value": _plain(found["value"])}


def _age(found: re.Match[str]) -> Condition:
    kind = "older" if found["match"] == ">" else "newer"
    unit = _UNITS[found["unit"]]
    terms = {"comparisonType": kind, "value": _plain(found["value"]), "time": unit}
    return "age_comparison", terms


def _assigned(found: re.Match[str]) -> Condition:
    return "assigned_to", found["whom"].strip()


def _tag(found: re.Match[str]) -> Condition:
    terms = {"key": found["key"], "match": "ns" if found["not"] else "is"}
    if found["match"]:
        if found["not"]:
            raise Invalid(f"`filters` {found[0]!r}: write `tag:{found['key']}!=…` for is not.")
        terms |= {"match": _MATCHES[found["match"]], "value": found["value"].strip()}
    return "tagged_event", terms


def _attribute(found: re.Match[str]) -> Condition:
    if found["key"] not in _ATTRIBUTES:
        close = get_close_matches(found["key"], _ATTRIBUTES, n=3) or _ATTRIBUTES
        raise Invalid(
            f"{found['key'][:_SHOWN]!r} is no attribute of an event. Valid are: "
            f"{', '.join(close)}; for a tag write `tag:{found['key'][:_SHOWN]}=…`."
        )
    match, value = _MATCHES[found["match"]], found["value"].strip()
    return "event_attribute", {"attribute": found["key"], "match": match, "value": value}


def _one_of(known: Mapping[str, int], word: str, what: str) -> int:
    if word.lower() not in known:
        raise Invalid(f"{word[:_SHOWN]!r} is no {what}. Valid are: {', '.join(known)}.")
    return known[word.lower()]


def _plain(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Condition]], ...]] = (
    (_FREQUENCY, _frequency),
    (_LEVEL, _level),
    (_PRIORITY, _priority),
    (_CATEGORY, _category),
    (_TIMES, _times),
    (_AGE, _age),
    (_ASSIGNED, _assigned),
    (_TAG, _tag),
    (_ATTRIBUTE, _attribute),
)


@dataclass(frozen=True)
class Thresholds:
    """From which values on something is critical, warns and is over.

    `earlier` is how many seconds back it is compared with; 0 for a fixed number. Where it is
    compared, a value is by how many percent it has changed: -50 is half as much.
    """

    below: bool
    values: Mapping[str, float]
    earlier: int = 0

    @property
    def conditions(self) -> list[Mapping[str, Any]]:
        """Give them as monitors hold them. One that is over has to be said.

        A monitor holds no change, but what is left: of what was, 150 percent or 50.
        """
        beyond, back = ("lt", "gte") if self.below else ("gt", "lte")
        whole = _WHOLE if self.earlier else 0
        told = {severity: whole + value for severity, value in self.values.items()}
        told.setdefault("resolved", told.get("warning", told["critical"]))
        return [
            {
                "type": back if severity == "resolved" else beyond,
                "comparison": told[severity],
                "condition_result": result,
            }
            for severity, result in _RESULTS.items()
            if severity in told
        ]

    @property
    def of_rules(self) -> Mapping[str, float]:
        """Give them as rules hold them: a fall is a number of its own, without a sign."""
        sign = -1 if self.earlier and self.below else 1
        return {severity: sign * value for severity, value in self.values.items()}


def thresholds(told: Sequence[str]) -> Thresholds:
    """Read thresholds such as `critical>100`, `resolved<80`, `critical>50% on 1d`.

    Raises:
        Invalid: One is written otherwise, they don't fit together, or none is critical.
    """
    found = [_threshold(each) for each in told]
    values = {each["severity"]: _plain(each["value"]) for each in found}
    if "critical" not in values:
        raise Invalid("A metric needs a critical threshold in `when`, such as `critical>100`.")
    sides = {
        each["severity"]: each["side"][0] == "<" for each in found if each["severity"] != "resolved"
    }
    below = sides["critical"]
    if any(side is not below for side in sides.values()):
        raise Invalid("`when`: critical and warning must lie on the same side.")
    _check_order(values, below=below)
    earlier = {seconds(each["earlier"]) for each in found if each["earlier"]}
    if len(earlier) > 1 or (earlier and len(found) != sum(1 for e in found if e["share"])):
        raise Invalid("`when`: thresholds must all compare with the same time before: `…% on 1d`.")
    if earlier:
        _check_change(values, next(iter(earlier)), below=below)
    return Thresholds(below, values, next(iter(earlier), 0))


def _threshold(text: str) -> re.Match[str]:
    if found := _THRESHOLD.fullmatch(text.strip()):
        return found
    raise Invalid(
        f"`when` {text[:_SHOWN]!r} can't be read. Write critical>100, warning>50, "
        "resolved<40, or critical>50% on 1d."
    )


def _check_change(values: Mapping[str, float], earlier: int, *, below: bool) -> None:
    if earlier not in _BEFORE:
        raise Invalid("`when` compares with 5min, 15min, 1h, 1d, 1w or 30d before.")
    beyond = [value for name, value in values.items() if name != "resolved"]
    if below and not all(-_WHOLE < value < 0 for value in beyond):
        raise Invalid("`when`: a fall is written critical<-50% on 1d, for half as much as before.")
    if not below and min(beyond) < 0:
        raise Invalid("`when`: a rise is written critical>50% on 1d, for half as much again.")


def _check_order(values: Mapping[str, float], *, below: bool) -> None:
    sign = -1 if below else 1
    steps = [values[name] * sign for name in ("critical", "warning", "resolved") if name in values]
    if steps != sorted(steps, reverse=True):
        worse = "lower" if below else "higher"
        raise Invalid(f"`when`: critical must be {worse} than warning, and that than resolved.")


def measured(text: str) -> tuple[str, int]:
    """Read what is measured and in which windows: `count() in 10min`; gives seconds.

    Raises:
        Invalid: It is no function, or Sentry has no such window.
    """
    found = _MEASURE.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"`metric` {text[:_SHOWN]!r} is no function. Write `count() in 10min`.")
    window = seconds(found["window"] or "1h")
    if window not in _WINDOWS:
        raise Invalid(
            f"`metric`: Sentry has no window of {found['window']}. Valid are: 1min, 5min, 10min, "
            "15min, 30min, 1h, 2h, 4h, 1d."
        )
    return found["aggregate"], window


def seconds(text: str) -> int:
    """Read a length of time."""
    if found := _LENGTH.fullmatch(text):
        return int(found["count"]) * _SECONDS[found["unit"]]
    raise Invalid(f"{text[:_SHOWN]!r} is no length of time. Write 10min, 1h, 1d.")
