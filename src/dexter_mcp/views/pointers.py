"""Words that send the reader of an answer to another tool: only where that tool is on offer.

Views and errors name the tools that lead on, whatever a launch offers, each between backticks and
in a clause of its own: between ` · ` on a line `more:`, as a sentence or the half of one after a
semicolon, or in parentheses. Here that is fitted to the launch, and the backticks have done their
service. Event text stays as it is, whatever it names.
"""

import re
from collections.abc import Iterable, Iterator

from dexter_mcp.views.authored import Offer

_OPENING, _CLOSING = "[event text ", "[end of event text "
_LEAD = "more:"
_CLAUSE = r"(?:(?![.?] |; | · )[^()])*"


def fitted(text: str, offer: Offer) -> str:
    """Name the tools on offer plainly, and leave out the clauses that name others."""
    named = offer.known.intersection(re.findall(r"`(\w+)`", text))
    return "\n".join(_lines(text, named, named - offer.offered)) if named else text


def _lines(text: str, named: Iterable[str], hidden: Iterable[str]) -> Iterator[str]:
    plain, within = re.compile(rf"`({'|'.join(named)})`"), False
    clause = "|".join(hidden) and rf"{_CLAUSE}`(?:{'|'.join(hidden)})`{_CLAUSE}"
    for line in text.split("\n"):
        within = within or line.startswith(_OPENING)
        kept = _without(line, clause) if clause and not within else line
        if kept == line or kept.strip() not in {"", _LEAD}:
            yield kept if within else plain.sub(r"\1", kept)
        within = within and not line.startswith(_CLOSING)


def _without(line: str, clause: str) -> str:
    line = re.sub(rf" \({clause}\)", "", line)
    line = re.sub(rf"(?:; | · ){clause}?(?=; | · |\. |\)|\.?$)", "", line)
    line = re.sub(rf"(?<=[.?]) {clause}[.;]?(?= |\)|$)", "", line)
    return re.sub(rf"^({_LEAD} |){clause}(?:; | · |\. |\.?$)", r"\1", line)
