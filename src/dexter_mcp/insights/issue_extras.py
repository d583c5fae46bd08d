"""The parts of an issue that questions of their own bring, for those who ask for them by name."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from dexter_mcp.insights.desk import Desk, NamedIssue
from dexter_mcp.insights.facets import Facet, Facets
from dexter_mcp.insights.side_by_side import Part, SideBySide
from dexter_mcp.sentry.attachments import Attachment
from dexter_mcp.sentry.errors import NotFound
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.issue_counts import CurrentRelease
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.source_maps import SourceMapDebug
from dexter_mcp.views import issue_extras as view
from dexter_mcp.views.autofix import autofix
from dexter_mcp.views.issue_context import files
from dexter_mcp.views.parts import Besides
from dexter_mcp.views.source_maps import source_maps

T = TypeVar("T")

_ROWS = 20
_ERRORS = frozenset({"", "error"})


def extras(
    desk: Desk,
    named: NamedIssue,
    asked: Part[Issue],
    shown: Part[Event],
    environment: Sequence[str],
) -> Facets:
    """Name what can be asked of an issue besides; some of it builds on the issue or its event."""
    sentry, org, number, now = desk.sentry, named.org, named.id, desk.now()
    return {
        "hashes": Facet(
            lambda: sentry.grouping.hashes(org, number), lambda page: view.hashes(page, now)
        ),
        "feedback": Facet(
            lambda: sentry.feedback.of_issue(org, number, per_page=_ROWS),
            lambda page: view.feedback(page, now),
        ),
        "similar": Facet(
            lambda: _if_any(lambda: sentry.grouping.similar(org, number)),
            lambda found: view.similar(found, now),
        ),
        "autofix": Facet(
            lambda: _if_any(lambda: sentry.autofix.get(org, number)),
            lambda state: autofix(state, now),
        ),
        "replays": Facet(lambda: _replays(desk, org, asked), view.replays),
        "stats": Facet(
            lambda: _stats(desk, org, asked, environment),
            lambda told: view.stats(told[0], told[1], now),
        ),
        "tickets": Facet(lambda: _required(asked), view.tickets),
        "source_maps": Facet(lambda: _source_maps(desk, org, shown), source_maps),
    }


def event_extras(desk: Desk, org: str, shown: Part[Event]) -> Facets:
    """Name what can be asked of an event besides."""
    return {
        "source_maps": Facet(lambda: _source_maps(desk, org, shown), source_maps),
        "attachments": Facet(
            lambda: _attachments(desk, org, shown), lambda found: files(found, whole=True)
        ),
    }


class Wanted:
    """The parts that `include` names, of those on offer; they are asked for at once."""

    def __init__(self, these: SideBySide, offered: Facets, include: Sequence[str]) -> None:
        self._chosen = {name: offered[name] for name in include if name in offered}
        self._asked = {name: these.ask(name, facet.ask) for name, facet in self._chosen.items()}

    def brought(self) -> Besides:
        """Give what came and what did not, once the block that asked for it is left."""
        told = {name: part.required() for name, part in self._asked.items() if part.came}
        return Besides(
            lines={name: list(self._chosen[name].show(value)) for name, value in told.items()},
            told=told,
            failed=tuple(failure for part in self._asked.values() for failure in part.failed),
        )


async def _required(part: Part[T]) -> T:
    """Wait for what another part builds on; without it that one fails for the same reason."""
    return (await part.settled()).required()


async def _if_any(ask: Callable[[], Awaitable[T]]) -> T | None:
    """Ask for what not every server has."""
    try:
        return await ask()
    except NotFound:
        return None


async def _source_maps(desk: Desk, org: str, shown: Part[Event]) -> SourceMapDebug | None:
    """Ask why an event's frames are mapped or not; None where the server cannot tell."""
    it = await _required(shown)
    debug, number = desk.sentry.source_maps.debug, it.event_id or it.id
    return await _if_any(lambda: debug(org, it.project_id, number))


async def _attachments(desk: Desk, org: str, shown: Part[Event]) -> tuple[Attachment, ...]:
    it = await _required(shown)
    files_of = desk.sentry.attachments.of_event
    return tuple((await files_of(org, it.project_id, it.event_id or it.id)).items)


async def _stats(
    desk: Desk, org: str, asked: Part[Issue], environment: Sequence[str]
) -> tuple[Issue, CurrentRelease | None]:
    issue = await _required(asked)
    current = await _if_any(
        lambda: desk.sentry.issue_counts.current_release(org, issue.id, environment=environment)
    )
    return issue, current


async def _replays(desk: Desk, org: str, asked: Part[Issue]) -> int | None:
    issue = await _required(asked)
    source = "events" if issue.issue_category in _ERRORS else "search_issues"
    counts = desk.sentry.issue_counts
    return await _if_any(lambda: counts.replays(org, issue.id, source=source))
