"""Usage: what was sent to Sentry, what became of it, and whose share is how large."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from dexter_mcp.sentry.stats import QUANTITY, Usage, UsageGroup
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import echo
from dexter_mcp.views.numbers import count, counted, percent, size
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

By = Literal["category", "project", "outcome", "reason"]

ACCEPTED: Final = "accepted"
_REASON = 60
_MOST = 40
_WIDTH = 14
_BYTES: Final = frozenset({"attachment", "log_byte"})
"""Categories that are counted in bytes."""
_MILLISECONDS: Final = frozenset({"profile_duration", "profile_duration_ui"})
_OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ACCEPTED: "accepted",
        "filtered": "filtered",
        "rate_limited": "rate limited",
        "client_discard": "dropped by SDK",
    }
)
"""The outcomes that have a column; what else there is shares one."""
_OTHER = "other"


@dataclass(frozen=True)
class Asked:
    """What was asked of the usage, as it was sent."""

    org: str
    project: tuple[str, ...]
    category: str
    by: By
    within: str


@dataclass(frozen=True)
class Told:
    """Usage, and what it takes to understand it.

    `everyone` is that of the whole organization, where `usage` is of some projects; `names` are
    the slugs of projects by number.
    """

    usage: Usage
    everyone: Usage | None = None
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    failed: Sequence[Failed] = ()


def usage(told: Told, asked: Asked, *, fence: Fence) -> Answer:
    """Show usage in groups, the largest of each category first.

    Shares are of what was accepted in a category, because that is what a quota counts, and
    because categories are counted in different units.
    """
    question = echo(
        org=asked.org,
        project=", ".join(asked.project),
        category=asked.category,
        by=asked.by,
        within=asked.within,
    )
    groups = [group for group in told.usage.groups if group.quantity]
    if not groups:
        hint = "Widen or leave out: project, category, period."
        lines = [f"Nothing was sent.\n{question}\n{hint}", *failures(told.failed)]
        return Answer("\n".join(lines), data=told.__dict__)
    headers, rows = _fates(groups) if asked.by in _SINGLE else _matrix(groups, told, asked)
    left = len(rows) - _MOST
    lines = [
        f"usage, {question}",
        fence.block([table(headers, rows[:_MOST])]),
        f"… {counted(left, 'more row')}: narrow by category or project" if left > 0 else "",
        *failures(told.failed),
    ]
    return Answer("\n".join(filter(None, lines)), data=told.__dict__)


_SINGLE: Final = frozenset({"outcome", "reason"})
"""What is shown with a line for each fate, where others have a column for it."""

Table = tuple[Sequence[str], list[Sequence[str]]]


def _matrix(groups: Sequence[UsageGroup], told: Told, asked: Asked) -> Table:
    """Set a row for each category, or each project within it, and a column for each outcome."""
    places: dict[tuple[str, str], list[UsageGroup]] = {}
    for group in groups:
        places.setdefault((group.by.category, group.by.project), []).append(group)
    wholes = _accepted_by_category(told.everyone or told.usage)
    by_project = asked.by == "project"
    share = "share" if by_project else "share of organization"
    headers = ("category", "project", *_OUTCOMES.values(), _OTHER, share, "accepted over time")
    rows: list[Sequence[str]] = [
        [
            name(category),
            name(told.names.get(project, project)),
            *(amount(quantity, category) for quantity in _by_outcome(own)),
            percent(_accepted(own), wholes.get(category, 0)) if by_project or told.everyone else "",
            sparkline(_series(own), width=_WIDTH),
        ]
        for (category, project), own in sorted(
            places.items(), key=lambda place: (place[0][0], -_accepted(place[1]))
        )
    ]
    return headers, rows


def _fates(groups: Sequence[UsageGroup]) -> Table:
    """Set a row for each outcome, or each reason for it."""
    wholes: dict[str, int] = {}
    for group in groups:
        wholes[group.by.category] = wholes.get(group.by.category, 0) + group.quantity
    headers = ("category", "outcome", "reason", "quantity", "share", "over time")
    rows: list[Sequence[str]] = [
        [
            name(group.by.category),
            name(_OUTCOMES.get(group.by.outcome, group.by.outcome)).replace("_", " "),
            clean(group.by.reason, limit=_REASON) if group.by.outcome != ACCEPTED else "",
            amount(group.quantity, group.by.category),
            percent(group.quantity, wholes[group.by.category]),
            sparkline(group.series.get(QUANTITY, ()), width=_WIDTH),
        ]
        for group in sorted(groups, key=lambda group: (group.by.category, -group.quantity))
    ]
    return headers, rows


def _by_outcome(groups: Sequence[UsageGroup]) -> Iterator[int]:
    totals = dict.fromkeys([*_OUTCOMES, _OTHER], 0)
    for group in groups:
        totals[group.by.outcome if group.by.outcome in _OUTCOMES else _OTHER] += group.quantity
    yield from totals.values()


def _accepted(groups: Sequence[UsageGroup]) -> int:
    return sum(group.quantity for group in groups if group.by.outcome == ACCEPTED)


def _accepted_by_category(usage: Usage) -> Mapping[str, int]:
    categories = {group.by.category for group in usage.groups}
    return {
        category: _accepted([group for group in usage.groups if group.by.category == category])
        for category in categories
    }


def _series(groups: Sequence[UsageGroup]) -> Sequence[int]:
    return next((g.series.get(QUANTITY, ()) for g in groups if g.by.outcome == ACCEPTED), ())


def amount(quantity: int, category: str) -> str:
    """Write a quantity in the unit in which its category is counted; nothing for none."""
    if not quantity:
        return ""
    if category in _BYTES:
        return size(quantity)
    return f"{count(quantity)} ms" if category in _MILLISECONDS else count(quantity)
