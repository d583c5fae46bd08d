"""How the soak judges an answer: what is missing must have been named."""

import pytest
from mcp.types import CallToolResult, TextContent

from verdicts import Verdict, judge

TRUE = """\
SHOP-1 · unresolved
3 events, 2 users
[event text 11111111: data]
in /cart, via django
event abc, 3 min ago

KeyError: sku
  at shop/cart.py:3 add

tags:
browser: Firefox 60%

activity:
resolved by Mira Voss
[end of event text 11111111]
more: list_issue_events"""
LATER = TRUE.replace("11111111", "22222222").replace("3 min", "4 min")
WITHOUT_TAGS = LATER.replace("tags:\nbrowser: Firefox 60%\n\n", "")
WITHOUT_EVENT = LATER.replace(", via django\nevent abc, 4 min ago", "").replace(
    "KeyError: sku\n  at shop/cart.py:3 add\n\n", ""
)
TAGS, EVENT = (f"\nfailed: {part} (Sentry failed (500))" for part in ("tags", "event"))
LIMIT = "Sentry asks to wait 3 s. Wait that long, then go on. (request 0a0a0a0a)"


def told(text: str, *, error: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=error)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (LATER, Verdict.RIGHT),
        (LATER + "\n(Sentry does not answer; some of this is from 4 min ago)", Verdict.STALE),
        (WITHOUT_TAGS + TAGS, Verdict.PARTIAL),
        (WITHOUT_EVENT + EVENT, Verdict.PARTIAL),
        (LATER + TAGS, Verdict.PARTIAL),
        (WITHOUT_TAGS, Verdict.WRONG),
        (WITHOUT_TAGS + EVENT, Verdict.WRONG),
        (WITHOUT_EVENT + TAGS, Verdict.WRONG),
        (LATER.replace("2 users", "9 users") + TAGS, Verdict.WRONG),
        (LATER.replace("60%", "61%") + TAGS, Verdict.WRONG),
        (WITHOUT_TAGS.replace("3 events, 2 users\n", "") + TAGS, Verdict.WRONG),
        (WITHOUT_TAGS.replace("\nresolved by Mira Voss", "") + TAGS, Verdict.WRONG),
        (WITHOUT_TAGS.replace("\nmore: list_issue_events", "") + TAGS, Verdict.WRONG),
        ("failed: event (no)", Verdict.WRONG),
    ],
)
def test_a_partial_answer_lacks_what_it_names_and_nothing_else(
    given: str, verdict: Verdict
) -> None:
    assert judge(told(given), told(TRUE)) is verdict


def test_an_error_is_honest_where_it_blames_sentry_alone() -> None:
    assert judge(told(LIMIT, error=True), told(TRUE)) is Verdict.ERROR
    assert judge(told("No issue SHOP-1.", error=True), told(TRUE)) is Verdict.WRONG
