r"""Reads incidents as they are written down in `sources/incidents`.

@@ PATCH /api/cart                                  where it happened
ValueError: invalid literal for int(): '1.5'        what was raised; `\n` is a new line
*django                                         through which calls, the oldest first
CartView.patch > int(change
quantity = '1.5'                                a variable of the innermost frame of ours
from KeyError: 'quantity'                           what caused it, with a trace of its own
log shop.cart: %s has no price | MUG-0042           or else what was logged
crumb http: GET https://rates.acme.test/v1/eur 200  a last breadcrumb
tag country NO
level warning
body {"lines": []}                                  what was sent, as JSON
"""

import json
from collections.abc import Iterator, Sequence

from dexter_mcp.simulator.sample.incidents import Incident, Logged, Raised
from dexter_mcp.simulator.sample.sources import sections

_Entry = tuple[str, list[str]]
"""A line and those indented under it."""


def incidents(name: str) -> Iterator[Incident]:
    """Read the incidents of a file.

    Raises:
        ValueError: A line makes no sense.
    """
    for where, lines in sections(f"incidents/{name}"):
        first, *others = _entries(lines)
        causes = [(head.removeprefix("from "), under) for head, under in others if _is_cause(head)]
        details = [head for head, _ in others if not _is_cause(head)]
        yield _incident(where, _what(first, causes), details)


def _entries(lines: Sequence[str]) -> list[_Entry]:
    entries: list[_Entry] = []
    for line in filter(None, lines):
        if line.startswith(" "):
            entries[-1][1].append(line.strip())
        else:
            entries.append((line, []))
    return entries


def _is_cause(head: str) -> bool:
    return head.startswith("from ")


def _what(first: _Entry, causes: Sequence[_Entry]) -> Raised | Logged:
    if not first[0].startswith("log "):
        return _raised(first, causes)
    logger, _, text = first[0].removeprefix("log ").partition(": ")
    template, *params = text.split(" | ")
    return Logged(logger, template, params)


def _raised(entry: _Entry, causes: Sequence[_Entry]) -> Raised:
    head, under = entry
    kind, _, value = head.partition(":")
    steps = [line for line in under if line.startswith("*") or " > " in line]
    pairs = (line.split(" = ", 1) for line in under if line not in steps)
    return Raised(
        kind,
        _unescaped(value.strip()),
        tuple(steps),
        {name: _unescaped(value) for name, value in pairs},
        _raised(causes[0], causes[1:]) if causes else None,
    )


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _incident(where: str, what: Raised | Logged, details: Sequence[str]) -> Incident:
    crumbs: list[str] = []
    tags: dict[str, str] = {}
    level, request = "", {}
    for detail in details:
        match detail.split(" ", 1):
            case ["crumb", text]:
                crumbs.append(text)
            case ["tag", text]:
                name, _, tags_value = text.partition(" ")
                tags[name] = tags_value
            case ["level", text]:
                level = text
            case ["body", text]:
                request = {"data": json.loads(text)}
            case _:
                raise ValueError(
                    f"{detail!r} in {where}: a line begins with crumb, tag, level, body"
                )
    return Incident(where, what, tuple(crumbs), level, tags, request=request)
