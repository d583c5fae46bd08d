"""What an alert would have done lately, judged by the issues and events that there were.

Nothing is changed. The same notation is read as where one is made.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from dexter_mcp.changes.proposals.alert_asked import Asked, Draft
from dexter_mcp.changes.proposals.alert_notation import (
    Condition,
    Thresholds,
    conditions,
    measured,
    occasions,
    thresholds,
)
from dexter_mcp.changes.proposals.alert_targets import settled
from dexter_mcp.insights.alerts_matching import Subject, judge
from dexter_mcp.insights.alerts_survey import Survey
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry import workflows
from dexter_mcp.sentry.detectors import ISSUES, Detector
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.views import alerts_preview as view
from dexter_mcp.views.alerts_preview import Met, OfIssues, OfMetric, Step
from dexter_mcp.views.alerts_state import Alert
from dexter_mcp.views.alerts_words import Names
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.moments import of_epoch

_MOST: Final = 50
_ASKED: Final = 20
"""Issues whose tags are asked for, where filters are about tags."""
_POINTS: Final = 2_016
_PERIOD: Final = re.compile(r"(?P<count>\d{1,3})(?P<unit>[hd])")
_HOURS: Final = {"h": 1, "d": 24}
_LONGEST: Final = 90 * 24
_DAY: Final = 86_400
_TAGS: Final = frozenset({"tagged_event", "latest_release"})
_NEW: Final = "first_seen_event"
_EVERYBODY: Final = workflows.Action(
    type="email", config=workflows.ActionTarget(target_type="issue_owners")
)


async def preview(
    desk: Desk, *, org: str, project: Sequence[str], period: str, asked: Asked
) -> Answer:
    """Answer with what an alert would have done.

    Raises:
        Invalid: What is asked for can't be read.
        SentryError: The issues, or the metric, did not come.
    """
    home = await desk.org(org)
    if not (among := desk.among(project)):
        raise Invalid("An alert watches a project: name it as `project`.")
    hours = _hours(period)
    it = await desk.sentry.projects.resolve(home, among[0])
    draft = Draft(home, "", it, Survey(()), asked)
    if asked.thresholds or asked.metric:
        return await _metric(desk, draft, period, hours)
    return await _issues(desk, draft, period, hours)


def _hours(period: str) -> int:
    found = _PERIOD.fullmatch(period.strip())
    hours = int(found["count"]) * _HOURS[found["unit"]] if found else 0
    if not 0 < hours <= _LONGEST:
        raise Invalid(f"`period` {period[:20]!r} must be like 24h or 7d, and at most 90d.")
    return hours


async def _issues(desk: Desk, draft: Draft, period: str, hours: int) -> Answer:
    joined, told = conditions(draft.asked.filters)
    held = await settled(desk, draft.org, told)
    alert = _draft_alert(draft, joined, held)
    page = await desk.sentry.issues.search(
        draft.org,
        query="",
        project=[draft.project.id],
        environment=[draft.environment] if draft.environment else (),
        stats_period=period,
        sort="freq",
        limit=_MOST,
    )
    tags = await _tags(desk, draft.org, page.items, held)
    met = [
        found
        for issue in page.items
        if (found := _met(alert, _subject(desk, draft, issue, tags), draft, hours))
    ]
    only_new = _only_new(draft)
    seen = OfIssues(
        draft.asked.said,
        draft.project.slug,
        period,
        met,
        len(page.items),
        bool(page.next_cursor),
        _new_by_day(met) if only_new else await _events_by_day(desk, draft, period, met),
        "new issues" if only_new else "their events",
    )
    return view.of_issues(seen, fence=desk.fence(), now=desk.now())


def _only_new(draft: Draft) -> bool:
    return occasions(draft.asked.when)[1] == [_NEW]


def _draft_alert(draft: Draft, joined: str, filters: Sequence[Condition]) -> Alert:
    """Bring what is asked for into the form of an alert that is there."""
    logic, triggers = occasions(draft.asked.when)
    group = workflows.ConditionGroup(
        logic_type=joined,
        conditions=tuple(workflows.Condition(type=k, comparison=c) for k, c in filters),
        actions=(_EVERYBODY,),
    )
    when = workflows.ConditionGroup(
        logic_type=logic,
        conditions=tuple(workflows.Condition(type=kind, comparison=True) for kind in triggers),
    )
    native = Detector(id="0", type=ISSUES, project_id=draft.project.id)
    it = workflows.Workflow(id="0", triggers=when, action_filters=(group,), detector_ids=("0",))
    return Alert(it, (native,))


def _subject(
    desk: Desk, draft: Draft, issue: Issue, tags: Mapping[str, Mapping[str, Tag]]
) -> Subject:
    release = draft.project.latest_release.raw
    return Subject(issue, desk.now(), tags.get(issue.id, {}), latest_release=release)


def _met(alert: Alert, subject: Subject, draft: Draft, hours: int) -> Met | None:
    """Judge one issue. One that has to be new counts if it was within the period."""
    issue = subject.issue
    verdict = judge(alert, subject, Names())
    if verdict is None or verdict.outcome == "no":
        return None
    age = subject.now - issue.first_seen if issue.first_seen else None
    fresh = age is not None and age.total_seconds() <= hours * 3_600
    if _only_new(draft) and not fresh:
        return None
    perhaps = verdict.outcome == "maybe" or (bool(draft.asked.when) and not fresh)
    return Met(issue, perhaps, verdict.why)


async def _tags(
    desk: Desk, org: str, issues: Sequence[Issue], held: Sequence[Condition]
) -> Mapping[str, Mapping[str, Tag]]:
    """Read the tags of issues, where a filter asks for them."""
    if not any(kind in _TAGS for kind, _ in held):
        return {}

    async with side_by_side(desk.settings.soft_deadline) as these:
        parts = {
            issue.id: these.ask("tags", lambda i=issue: desk.sentry.tags.list(org, i.id))
            for issue in issues[:_ASKED]
        }
    return {
        number: {tag.key.raw: tag for tag in part.otherwise(())} for number, part in parts.items()
    }


def _new_by_day(met: Sequence[Met]) -> Mapping[date, float]:
    days = (each.issue.first_seen for each in met)
    return Counter(moment.astimezone(UTC).date() for moment in days if moment)


async def _events_by_day(
    desk: Desk, draft: Draft, period: str, met: Sequence[Met]
) -> Mapping[date, float]:
    """Count the events of those issues, day by day."""
    if not met:
        return {}
    numbers = ", ".join(each.issue.id for each in met)
    found = await desk.sentry.time_series.get(
        draft.org,
        dataset="errors",
        query=f"issue.id:[{numbers}]",
        interval=_DAY,
        project=[draft.project.id],
        environment=[draft.environment] if draft.environment else (),
        stats_period=period,
    )
    points = [point for series in found.time_series for point in series.values]
    dated = ((of_epoch(point.timestamp / 1000), point.value) for point in points)
    return {moment.date(): value for moment, value in dated if moment and value}


async def _metric(desk: Desk, draft: Draft, period: str, hours: int) -> Answer:
    asked = draft.asked
    limits = thresholds(asked.thresholds)
    aggregate, window = measured(asked.metric or "count() in 1h")
    if hours * 3_600 / window > _POINTS:
        raise Invalid("That are too many windows to look at: give a shorter `period`.")
    found = await desk.sentry.time_series.get(
        draft.org,
        dataset=asked.dataset or "errors",
        y_axis=(aggregate,),
        query=asked.query,
        interval=window,
        project=[draft.project.id],
        environment=[draft.environment] if draft.environment else (),
        stats_period=period,
    )
    points = [
        (moment, point.value)
        for series in found.time_series[:1]
        for point in series.values
        if point.value is not None and (moment := of_epoch(point.timestamp / 1000))
    ]
    steps = _judged(points, limits, window)
    return view.of_metric(OfMetric(asked.said, draft.project.slug, period, steps))


def _judged(
    points: Sequence[tuple[datetime, float]], limits: Thresholds, window: int
) -> list[Step]:
    """Judge windows: by their value, or by how it changed against one before."""
    if not limits.earlier:
        return [Step(at, value, _severity(value, limits)) for at, value in points]
    back = max(1, limits.earlier // window)
    pairs = zip(points, points[back:], strict=False)
    changes = [(at, 100 * (now - then) / then) for (_, then), (at, now) in pairs if then]
    return [Step(at, change, _severity(change, limits)) for at, change in changes]


def _severity(value: float, limits: Thresholds) -> str:
    for severity in ("critical", "warning"):
        limit = limits.values.get(severity)
        if limit is not None and (value < limit if limits.below else value > limit):
            return severity
    return ""
