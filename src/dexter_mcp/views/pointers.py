"""Words that send the reader of an answer to another tool: only where that tool is on offer.

Views and errors name the tools that lead on, whatever a launch offers; here they are fitted to it.
They name one in a clause of its own: between ` · ` on a line `more:`, as a sentence or the half of
one after a semicolon, or in parentheses. Event text and tables stay as they are, whatever they name.
"""

import re
from collections.abc import Iterator

from dexter_mcp.views.authored import Offer

_OPENING, _CLOSING = "[event text ", "[end of event text "
_LEAD = "more:"
_CLAUSE = r"(?:(?!\. |; | · )[^()])*"


def fitted(text: str, offer: Offer) -> str:
    """Leave out the clauses that name a tool which is not on offer."""
    hidden = [tool for tool in sorted(offer.known - offer.offered) if tool in text]
    return "\n".join(_lines(text, hidden)) or text


def _lines(text: str, hidden: list[str]) -> Iterator[str]:
    within = False
    for line in text.split("\n"):
        within = within or line.startswith(_OPENING)
        is_row = "|" in line and not line.startswith(_LEAD)
        kept = line if within or is_row else _without(line, "|".join(hidden))
        if kept == line or kept.strip() not in {"", _LEAD}:
            yield kept
        within = within and not line.startswith(_CLOSING)


def _without(line: str, tools: str) -> str:
    clause = rf"{_CLAUSE}(?<![^\s(`])(?:{tools})(?![\w=:/-]){_CLAUSE}"
    line = re.sub(rf" \({clause}\)", "", line)
    line = re.sub(rf"(?:; | · ){clause}(?=; | · |\. |\)|\.?$)", "", line)
    line = re.sub(rf"(?<=\.) {clause}[.;]?(?= |\)|$)", "", line)
    return re.sub(rf"^({_LEAD} |){clause}(?:; | · |\. |\.?$)", r"\1", line)
