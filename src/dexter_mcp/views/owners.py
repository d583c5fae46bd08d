"""Who should own an issue: the candidates, and what speaks for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.members import Member
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import short_ago
from dexter_mcp.views.members import last_seen
from dexter_mcp.views.moments import ago
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_QUOTED = 100
_REASON = 160
_TITLE = 120
_LINK = 300
_MOST = 8
_LONG_AWAY = 30
"""Days after which somebody may have left."""
_HEADERS = ("who", "why", "last seen")


class Reason(Reply):
    """One thing that speaks for somebody; `quoted` came with events or commits."""

    weight: int
    words: str
    quoted: Untrusted = Untrusted()


class Candidate(Reply):
    """A team, or a person, who is a `member` of the project's teams or not."""

    called: str
    is_team: bool
    reasons: tuple[Reason, ...]
    member: Member | None = None

    @property
    def weight(self) -> int:
        """How much speaks for them."""
        return sum(reason.weight for reason in self.reasons)


@dataclass(frozen=True)
class OwnerReport:
    """An issue with the candidates, the best one first, and the parts that did not come."""

    issue: Issue
    candidates: tuple[Candidate, ...]
    active: tuple[Member, ...]
    failed: tuple[Failed, ...]


def report(it: OwnerReport, *, fence: Fence, now: datetime) -> Answer:
    """Show who could own an issue, and why, the best first."""
    issue = it.issue
    rows = [_row(each, now) for each in it.candidates[:_MOST]]
    inside = [clean(issue.title, limit=_TITLE), *filter(None, [table(_HEADERS, rows)])]
    active = [f"{name(each.called)} ({ago(last_seen(each), now)})" for each in it.active]
    left = len(it.candidates) - len(rows)
    lines = [
        f"owner of {name(issue.short_id or issue.id)}, project {name(issue.project.slug)}: "
        + _suggestion(it.candidates, now),
        name(issue.permalink, limit=_LINK),
        fence.block(inside),
        f"… {counted(left, 'more candidate')}" if left > 0 else "",
        f"also active in the project's teams: {', '.join(active)}" if active else "",
        *failures(it.failed),
    ]
    failed = [f"{each.part}: {each.reason}" for each in it.failed]
    data = {"issue": issue, "candidates": it.candidates, "active": it.active, "failed": failed}
    return Answer("\n".join(filter(None, lines)), data=data)


def _suggestion(candidates: Sequence[Candidate], now: datetime) -> str:
    if not candidates:
        return "nothing tells. Ask the organization's owners: `list_members` role=owner."
    best, person = candidates[0], next((c for c in candidates if not c.is_team), None)
    if best.is_team and person and person.weight > 1:
        return f"team {name(best.called)}, there {_person(person, now)}"
    return f"team {name(best.called)}" if best.is_team else _person(best, now)


def _person(it: Candidate, now: datetime) -> str:
    return name(it.called) + (" (but long away)" if _is_away(it.member, now) else "")


def _is_away(member: Member | None, now: datetime) -> bool:
    seen = last_seen(member) if member else None
    return seen is not None and (now - seen).days >= _LONG_AWAY


def _row(it: Candidate, now: datetime) -> list[str]:
    stranger = [] if it.is_team or it.member else ["not in the project's teams"]
    why = "; ".join([*map(_reason, it.reasons), *stranger])
    seen = short_ago(last_seen(it.member), now) if it.member else ""
    return [name(it.called), why, seen]


def _reason(it: Reason) -> str:
    quoted = clean(it.quoted.first_line, limit=_QUOTED)
    return " ".join(filter(None, [name(it.words, limit=_REASON), quoted]))
