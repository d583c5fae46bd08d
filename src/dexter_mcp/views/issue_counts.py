"""How many issues several searches find, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from dexter_mcp.sentry.issue_counts import MOST
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_QUERY = 200


@dataclass(frozen=True)
class Asked:
    """What was asked, as it was sent."""

    org: str
    project: tuple[str, ...]
    environment: tuple[str, ...]
    period: str


@dataclass(frozen=True)
class Counted:
    """A search and how many issues it finds; None where Sentry did not say."""

    query: str
    issues: int | None
    at_least: bool = False

    @classmethod
    def of(cls, query: str, quick: int | None, page: Page[Any] | None) -> Self:
        """Take the quick count, unless a list that was asked knows better."""
        if page is not None and page.total is not None:
            return cls(query, page.total, page.at_least)
        return cls(query, quick, at_least=quick is not None and quick >= MOST)


def listing(counts: Sequence[Counted], asked: Asked) -> Answer:
    """Show a line for each search."""
    told = echo(
        org=asked.org,
        project=", ".join(asked.project),
        environment=", ".join(asked.environment),
        within=f"last {asked.period}" if asked.period else "",
    )
    rows = [[_number(each), name(each.query, limit=_QUERY)] for each in counts]
    text = f"issues with events, {told}\n{table(('issues', 'query'), rows)}"
    return Answer(text, data={"counts": counts})


def _number(it: Counted) -> str:
    if it.issues is None:
        return "unknown"
    return f"{it.issues} or more" if it.at_least else str(it.issues)
