"""What an alert would have done in the past, as text."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from dexter_mcp.sentry.issues import Issue
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import short_ago
from dexter_mcp.views.numbers import count
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_TITLE: Final = 60
_ISSUES: Final = 15


@dataclass(frozen=True)
class Met:
    """An issue that an alert would have acted on, surely or `perhaps`, and why."""

    issue: Issue
    perhaps: bool
    why: str


@dataclass(frozen=True)
class OfIssues:
    """What an alert would have done; `days` counts what it acts on, events or new issues."""

    asked: str
    project: str
    period: str
    met: Sequence[Met]
    looked_at: int
    more: bool
    days: Mapping[date, float]
    counted: str


@dataclass(frozen=True)
class Step:
    """A window with its value, and how severe that is; empty if it is not."""

    at: datetime
    value: float
    severity: str


@dataclass(frozen=True)
class OfMetric:
    """What a metric was in each window."""

    asked: str
    project: str
    period: str
    steps: Sequence[Step]


def of_issues(it: OfIssues, *, fence: Fence, now: datetime) -> Answer:
    """Tell which issues an alert would have acted on, and how much of that there was by day."""
    sure = sum(1 for each in it.met if not each.perhaps)
    perhaps = f", {len(it.met) - sure} more perhaps" if len(it.met) > sure else ""
    most = " of the most frequent" if it.more else ""
    where = f"{name(it.project)} in the last {it.period}"
    looked = f"(looked at {it.looked_at}{most})"
    lines = [
        f"Would have acted on {sure} issues of {where}{perhaps} {looked}",
        name(it.asked, limit=400),
    ]
    if it.days:
        lines.append(f"{it.counted} by day: {_by_day(it.days)}")
    rows = [
        (
            each.issue.short_id,
            clean(each.issue.title, limit=_TITLE),
            each.issue.level,
            count(each.issue.count),
            short_ago(each.issue.last_seen, now),
            f"{'perhaps: ' if each.perhaps else ''}{each.why}",
        )
        for each in it.met[:_ISSUES]
    ]
    headers = ("issue", "title", "level", "events", "last seen", "why")
    if rows:
        lines.append(fence.block([table(headers, rows)]))
    if (left := len(it.met) - len(rows)) > 0:
        lines.append(f"{left} more issues left out")
    return Answer("\n".join(lines), data=it)


def of_metric(it: OfMetric) -> Answer:
    """Tell in how many windows a metric was past its thresholds, by day."""
    past = Counter(each.severity for each in it.steps if each.severity)
    told = ", ".join(f"{past[word]} {word}" for word in ("critical", "warning") if past[word])
    said = told or "never past a threshold"
    lines = [
        f"{name(it.project)} in the last {it.period}: {said}, of {len(it.steps)} windows",
        name(it.asked, limit=400),
    ]
    if days := Counter(each.at.astimezone(UTC).date() for each in it.steps if each.severity):
        lines.append(f"windows past a threshold by day: {_by_day(days)}")
    if it.steps:
        values = [each.value for each in it.steps]
        top = max(it.steps, key=lambda each: each.value)
        middle = sorted(values)[len(values) // 2]
        lines.append(
            f"highest {top.value:g} at {top.at:%m-%d %H:%M} UTC, median {middle:g}, lowest "
            f"{min(values):g}"
        )
    return Answer("\n".join(lines), data=it)


def _by_day(days: Mapping[date, float] | Counter[date]) -> str:
    told: Iterable[tuple[date, float]] = sorted(days.items())
    return " · ".join(f"{day:%m-%d} {count(number)}" for day, number in told)
