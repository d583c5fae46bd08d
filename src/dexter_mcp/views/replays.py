"""Sessions as a model reads them. Users, pages and elements come with what strangers send."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dexter_mcp.sentry.discover import Rows
from dexter_mcp.sentry.replays import Replay, Selector, Software, Viewer
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import pairs
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.discover import moment_in
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.moments import ago, exact, span
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.replay_story import CLICKS, Beat, line, story
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_WHO: Final = 50
_WORD: Final = 60
_TITLE: Final = 120
_ADDRESS: Final = 80
_SELECTOR: Final = 120
_LONGEST: Final = 200
"""Moments of one kind that are shown."""
_SESSIONS = ("replay", "user", "ago", "took", "errors", "rage", "dead", "pages", "last page")
_IN_VAIN = ("element", "dead", "rage", "project")


@dataclass(frozen=True)
class Asked:
    """What was asked of a list, as it was sent."""

    org: str
    query: str = ""
    project: tuple[str, ...] = ()
    issue: str = ""
    within: str = ""
    sort: str = ""

    @property
    def echo(self) -> str:
        """Repeat it."""
        return echo(
            query=self.query,
            org=self.org,
            project=", ".join(self.project),
            issue=self.issue,
            within=self.within,
            sort=self.sort,
        )


@dataclass(frozen=True)
class Told:
    """What is known of a session beside its facts: its moments, and when it began.

    `cut` says that the recording goes on.
    """

    replay: Replay
    beats: Sequence[Beat]
    begun: float
    cut: bool = False


def listing(page: Page[Replay], asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show sessions, a line each."""
    if not page.items:
        hint = "Widen `period` or `query`, or leave `issue` or `project` out."
        return Answer(f"No replay.\n{asked.echo}\n{hint}", data=page)
    block = fence.block([table(_SESSIONS, [_session(each, now) for each in page.items])])
    return Answer("\n".join([found(page, "replay"), asked.echo, block, *onward(page)]), data=page)


def selectors(
    page: Page[Selector], asked: Asked, projects: Mapping[str, str], *, fence: Fence
) -> Answer:
    """Show what people clicked in vain; `projects` gives slugs by number."""
    if not page.items:
        return Answer(f"Nothing was clicked in vain.\n{asked.echo}\nWiden `period`.", data=page)
    rows = [
        [
            clean(each.dom_element, limit=_SELECTOR),
            _figure(each.count_dead_clicks),
            _figure(each.count_rage_clicks),
            name(projects.get(each.project_id, each.project_id)),
        ]
        for each in page.items
    ]
    block = fence.block([table(_IN_VAIN, rows)])
    first = found(page, "element clicked in vain", "elements clicked in vain")
    return Answer("\n".join([first, asked.echo, block, *onward(page)]), data=page)


def heading(replay: Replay, *, project: str, org: str, link: str, now: datetime) -> list[str]:
    """Say what a session is, in figures alone."""
    when = f"{exact(replay.started_at)} ({ago(replay.started_at, now)})"
    counts = [
        (replay.count_errors, "error", "errors"),
        (replay.count_rage_clicks, "rage click", "rage clicks"),
        (replay.count_dead_clicks, "dead click", "dead clicks"),
        (replay.count_urls, "page", "pages"),
    ]
    told = ", ".join(counted(*each) for each in counts if each[0])
    took = span(replay.duration) if replay.duration is not None else ""
    of = f"replay {name(replay.id)} of {name(project)}, org: {name(org)}"
    if replay.is_archived:
        return [of, "Archived: nothing of it is left.", link]
    return [f"{of}: {', '.join(filter(None, [took, told]))}", f"began {when}", link]


def whole_story(told: Told) -> Iterator[str]:
    """Tell who it was and what happened."""
    replay = told.replay
    about = [
        _who(replay),
        _software(replay.browser),
        _software(replay.os),
        clean(replay.device.name or replay.device.model, limit=_WORD),
        *(clean(version, limit=_WORD) for version in replay.releases[:2]),
        clean(replay.environment, limit=_WORD),
    ]
    yield ", ".join(filter(None, about))
    if not told.beats:
        yield "nothing is recorded, or it is gone"
    yield from story(told.beats, told.begun, full=False)
    yield from _goes_on(told)


def moments(told: Told, *kinds: str) -> Iterator[str]:
    """Show all moments of some kinds."""
    chosen = [beat for beat in told.beats if beat.kind in kinds]
    for beat in chosen[:_LONGEST]:
        yield line(beat, told.begun)
    if left := len(chosen) - _LONGEST:
        yield from [f"… {left} more"] if left > 0 else []
    yield from _goes_on(told)


def clicks(told: Told) -> Iterator[str]:
    """Show all that was clicked."""
    yield from moments(told, *CLICKS)


def requests(told: Told) -> Iterator[str]:
    """Show all requests."""
    yield from moments(told, "request")


def console(told: Told) -> Iterator[str]:
    """Show what was written to the console."""
    yield from moments(told, "console")


def errors(rows: Rows) -> Iterator[str]:
    """Show the errors of a session."""
    for row in rows.items:
        issue, event = _text(row.get("issue")), _text(row.get("id"))
        yield " ".join(
            [
                clean(issue, limit=_WORD),
                clean(_text(row.get("title")), limit=_TITLE),
                f"(event {clean(event, limit=_WORD)})",
            ]
        )


def error_beats(rows: Rows) -> Iterator[Beat]:
    """Make moments of the errors."""
    for row in rows.items:
        moment = moment_in(_text(row.get("timestamp")))
        said = Untrusted(f"{_text(row.get('issue')).raw} {_text(row.get('title')).raw}")
        if moment:
            yield Beat(moment.timestamp(), "error", said, bad=True)


def viewers(people: Sequence[Viewer]) -> Iterator[str]:
    """Show who watched it."""
    for each in people:
        yield name(" ".join(filter(None, [each.name, each.email or each.username])))


def facts(replay: Replay) -> Iterator[str]:
    """Show the tags, and the traces that belong to it."""
    yield from (pairs.one_line([pair], most=1, limit=_TITLE) for pair in replay.tags)
    if replay.trace_ids:
        yield f"traces: {', '.join(clean(trace, limit=_WORD) for trace in replay.trace_ids[:5])}"


def _goes_on(told: Told) -> Iterator[str]:
    if told.cut:
        yield "… the recording goes on; its later segments were not read"


def _session(replay: Replay, now: datetime) -> list[str]:
    if replay.is_archived:
        return [clean(replay.id, limit=_WORD), "(archived)"]
    last = replay.urls[-1] if replay.urls else Untrusted()
    return [
        clean(replay.id, limit=_WORD),
        _who(replay),
        short_ago(replay.started_at, now),
        span(replay.duration) if replay.duration is not None else "",
        _figure(replay.count_errors),
        _figure(replay.count_rage_clicks),
        _figure(replay.count_dead_clicks),
        _figure(replay.count_urls),
        clean(_path(last), limit=_ADDRESS),
    ]


def _figure(number: int) -> str:
    return str(number) if number else ""


def _path(address: Untrusted) -> Untrusted:
    """Leave out the host, which most sessions share."""
    _, scheme, rest = address.raw.partition("://")
    _, slash, below = rest.partition("/")
    return Untrusted(f"/{below}") if scheme and slash else address


def _who(replay: Replay) -> str:
    user = replay.user
    known = (user.display_name, user.email, user.username, user.id, user.ip)
    return clean(next(filter(None, known), Untrusted("anonymous")), limit=_WHO)


def _software(it: Software) -> str:
    return " ".join(filter(None, (clean(text, limit=_WORD) for text in (it.name, it.version))))


def _text(cell: object) -> Untrusted:
    return cell if isinstance(cell, Untrusted) else Untrusted(str(cell or ""))
