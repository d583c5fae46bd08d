"""Did you mean: what may have been meant by a field or a function that there is not."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from dexter_mcp.insights import expressions, vocabulary
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.existing_fields import existing_fields
from dexter_mcp.sentry.errors import Rejected
from dexter_mcp.sentry.event_fields import Documented
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.untrusted import clean

_CLOSE: Final = 0.65
_FEW: Final = 2
_NAME: Final = 80

_ABOUT_NAMES: Final = re.compile(
    r"\b(?:fields?|functions?|columns?(?! \d)|attributes?|parameter|tag|key|valid)\b", re.IGNORECASE
)
"""Words of a refusal that is about what something is called."""
_REMEDIES: Final = (
    (
        re.compile(r"\bOR\b.*aggregate|aggregate.*\bOR\b", re.IGNORECASE),
        "OR can't join a filter on an aggregate with one on a field: ask twice.",
    ),
    (re.compile(r"Empty string after"), 'No space after the colon; an empty value is `""`.'),
    (re.compile(r"Invalid quote"), "Put the whole value in double quotes."),
    (re.compile(r"actively selected"), "Name the project in `project`."),
)


async def advised(
    desk: Desk,
    refusal: Rejected,
    *,
    org: str,
    project: Sequence[str],
    dataset: str,
    fields: Sequence[str],
    query: str,
) -> Rejected:
    """Say with a refusal what may have been meant, from what is documented and what exists there.

    Names of tags come with events, so they stand in a fence.
    """
    said = str(refusal)
    calls, names = _names(vocabulary.functions(dataset)), _names(vocabulary.fields(dataset))
    functions = _blamed(expressions.functions([*fields, query]), calls, said)
    columns = _blamed(expressions.columns(fields, query), names, said)
    there = (await existing_fields(desk, org, project, dataset)).keys if columns else ()
    hints = [
        *(remedy for sign, remedy in _REMEDIES if sign.search(said)),
        *(_meant(name, calls, call="()") for name in functions),
        *(_meant(name, names) for name in columns),
    ]
    others = [key for key in there if key.raw not in names]
    block = desk.fence().block(_close_there(columns, others))
    if (functions or columns) and not (any(hints) or block):
        hints.append("`list_event_fields` names the fields and functions that there are.")
    lines = [" ".join(filter(None, [said, *hints])), block]
    return Rejected("\n".join(filter(None, lines)))


def guess(name: str, dataset: str) -> str:
    """Say what may have been meant by a field in which nothing stands; empty for a known one."""
    return _meant(name, _names(vocabulary.fields(dataset))) if unknown(name, dataset) else ""


def unknown(name: str, dataset: str) -> bool:
    """Tell whether a field is none that is documented; it may be a tag."""
    return name not in _names(vocabulary.fields(dataset))


def guesses(names: Iterable[str], dataset: str) -> list[str]:
    """Say what may have been meant by fields by which nothing was found."""
    return list(filter(None, (guess(each, dataset) for each in names)))


def _names(known: Sequence[Documented]) -> list[str]:
    return [each.name.partition("(")[0] for each in known]


def _blamed(asked: Sequence[str], known: Sequence[str], said: str) -> list[str]:
    """Choose the unknown names that Sentry speaks of, or all where it speaks of names but none."""
    if not _ABOUT_NAMES.search(said):
        return []
    unknown = [name for name in asked if name not in known]
    return [name for name in unknown if name in said] or unknown


def _meant(name: str, known: Sequence[str], *, call: str = "") -> str:
    close = get_close_matches(name.lower(), known, n=1, cutoff=_CLOSE)
    shown = clean(name, limit=_NAME)
    return f"Did you mean {close[0]}{call} instead of {shown}?" if close else ""


def _close_there(names: Sequence[str], there: Sequence[Untrusted]) -> Iterator[str]:
    keys = {_bare(each): each for each in there}
    for name in names:
        close = get_close_matches(name.lower(), keys, n=_FEW, cutoff=_CLOSE)
        if close and close[0] != name.lower():
            told = ", ".join(clean(keys[each], limit=_NAME) for each in close)
            yield f"close to {clean(name, limit=_NAME)}, there is: {told}"


def _bare(key: Untrusted) -> str:
    """Take the name out of `tags[name,type]`."""
    return next(iter(expressions.columns([key.raw], "")), key.raw).lower()
