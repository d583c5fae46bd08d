"""Profiles as a model reads them: which functions took the time. Their names are event text."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dexter_mcp.sentry.profiles import Frame, Stack
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import percent
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean

_FUNCTION: Final = 80
_FILE: Final = 80
_PATH: Final = 12
_HOTTEST = ("own", "with inside", "share", "function", "where", "ours")


@dataclass(frozen=True)
class Hot:
    """A function: the seconds in it alone, and with what it called."""

    frame: Frame
    own: float
    whole: float


def profile(
    heading: Sequence[str], about: str, stacks: Iterable[Stack], *, limit: int, fence: Fence
) -> Answer:
    """Show the hottest functions, and the stack in which most of the time was spent.

    `about` is text that came with the profile.
    """
    told = [stack for stack in stacks if stack.frames]
    if not told:
        hint = "Widen `period`; `query_events` dataset=spans query=has:profile.id finds some."
        return Answer("\n".join([*heading, f"No samples. {hint}"]), data={"functions": []})
    total = sum(stack.seconds for stack in told)
    functions = sorted(hottest(told), key=lambda hot: (hot.own, hot.whole), reverse=True)
    rows = [_row(hot, total) for hot in functions[:limit]]
    block = fence.block(
        filter(None, [clean(about, limit=2 * _FUNCTION), table(_HOTTEST, rows), _heaviest(told)])
    )
    left = len(functions) - limit
    more = [f"… {left} more functions: limit={len(functions)}"] if left > 0 else []
    text = "\n".join([*heading, f"sampled {span(total)}", block, *more])
    return Answer(text, data={"seconds": total, "functions": functions[:limit]})


def hottest(stacks: Iterable[Stack]) -> list[Hot]:
    """Add up the time of each function; one that calls itself counts once for a moment."""
    own, whole = defaultdict[Frame, float](float), defaultdict[Frame, float](float)
    for stack in stacks:
        own[stack.frames[-1]] += stack.seconds
        for frame in dict.fromkeys(stack.frames):
            whole[frame] += stack.seconds
    return [Hot(frame, own.get(frame, 0.0), seconds) for frame, seconds in whole.items()]


def _heaviest(stacks: Sequence[Stack]) -> str:
    """Write the commonest stack, outermost first."""
    weights = defaultdict[tuple[Frame, ...], float](float)
    for stack in stacks:
        weights[stack.frames] += stack.seconds
    frames = max(weights, key=lambda each: weights[each])
    shown = " > ".join(clean(frame.function, limit=_FUNCTION) for frame in frames[-_PATH:])
    return f"heaviest stack, {span(weights[frames])}: {shown}"


def _row(hot: Hot, total: float) -> list[str]:
    frame = hot.frame
    line = f":{frame.line}" if frame.line else ""
    return [
        span(hot.own) if hot.own else "",
        span(hot.whole),
        percent(hot.own, total) if hot.own else "",
        clean(frame.function, limit=_FUNCTION) or "(unknown)",
        clean(frame.file or frame.module, limit=_FILE) + line,
        "yes" if frame.in_app else "",
    ]
