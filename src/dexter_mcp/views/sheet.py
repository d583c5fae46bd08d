"""One thing on one page: what it is, then the parts that were asked for, each under its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dexter_mcp.views.answer import Failed, failures
from dexter_mcp.views.budget import FLOOR, Section, fit
from dexter_mcp.views.untrusted import Fence

_LEAST = 3
"""Lines that a part keeps until it has to go as a whole."""


@dataclass(frozen=True)
class Part:
    """The lines of a part; those of a `strange` one hold text that came with events."""

    lines: Sequence[str]
    strange: bool = False


def sheet(
    heading: Sequence[str],
    parts: Mapping[str, Part],
    *,
    onward: Sequence[str],
    failed: Sequence[Failed],
    fence: Fence,
    budget: int,
) -> str:
    """Set a sheet together, in about `budget` characters; `onward` says what else there is."""
    around = "\n".join([*heading, *onward, *failures(failed)])
    sections = [
        Section(
            title=f"{name}:",
            lines=part.lines or ["none"],
            more=f"include={name}",
            minimum=_LEAST,
            fence=fence if part.strange and part.lines else None,
        )
        for name, part in parts.items()
    ]
    inside = fit(sections, max(budget - len(around), FLOOR)).replace("\n\n", "\n")
    return "\n".join(filter(None, [*heading, inside, *onward, *failures(failed)]))
