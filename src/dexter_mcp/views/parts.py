"""The parts of an issue or an event: their order, what is kept longest, what brings the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from dexter_mcp.views.answer import Failed, failures
from dexter_mcp.views.budget import FLOOR, HARD_CAP, Section, fit
from dexter_mcp.views.untrusted import Fence

Amount = Literal["brief", "normal", "full"]
Parts = Mapping[str, Iterable[str]]
"""Lines by the name of their part, as `include` has it; `about` is always shown.

A part that may be long makes its lines as they are asked for: cleaning them is what costs time.
"""

ABOUT = "about"


@dataclass(frozen=True)
class Besides:
    """Parts that questions of their own brought: their lines, what stands behind them, failures."""

    lines: Parts = field(default_factory=dict[str, Iterable[str]])
    told: Mapping[str, object] = field(default_factory=dict[str, object])
    failed: tuple[Failed, ...] = ()


_GIVEN_UP = (
    *("packages", "hashes", "attachments", "stats", "extra", "contexts", "flags", "commits"),
    *("activity", "user", "breadcrumbs", "request", "tags", "replays", "tickets", "similar"),
    *("feedback", "autofix", "source_maps", "threads", "spans", "message", "exception", ABOUT),
)
"""The order in which parts lose lines: what is nearest to the cause, last."""

_READ = (
    *(ABOUT, "exception", "source_maps", "message", "spans", "threads", "autofix", "tags"),
    *("stats", "request", "user", "contexts", "flags", "breadcrumbs", "extra", "commits"),
    *("activity", "feedback", "replays", "similar", "tickets", "hashes", "attachments"),
    "packages",
)
_BRIEF = frozenset({ABOUT, "exception", "message"})
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        ABOUT: "",
        "exception": "",
        "message": "",
        "commits": "suspect commits:",
        "contexts": "context:",
        "source_maps": "source maps:",
        "feedback": "user reports:",
        "autofix": "Seer:",
        "similar": "similar issues:",
    }
)
_LEAST = 3
"""Lines that a part keeps until it has to go as a whole."""


def is_full(detail: Amount, include: Sequence[str]) -> bool:
    """Tell whether parts are to show all they have: those asked for by name are."""
    return detail == "full" or (bool(include) and detail != "brief")


def more(part: str, text: str = "more") -> str:
    """Say that a part holds more, and which argument brings it."""
    return f"… {text} (include={part})"


def compose(
    heading: Sequence[str],
    parts: Parts,
    onward: str,
    failed: Sequence[Failed],
    *,
    include: Sequence[str],
    detail: Amount,
    fence: Fence,
    budget: int,
) -> str:
    """Set an answer together: our own heading, everything from events in one fence, what next.

    `detail=full` widens the budget to the hard cap.
    """
    shown = {name: _enough(parts.get(name, ())) for name in _chosen(include, detail)}
    told = {each.part for each in failed}
    missing = [name for name in include if not (shown.get(name) or name in told)]
    absent = [f"none here: {', '.join(missing)}"] if missing else []
    around = [*heading, fence.opening, fence.closing, *absent, onward, *failures(failed)]
    limit = HARD_CAP if detail == "full" else min(max(budget, 2 * FLOOR), HARD_CAP)
    room = limit - sum(len(line) + 1 for line in around)
    inside = fit([_section(name, lines) for name, lines in shown.items()], room)
    block = fence.block(inside.split("\n"))
    return "\n".join(filter(None, [*heading, block, *absent, onward, *failures(failed)]))


def _enough(lines: Iterable[str]) -> list[str]:
    """Take as many lines as any answer could hold."""
    taken: list[str] = []
    room = HARD_CAP
    for line in lines:
        taken.append(line)
        room -= len(line)
        if room < 0:
            break
    return taken


def _chosen(include: Sequence[str], detail: Amount) -> list[str]:
    usual = _BRIEF if detail == "brief" else frozenset(_READ)
    wanted = {ABOUT, *include} if include else usual
    return [name for name in _READ if name in wanted]


def _section(name: str, lines: Sequence[str]) -> Section:
    return Section(
        title=_TITLES.get(name, f"{name}:"),
        lines=lines,
        more=f"include={name} detail=full",
        keep=_GIVEN_UP.index(name),
        minimum=_LEAST,
    )
