"""Tags: what sets an issue's events apart. Keys and values come with events."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.tags import Sort, Tag, TagValue
from dexter_mcp.views import pairs
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import onward, short_ago
from dexter_mcp.views.numbers import count, counted, percent
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_KEY = 60
_VALUE = 120
_SHORT_VALUE = 50
_TOP = 3
_FEW = 6
_MOST = 60
_TELLING_SHARE = 0.6

_TOLD_ELSEWHERE = frozenset(
    {
        "level",
        "handled",
        "mechanism",
        "user",
        "transaction",
        "url",
        "trace",
        "trace.span",
        "runtime",
    }
)
"""Tags that repeat what an issue or its event say better."""
_ALWAYS_TELLING = frozenset({"release", "environment"})


def overview(tags: Sequence[Tag], *, issue: str, fence: Fence) -> Answer:
    """Show each tag of an issue with its commonest values."""
    if not tags:
        return Answer(f"The events of issue {name(issue)} have no tags.", data={"tags": tags})
    shown = tags[:_MOST]
    rows = [[clean(tag.key, limit=_KEY), _distinct(tag), _shares(tag)] for tag in shown]
    left = len(tags) - len(shown)
    lines = [
        f"{counted(len(tags), 'tag')} of issue {name(issue)}",
        fence.block([table(("tag", "values", "commonest"), rows)]),
        f"… {counted(left, 'more tag')}" if left else "",
        "more: tag=… shows all values of one",
    ]
    return Answer("\n".join(filter(None, lines)), data={"tags": tags})


def distribution(
    tag: Tag, page: Page[TagValue], *, issue: str, sort: Sort, fence: Fence, now: datetime
) -> Answer:
    """Show how an issue's events spread over the values of one tag."""
    data = {"tag": tag, "values": page}
    if not page.items:
        text = (
            f"No event of issue {name(issue)} has this tag. Leave `tag` out to see which there are."
        )
        return Answer(text, data)
    headers = (clean(tag.key, limit=_KEY), "events", "share", "last seen", "first seen")
    rows = [
        [
            _shown(value, _VALUE),
            count(value.count),
            percent(value.count, tag.total_values),
            short_ago(value.last_seen, now),
            short_ago(value.first_seen, now),
        ]
        for value in page.items
    ]
    values = max(tag.unique_values or 0, len(page.items))
    events = counted(tag.total_values, "event")
    first = f"{counted(values, 'value')} in {events} of issue {name(issue)}, sort: {sort}"
    lines = [first, *page.notes, fence.block([table(headers, rows)]), *onward(page)]
    return Answer("\n".join(lines), data)


def telling(tags: Sequence[Tag], *, full: bool) -> Iterator[str]:
    """Pick the tags that set an issue apart: one value holds most of its events, but not all.

    Tags with a single value share the last line, because that may tell something or not. In full,
    all tags are shown.
    """
    known = [tag for tag in tags if tag.top_values and tag.total_values]
    if full:
        yield from map(_line, known)
        return
    keys = {tag.key.raw for tag in known}
    own = [tag for tag in known if not _told_elsewhere(tag.key.raw, keys)]
    apart = sorted((tag for tag in own if _sets_apart(tag)), key=_top_share, reverse=True)
    single = [tag for tag in own if tag.unique_values == 1][:_FEW]
    always = [f"{clean(tag.key, limit=_KEY)} {_shown(tag.top_values[0])}" for tag in single]
    yield from map(_line, apart[:_FEW])
    if always:
        yield f"always: {', '.join(always)}"


def _line(tag: Tag) -> str:
    return f"{clean(tag.key, limit=_KEY)}: {_shares(tag)}"


def _told_elsewhere(key: str, keys: set[str]) -> bool:
    """Tell `browser.name` where there is a `browser`, and what the issue itself says."""
    return key in _TOLD_ELSEWHERE or ("." in key and key.partition(".")[0] in keys)


def _sets_apart(tag: Tag) -> bool:
    if tag.unique_values == 1:
        return False
    return tag.key.raw in _ALWAYS_TELLING or _top_share(tag) >= _TELLING_SHARE


def _top_share(tag: Tag) -> float:
    return tag.top_values[0].count / tag.total_values


def _shares(tag: Tag) -> str:
    if tag.unique_values == 1 and tag.top_values:
        return _shown(tag.top_values[0])
    shown = [
        f"{_shown(top)} {percent(top.count, tag.total_values)}" for top in tag.top_values[:_TOP]
    ]
    left = (tag.unique_values or 0) - len(shown)
    return ", ".join([*shown, *([f"… {left} more"] if left > 0 else [])])


def _shown(top: TagValue, limit: int = _SHORT_VALUE) -> str:
    pair = (top.key, top.value or top.name)
    return pairs.value(pair, limit=limit) or "(empty)"


def _distinct(tag: Tag) -> str:
    return "" if tag.unique_values is None else count(tag.unique_values)
