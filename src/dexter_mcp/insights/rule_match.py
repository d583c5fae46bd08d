"""Which ownership rules an event falls under. Pure; nothing is asked of Sentry here.

Sentry matches without regard to case, `*` stands for anything, slashes too, and of the rules that
match the last one decides. https://docs.sentry.io/product/issues/ownership-rules/
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.frames import Frame, Stacktrace
from dexter_mcp.sentry.ownership import Rule
from dexter_mcp.sentry.untrusted import Untrusted

_LONGEST = 1_000
_TAG = "tags."


def matching(rules: Sequence[Rule], event: Event) -> Iterator[tuple[Rule, Untrusted]]:
    """Give each rule that matches with the text that it matched, the one that decides first."""
    for rule in reversed(rules):
        found = next((text for text in _looked_at(rule, event) if _matches(rule, text)), None)
        if found is not None:
            yield rule, found


def _matches(rule: Rule, text: Untrusted) -> bool:
    pattern = rule.matcher.pattern.lower()
    shown = text.raw[:_LONGEST].lower()
    if rule.matcher.type == "codeowners":
        return fnmatchcase(f"/{shown.lstrip('/')}", f"*/{pattern.strip('/').rstrip('*')}*")
    if rule.matcher.type == "path":
        shown = shown.replace("\\", "/")
    return bool(text) and fnmatchcase(shown, pattern)


def _looked_at(rule: Rule, event: Event) -> Iterator[Untrusted]:
    match rule.matcher.type:
        case "path" | "codeowners":
            for frame in _frames(event):
                yield from (frame.filename, frame.abs_path)
        case "module":
            yield from (frame.module for frame in _frames(event))
        case "url":
            yield from [event.request.url] if event.request else []
        case kind if kind.startswith(_TAG):
            yield event.tag(kind.removeprefix(_TAG))
        case _:
            return


def _frames(event: Event) -> Iterator[Frame]:
    """Give the frames of the program itself before those of libraries, innermost first."""
    traces = [each.stacktrace for each in (*reversed(event.exceptions), *event.threads)]
    frames = [frame for trace in traces for frame in reversed((trace or Stacktrace()).frames)]
    yield from (frame for frame in frames if frame.in_app)
    yield from (frame for frame in frames if not frame.in_app)
