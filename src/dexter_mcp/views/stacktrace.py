"""Stack traces, the innermost call first: what was raised, where, and with what in its hands.

The calls of the application tell the story. Those of a library share one line, except the
innermost of all, where it ended.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from dexter_mcp.sentry.frames import ExceptionValue, Frame, Stacktrace, Thread
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import pairs
from dexter_mcp.views.budget import keep_ends
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.untrusted import LONGEST, clean, name

_PATH = 120
_NAME = 80
_SOURCE = 140
_VARIABLE = 160
_PACKAGES_NAMED = 3
_LOOKED_AT = 300
"""Characters of a path that tell which library it belongs to."""
_BARE = 2
"""Calls shown of a stack that is a library's from end to end."""
_SAYS_NOTHING = frozenset({"", "generic", "chained", "instrument"})
"""Mechanisms that say no more than that an exception was caught."""
_MEANS_NOTHING = re.compile(r"<.{0,200} at 0x[0-9a-f]+>|<(?:module|function|class) .{0,200}>")
"""Representations of an object that name its type and its address."""


@dataclass(frozen=True)
class Depth:
    """How much of a stack trace to show.

    `around` is how many lines of source surround the one that was running, `variables` how many
    of them stand below it, `calls` and `links` how many calls of a stack and exceptions of a
    chain are kept at either end, `text` how many characters of what an exception says.
    """

    around: int
    variables: int
    calls: int
    links: int
    text: int
    libraries: bool = False


BRIEF: Final = Depth(around=0, variables=0, calls=4, links=2, text=200)
NORMAL: Final = Depth(around=2, variables=8, calls=8, links=3, text=600)
FULL: Final = Depth(around=5, variables=40, calls=2_000, links=20, text=4_000, libraries=True)


_Place = tuple[Untrusted, Untrusted, Untrusted, int | None]


@dataclass(frozen=True)
class _Run:
    """Calls that share a line: one that repeats itself, or, if `hidden`, those of libraries."""

    frames: Sequence[Frame]
    hidden: bool


def chain(exceptions: Sequence[ExceptionValue], depth: Depth) -> Iterator[str]:
    """Show a chain of exceptions: the one that was raised last, and below it its causes."""
    first, left, last = keep_ends(exceptions[::-1], depth.links, depth.links)
    said, known = Untrusted(), set[_Place]()
    for place, exception in enumerate([*first, *last]):
        if left and place == len(first):
            yield f"… {counted(left, 'exception')} between (detail=full)"
        yield from _headed(exception, "caused by " if place else "", said, depth)
        yield from _trace(exception.stacktrace, depth, known)
        said = exception.value


def headline(exception: ExceptionValue, *, limit: int) -> str:
    """Write what kind of exception it is, and what it says."""
    kind = clean(exception.type, limit=_PATH)
    says = clean(exception.value, limit=limit, multiline=True)
    return ": ".join(filter(None, [kind, says])) or "exception without a type"


def caught_by(exceptions: Sequence[ExceptionValue]) -> str:
    """Name the hook of the SDK that caught the last exception, where that tells something."""
    mechanism = exceptions[-1].mechanism if exceptions else None
    if mechanism is None or mechanism.type.raw in _SAYS_NOTHING:
        return ""
    return f"via {clean(mechanism.type, limit=_NAME)}"


def running(threads: Sequence[Thread], depth: Depth) -> Iterator[str]:
    """Show the thread that crashed, or all of them, that one first, where libraries are wanted."""
    ordered = sorted(threads, key=lambda thread: (not thread.crashed, not thread.current))
    shown = ordered if depth.libraries else ordered[:1]
    for thread in shown:
        yield from _thread(thread, depth)
    if left := len(ordered) - len(shown):
        yield f"… {counted(left, 'more thread')} (include=threads)"


def _headed(exception: ExceptionValue, lead: str, said: Untrusted, depth: Depth) -> list[str]:
    if said and said == exception.value:
        told = f"{clean(exception.type, limit=_PATH)} (same text)"
    else:
        told = headline(exception, limit=depth.text)
    module = clean(exception.module, limit=_PATH)
    home = f"{module}." if module not in {"", "builtins"} else ""
    return f"{lead}{home}{told}".split("\n")


def _thread(thread: Thread, depth: Depth) -> Iterator[str]:
    states = [
        clean(thread.name, limit=_NAME) or f"thread {name(thread.id, limit=20)}",
        "crashed" if thread.crashed else "",
        "current" if thread.current else "",
        clean(thread.state, limit=_NAME),
    ]
    yield ", ".join(filter(None, states))
    decisive = thread.crashed or thread.current
    yield from _trace(thread.stacktrace, depth if decisive else replace(NORMAL, calls=2), set())


def _trace(stack: Stacktrace | None, depth: Depth, known: set[_Place]) -> Iterator[str]:
    """Show the calls of a stack, with source where the application was, unless it is `known`."""
    frames = stack.frames[::-1] if stack else ()
    crash = next((frame for frame in frames if frame.in_app), None)
    if crash and _place(crash) in known:
        crash = None
    known |= {_place(crash)} if crash else set()
    first, left, last = keep_ends(_runs(frames, depth), depth.calls, depth.calls)
    for run in first:
        yield from _lines(run, crash, depth)
    if left:
        yield f"  … {left} more calls (detail=full)"
    for run in last:
        yield from _lines(run, crash, depth)


def _runs(frames: Sequence[Frame], depth: Depth) -> list[_Run]:
    bare = 1 if any(frame.in_app for frame in frames) else _BARE
    places = [
        _place(frame) if frame.in_app or depth.libraries or at < bare else None
        for at, frame in enumerate(frames)
    ]
    runs = groupby(zip(places, frames, strict=True), key=lambda both: both[0])
    return [_Run([frame for _, frame in run], hidden=place is None) for place, run in runs]


def _place(frame: Frame) -> _Place:
    return frame.filename, frame.module, frame.function, frame.line_no


def _lines(run: _Run, crash: Frame | None, depth: Depth) -> Iterator[str]:
    if run.hidden:
        yield f"  … {counted(len(run.frames), 'frame')} in {_packages(run.frames)}"
        return
    frame = run.frames[0]
    times = f" ({len(run.frames)} times)" if len(run.frames) > 1 else ""
    around = _around(frame, depth.around) if frame is crash else []
    line = "" if around else _running_line(frame)
    yield f"  {'at' if frame.in_app else 'in'} {_where(frame)}{times}{line}"
    yield from around
    if frame is crash or depth.libraries:
        yield from _variables(frame, depth.variables)


def _where(frame: Frame) -> str:
    """Write `file:line function`; where a file is no path, `package.Class.function (File:line)`."""
    function = clean(frame.function, limit=_NAME)
    module = clean(frame.module, limit=_PATH)
    file = clean(frame.filename or frame.abs_path or frame.module or frame.package, limit=_PATH)
    spot = f"{file}:{frame.line_no}" if frame.line_no else file
    if frame.line_no and frame.col_no and not frame.context:
        spot += f":{frame.col_no}"
    if "/" not in file and "." in module:
        return f"{module}.{function} ({spot})"
    return f"{spot} {function}".strip()


def _running_line(frame: Frame) -> str:
    line = next((text for number, text in frame.context if number == frame.line_no), Untrusted())
    return f" | {clean(line, limit=_SOURCE)}" if line else ""


def _around(frame: Frame, lines: int) -> list[str]:
    """Show the source around the line that was running, and mark that one.

    The lines are cleaned together, because a secret may run over several; if that changes how
    many there are, none is marked.
    """
    written = [(number, text) for number, text in frame.context if text]
    here = next((at for at, (number, _) in enumerate(written) if number == frame.line_no), None)
    if here is None or not lines:
        return []
    shown = written[max(0, here - lines) : here + lines + 1]
    longest = LONGEST // len(shown) - 1
    whole = "\n".join(text.raw.replace("\n", " ")[:longest] for _, text in shown)
    cleaned = clean(whole, limit=LONGEST, multiline=True).split("\n")
    marked = here - max(0, here - lines) if len(cleaned) == len(shown) else None
    margin = min(len(line) - len(line.lstrip()) for line in cleaned)
    return [
        f"    {'>' if at == marked else ' '} {clean(line[margin:], limit=_SOURCE, multiline=True)}"
        for at, line in enumerate(cleaned)
    ]


def _variables(frame: Frame, most: int) -> list[str]:
    telling = [pair for pair in frame.vars if pair[1] and not _MEANS_NOTHING.fullmatch(pair[1].raw)]
    line = pairs.one_line(telling, most=most, limit=_VARIABLE)
    return [f"    {line}"] if most and line else []


def _packages(frames: Sequence[Frame]) -> str:
    packages = [package for package in dict.fromkeys(map(_package, frames)) if package]
    named = [clean(package, limit=_NAME) for package in packages[:_PACKAGES_NAMED]]
    more = ["…"] if len(packages) > _PACKAGES_NAMED else []
    return ", ".join([*named, *more]) or "libraries"


_INSTALLED = re.compile(
    r"(?:node_modules|site-packages|dist-packages)/(?P<package>@[^/]+/[^/]+|[^/]+)"
)
_SERVED = re.compile(r"[a-z-]+://(?P<package>[^/]+)/")
_HOSTED = re.compile(r"(?P<package>[^/]*\.[^/]*/[^/]+(?:/[^/]+)?)(?:/|\Z)")


def _package(frame: Frame) -> str:
    """Name the library that a call belongs to, as its language names libraries."""
    path = (frame.filename or frame.abs_path).raw[:_LOOKED_AT]
    module = frame.module.raw[:_LOOKED_AT]
    found = (
        _INSTALLED.search(path)
        or _INSTALLED.search(module)
        or _SERVED.match(path)
        or _HOSTED.match(module)
    )
    if found:
        return str(found["package"])
    if "/" not in path and module.count(".") > 1:
        return ".".join(module.split(".")[:2])
    parts = (module.partition("/")[0].partition(".")[0], frame.package.raw, path.partition("/")[0])
    return next(filter(None, parts), "")
