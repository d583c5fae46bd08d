"""What every list says besides its rows: how many there are, what was asked, how it goes on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.moments import ago
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.untrusted import name

_ECHOED = 400


def found(page: Page[Any], noun: str, plural: str = "") -> str:
    """Say how many of how many are shown, as far as Sentry tells."""
    shown = len(page.items)
    if page.total is None or page.total <= shown:
        return counted(shown, noun, plural) + (", and more" if page.next_cursor else "")
    least = "at least " if page.at_least else ""
    return f"{shown} of {least}{page.total} {plural or noun + 's'}"


def echo(**asked: str) -> str:
    """Repeat what was asked, so that a wrong question is noticed; `within` needs no label."""
    return ", ".join(
        name(said, limit=_ECHOED) if key == "within" else f"{key}: {name(said, limit=_ECHOED)}"
        for key, said in asked.items()
        if said
    )


def onward(page: Page[Any]) -> Sequence[str]:
    """Say how to go on, if there is more."""
    return [f"next page: cursor={page.next_cursor}"] if page.next_cursor else []


def short_ago(moment: datetime | None, now: datetime) -> str:
    """Say an age without "ago", for a column whose header says it; empty if unknown."""
    return ago(moment, now).removesuffix(" ago") if moment else ""
