"""Sessions: how many there were, and how many of them saw no crash."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from dexter_mcp.sentry.sessions import (
    CRASH_FREE_SESSIONS,
    CRASH_FREE_USERS,
    SESSIONS,
    USERS,
    GroupBy,
    SessionGroup,
    SessionReport,
)
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo
from dexter_mcp.views.numbers import count, counted, percent
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_WORD = 60
_HEADERS = (
    "sessions",
    "share",
    "users",
    "crash-free sessions",
    "crash-free users",
    "crashes over time",
)
_HUNDREDTHS = 100
_BARS = 16
_NOTHING_CRASHES = 100.0


@dataclass(frozen=True)
class Asked:
    """What was asked of the sessions, as it was sent."""

    org: str
    project: tuple[str, ...]
    environment: tuple[str, ...]
    query: str
    group_by: tuple[GroupBy, ...]
    within: str


def crash_free(rate: float | None) -> str:
    """Write a rate in per cent with two decimals, rounded down: 99.99% is not all.

    >>> crash_free(99.996), crash_free(97.0), crash_free(100.0)
    ('99.99%', '97%', '100%')
    """
    if rate is None:
        return ""
    cut = math.floor(round(rate * _HUNDREDTHS, 4)) / _HUNDREDTHS
    return f"{cut:.2f}".rstrip("0").rstrip(".") + "%"


def in_percent(fraction: float | None) -> float | None:
    """Bring a fraction to the per cent in which releases tell their rates."""
    return None if fraction is None else _NOTHING_CRASHES * fraction


def rates(group: SessionGroup) -> tuple[str, str]:
    """Write the crash-free rates of sessions and of users."""
    totals = group.totals
    return (
        crash_free(in_percent(totals.get(CRASH_FREE_SESSIONS))),
        crash_free(in_percent(totals.get(CRASH_FREE_USERS))),
    )


def report(
    told: SessionReport, asked: Asked, *, names: dict[str, str], most: int, fence: Fence
) -> Answer:
    """Show sessions in groups, the largest first. `names` are the slugs of projects by number."""
    question = echo(
        query=asked.query,
        org=asked.org,
        project=", ".join(asked.project),
        environment=", ".join(asked.environment),
        by=", ".join(asked.group_by),
        within=asked.within,
    )
    groups = _largest_first(told)
    if not groups:
        hint = "Widen or leave out: query, environment, period. Not every SDK sends sessions."
        return Answer(f"No sessions found.\n{question}\n{hint}", data=told)
    whole = sum(total for _, total in groups)
    headers = (*asked.group_by, *_HEADERS)
    rows = [
        [*_place(group, asked.group_by, names), *_row(group, total, whole)]
        for group, total in groups[:most]
    ]
    left = len(groups) - len(rows)
    lines = [
        f"{counted(whole, 'session')}, {question}",
        fence.block([table(headers, rows)]),
        f"… {counted(left, 'smaller group')}: limit={min(2 * most, 100)}" if left else "",
    ]
    return Answer("\n".join(filter(None, lines)), data=told)


def by_environment(told: SessionReport) -> Iterator[str]:
    """Tell in a line for each environment how the sessions of a release went."""
    for group, total in _largest_first(told):
        sessions, users = rates(group)
        words = [
            counted(total, "session"),
            counted(group.totals.get(USERS) or 0, "user"),
            f"crash-free sessions {sessions or 'unknown'}, users {users or 'unknown'}",
            f"sessions by day {_drawn(group)}" if _drawn(group) else "",
        ]
        yield f"{clean(group.by.environment, limit=_WORD)}: {', '.join(filter(None, words))}"


def _largest_first(told: SessionReport) -> Sequence[tuple[SessionGroup, float]]:
    counted_ones = [(group, group.totals.get(SESSIONS) or 0.0) for group in told.groups]
    filled = [each for each in counted_ones if each[1]]
    return sorted(filled, key=itemgetter(1), reverse=True)


def _place(
    group: SessionGroup, group_by: Sequence[GroupBy], names: dict[str, str]
) -> Iterator[str]:
    for key in group_by:
        match key:
            case "project":
                yield name(names.get(group.by.project, group.by.project))
            case "session.status":
                yield name(group.by.status)
            case "release":
                yield clean(group.by.release, limit=_WORD) or "(none)"
            case "environment":
                yield clean(group.by.environment, limit=_WORD) or "(none)"


def _row(group: SessionGroup, total: float, whole: float) -> list[str]:
    return [
        count(total),
        percent(total, whole),
        count(group.totals[USERS] or 0) if USERS in group.totals else "",
        *rates(group),
        sparkline(_averaged(_crashes(group)), width=_BARS),
    ]


def _crashes(group: SessionGroup) -> list[float]:
    """Say how large a share of the sessions crashed in each interval."""
    return [
        1 - rate if rate is not None else 0 for rate in group.series.get(CRASH_FREE_SESSIONS, ())
    ]


def _averaged(values: Sequence[float]) -> list[float]:
    """Shorten a series to what a line of bars holds; shares are averaged, where counts add up."""
    step = math.ceil(len(values) / _BARS) or 1
    chunks = (values[at : at + step] for at in range(0, len(values), step))
    return [sum(chunk) / len(chunk) for chunk in chunks]


def _drawn(group: SessionGroup) -> str:
    return sparkline([value or 0 for value in group.series.get(SESSIONS, ())], width=_BARS)
