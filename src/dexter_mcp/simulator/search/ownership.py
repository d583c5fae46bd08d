"""Ownership rules: `type:pattern owner …`, a line each, and which of them an event falls under."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dexter_mcp.simulator.intake.loose import mapping, mappings, text
from dexter_mcp.simulator.telling.story import Json

_TAGS = "tags."


@dataclass(frozen=True, slots=True)
class Rule:
    """What belongs to whom; an owner is an e-mail address, or a `#team`."""

    kind: str
    pattern: str
    owners: tuple[str, ...]

    def covers(self, payload: Json) -> bool:
        """Tell whether an event is what the rule speaks of; `*` is anything, case is nothing."""
        parts = map(re.escape, self.pattern.split("*"))
        wanted = re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)
        return any(wanted.fullmatch(each) for each in _told(payload, self.kind) if each)


def rules(raw: str) -> Iterator[Rule]:
    """Read them; a `#` at the beginning of a line makes it a remark, and no kind means `path`."""
    for _, (matcher, *owners) in _lines(raw):
        kind, colon, pattern = matcher.partition(":")
        yield Rule(kind, pattern, tuple(owners)) if colon else Rule("path", kind, tuple(owners))


def unreadable(raw: str) -> int:
    """Number the first line that is no rule, since it names no pattern or no owner; 0 for none."""
    return next((at for at, words in _lines(raw) if len(words) == 1 or words[0][-1] == ":"), 0)


def _lines(raw: str) -> Iterator[tuple[int, list[str]]]:
    """Number the lines that should be rules, and give the words of each."""
    for at, line in enumerate(raw.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield at, line.split()


def _told(payload: Json, kind: str) -> Iterator[str]:
    """Give the texts of an event that rules of a kind are held against."""
    match kind:
        case "url":
            yield text(mapping(payload.get("request")).get("url"))
        case "module":
            yield from (text(frame.get("module")) for frame in _frames(payload))
        case "path":
            for frame in _frames(payload):
                yield from (text(frame.get(name)) for name in ("filename", "abs_path"))
        case tag if tag.startswith(_TAGS):
            yield text(mapping(payload.get("tags")).get(tag.removeprefix(_TAGS)))
        case _:
            return


def _frames(payload: Json) -> Iterator[Json]:
    for exception in mappings(payload.get("exception")):
        yield from mappings(mapping(exception.get("stacktrace")).get("frames"))
